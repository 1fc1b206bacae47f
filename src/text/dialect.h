/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_DIALECT_H
#define LEAT_TEXT_DIALECT_H

#include "base/arena.h"
#include "base/err.h"
#include "memory/memory.h"
#include "text/record.h"

/*
 * How text is written. The same struct says what a source declares (zero: find out) and what one file was found
 * to be (nothing left to find out, but `decimal`, which only all values tell).
 */
enum text_format { TEXT_CSV, TEXT_FIXED_WIDTH, TEXT_JSON, TEXT_JSON_LINES };
enum text_encoding { /* zero: find out */
                     ENCODING_UNKNOWN,
                     ENCODING_UTF8,
                     ENCODING_LATIN1,
                     ENCODING_WINDOWS_1252,
                     ENCODING_UTF16_LE,
                     ENCODING_UTF16_BE
};
enum text_packing { PACKING_UNKNOWN, PACKING_NONE, PACKING_GZIP, PACKING_ZSTD };
enum text_header {
    HEADER_UNKNOWN,
    HEADER_YES,
    HEADER_NO
}; /* no: columns are column1, column2, … */
enum text_widths {
    WIDTHS_UNKNOWN,
    WIDTHS_DASHES,
    WIDTHS_HEADER
}; /* what tells the columns of fixed width, where no spans are declared */
#define TEXT_NO_QUOTE '\1'
#define TEXT_NO_COMMENT '\1'

struct text_span {    /* fixed width: one column, in characters (code points), from 0 */
    int start, width; /* width < 0: to the end of the line */
};
struct text_dialect {
    enum text_format format;
    enum text_encoding encoding;
    enum text_packing packing;
    enum text_header header;
    char delimiter; /* CSV: , ; \t | and whatever is declared */
    char quote;     /* CSV: " or ' or TEXT_NO_QUOTE */
    char comment;   /* lines that begin with it are skipped; never found out: 0 is none */
    char decimal;   /* '.' or ','; 0: by all values of the file */
    char thousands; /* mark between digits of the whole part; 0: none. Only when declared */
    int64_t
        skip_lines; /* before the header; -1: find out (a title above a fixed-width dashes line, say). Declared 0 is 0 */
    int64_t footer_lines; /* at the end; -1: find out */
    bool
        is_trimmed; /* CSV: blanks around fields and around their quotes are no part of them. Only when declared */
    const char *records; /* JSON: path to the records, "data.items"; "" the top; NULL: find out */
    enum text_widths widths;       /* fixed width; only when declared */
    const struct text_span *spans; /* fixed width; NULL: by the dashes line, else by the header */
    size_t span_count;
    int64_t max_field_bytes;       /* 0: TEXT_MAX_FIELD_BYTES */
    const char *const *null_words; /* unquoted fields that mean null, beside the empty one */
    size_t null_word_count;
};
/* All to be found out, of a format. */
void text_dialect_init(struct text_dialect *dialect, enum text_format format);
/* One line for people: "delimiter ;, quote \", decimal ,, utf-8, header". */
char *text_dialect_describe(const struct text_dialect *dialect, struct arena *arena);
/* A JSON object, stable, for the schema lock: {"delimiter":";","decimal":",", …}, and back. */
char *text_dialect_json(const struct text_dialect *dialect, struct arena *arena);
int text_dialect_parse(const char *json, enum text_format format, struct arena *arena,
                       struct text_dialect *ret_dialect, struct err *err) WARN_UNUSED;
const char *text_encoding_name(enum text_encoding encoding);
bool text_encoding_find(const char *name, enum text_encoding *ret_encoding);
/* Whether a record is wrong because of a byte that its encoding does not have; `wrong` as readers say it. */
bool text_encoding_is_blamed(const char *wrong);
/*
 * The hint of an error about such a byte: which encodings can be read, what to do with others, and what else may be meant (a short
 * sentence). Gives -1.
 */
int text_encoding_hint(struct err *err, const char *otherwise);

/* A file, or a member of a zip file. */
struct text_file {
    const char *path;
    const char *member;   /* NULL: the file itself */
    const char *label;    /* for messages: "a.csv", "a.zip/b.csv" */
    int64_t member_place; /* of the member in the zip file's directory; 0: look for its name */
};

/*
 * What the beginning of a file says, and for a footer its end: dialect, names and where the records begin. JSON
 * has no names yet (count 0). `said` is what the source declares. Errors name the file and what to declare.
 *
 * text_detect() finds packing and encoding by itself: json_detect() and fixed_detect() get a `said` that has both,
 * and their `has_mark` is set for them. A file without a byte is its error, too.
 */
struct text_head {
    struct text_dialect dialect;
    bool has_mark;            /* a byte order mark */
    const char *const *names; /* as the file has them: may be empty or repeated */
    size_t name_count;
    int64_t header_line;
    int64_t start_byte, line; /* of the first record, unpacked */
    int64_t end_byte;         /* before the footer; -1: the end of the file */
    bool can_split;           /* a range of the file can be read on its own */
    const char *doubt;        /* NULL, or what of the declaration does not look right, as a hint */
    bool
        is_guess; /* JSON: the path to the records was found by the head; another list of objects further on is an error */
};
int text_detect(const struct text_file *file, const struct text_dialect *said,
                struct memory *memory, struct arena *arena, struct text_head *ret_head,
                struct err *err) WARN_UNUSED;

#endif
