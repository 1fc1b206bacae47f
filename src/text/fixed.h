/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_FIXED_H
#define LEAT_TEXT_FIXED_H

#include "text/dialect.h"

/*
 * Fixed width: each column stands at the same characters of every line. Widths count characters (code points): a wide
 * or a combining one is one like all others.
 *
 * The head of such a file is as text_detect() has it; `said` has its packing and encoding already. The columns are,
 * in this order,
 * - said->spans;
 * - the runs of a line of dashes, the names above it. What is above the names is skipped when said->skip_lines is -1;
 * - the words of the header: a column begins where a word begins after two or more blanks, and ends before the blank
 *   that precedes the next. If all words are parted by one blank, each begins a column where the first lines have blanks
 *   before each of them and text below each. The last column goes to the end of the line.
 * said->widths leaves only one of the last two. Where one reading is as good as another it is ERR_DATA that asks what to declare.
 *
 * A footer is found only at the end: an empty line and what follows it, as long as none of that could be a record:
 * empty lines, text between the columns, "(12 rows …". A packed file is read once to its end for it.
 */
int fixed_detect(const struct text_file *file, const struct text_dialect *said,
                 struct memory *memory, struct arena *arena, struct text_head *ret_head,
                 struct err *err) WARN_UNUSED;

/* The rest is for fixed*.c. */

struct fixed_fault { /* what is wrong with a line */
    enum fixed_fault_kind {
        FIXED_FINE,
        FIXED_TAB,
        FIXED_RETURN, /* a carriage return within the line */
        FIXED_GAP,    /* text between columns */
        FIXED_LONG    /* a field of more bytes than it may have */
    } kind;
    size_t
        field; /* the column there; FIXED_GAP: the one before which it stands, may be the count */
    size_t at; /* byte of the line, from 0 */
};
/*
 * One line, UTF-8 without its line end, into as many fields as there are spans: trimmed, empty where the line is
 * short. The fields point into `line`.
 */
struct fixed_fault fixed_slice(const struct text_span *spans, size_t count, size_t max_field_bytes,
                               const char *line, size_t len, struct text_field *ret_fields);
/*
 * The fault in words: "found "x" between the columns "a" and "b"". `names` NULL: not known yet. Into `ret_text` of
 * FIXED_WHY_BYTES.
 */
#define FIXED_WHY_BYTES 320
void fixed_explain(struct fixed_fault fault, const char *line, size_t len, const char *const *names,
                   size_t count, char *ret_text);
/* The column of a character, as wrong_field. */
size_t fixed_column_at(const struct text_span *spans, size_t count, size_t character);
/* How many characters the first `len` bytes are. */
size_t fixed_chars(const char *text, size_t len);

/* Lines from the beginning or the end of a file. */
struct fixed_line {
    char *text; /* UTF-8, as far as it is text; without its line end */
    size_t len;
    int64_t offset; /* of its first byte in the file, unpacked */
};
struct fixed_lines {
    struct fixed_line *items;
    size_t count;
    int64_t end; /* where the line after the last one begins */
    bool
        is_whole; /* not a line of the file is missing before (last lines) or after (first lines) these */
    bool has_mark; /* first lines only */
    char *bytes, *converted;
    struct memory *memory;
    int64_t reserved_bytes;
};
#define FIXED_SAMPLE_BYTES ((size_t)1 << 20)
#define FIXED_SAMPLE_LINES 4096
void fixed_lines_release(struct fixed_lines *lines);
/* Whole lines only. `lines` is empty before; the caller releases it, after a failure as well. */
int fixed_read_first(const struct text_file *file, const struct text_dialect *dialect,
                     struct memory *memory, struct fixed_lines *lines, struct err *err) WARN_UNUSED;
/* None that begins before `start_byte`. */
int fixed_read_last(const struct text_file *file, const struct text_dialect *dialect,
                    int64_t start_byte, struct memory *memory, struct fixed_lines *lines,
                    struct err *err) WARN_UNUSED;

struct fixed_layout {
    struct text_span *spans;
    size_t count;
    size_t header; /* index of the line of the names; only when has_header */
    bool has_header;
    size_t body; /* of the first line below it; may be the count of lines */
};
/* Finds the columns; see fixed_detect(). */
int fixed_find_layout(const struct text_file *file, const struct text_dialect *said,
                      const struct fixed_lines *lines, struct arena *arena,
                      struct fixed_layout *ret_layout, struct err *err) WARN_UNUSED;
/* By the words of a header. `body`: the lines below it. */
int fixed_find_words(const char *where, const struct fixed_line *header,
                     const struct fixed_line *body, size_t body_count, struct arena *arena,
                     struct fixed_layout *ret_layout, struct err *err) WARN_UNUSED;
/* How many fields of the line are not empty; -1: it has text between the columns, -2: it is no record otherwise. */
int64_t fixed_fits(const struct text_span *spans, size_t count, const struct fixed_line *line);
/* Sets end_byte and dialect.footer_lines of a head that is complete otherwise. */
int fixed_find_footer(const struct text_file *file, struct memory *memory, struct text_head *head,
                      struct err *err) WARN_UNUSED;

#endif
