/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_READER_H
#define LEAT_TEXT_READER_H

#include "text/dialect.h"

/*
 * A tokenizer at work: text_reader_open() gives the one for the dialect. Its memory is that of the longest
 * record, at most TEXT_MAX_RECORD_BYTES, and is reserved from `memory` (NULL: not counted). Used by one
 * thread at a time.
 */
struct text_reader;
struct text_reader_ops {
    /* 1: a record; 0: the end; -1: failed, ERR_DATA with `where` = "label:line:column". */
    int (*next)(struct text_reader *reader, struct text_record *ret_record, struct err *err);
    void (*close)(struct text_reader *reader);
};
struct
    text_names { /* JSON: fields[i] is names[i]; grows while reading, names never move or change */
    const char **items;
    size_t count;
};
struct text_reader { /* the first member of each tokenizer */
    const struct text_reader_ops *ops;
    int64_t position;        /* where the next record begins: bytes of the file, unpacked */
    int64_t line;            /* of it */
    int64_t read_bytes;      /* of the file as it is packed, for progress */
    struct text_names names; /* JSON only */
};

/* Some bytes of a file that begin and end at a record. */
struct text_range {
    int64_t start_byte, end_byte; /* end < 0: to the end of the file */
    int64_t line;                 /* of start_byte, from 1 */
};
/*
 * `file` and `head` are borrowed until the end. A range other than {head->start_byte, head->end_byte, head->line}
 * only where head->can_split. `known` are names that JSON fields shall have first, in this order (count 0: none).
 */
int text_reader_open(const struct text_file *file, const struct text_head *head,
                     struct text_range range, const struct text_names *known, struct memory *memory,
                     struct text_reader **ret_reader, struct err *err) WARN_UNUSED;
int text_reader_next(struct text_reader *reader, struct text_record *ret_record,
                     struct err *err) WARN_UNUSED;
void text_reader_close(struct text_reader *reader); /* NULL allowed */
void text_reader_close_at(struct text_reader **reader);

/*
 * Where a file can be cut before it has been tokenized: one pass at the speed of memory, which follows the quotes by their
 * parity and, where they are not strict, by the tokenizer's own rules. So whatever the file holds, its parts one after the
 * other give what the whole gives. No part begins with an empty line. Packed files, UTF-16, files with comments, and
 * formats other than CSV, JSON lines and fixed width are one part.
 */
struct text_cuts {
    struct text_range *items; /* in order, together head's range */
    size_t count;
};
int text_cut(const struct text_file *file, const struct text_head *head, int64_t about_bytes,
             struct arena *arena, struct text_cuts *ret_cuts, struct err *err) WARN_UNUSED;

/*
 * The tokenizers. Only for reader.c and detect*.c. csv_open(): where head->name_count is above 1, a run of empty
 * lines is one wrong record if a record follows in the file, else nothing; in one column each is a record of one null.
 * An empty line between names that are not known yet (0) is a record, too.
 */
int csv_open(const struct text_file *file, const struct text_head *head, struct text_range range,
             struct memory *memory, struct text_reader **ret_reader, struct err *err) WARN_UNUSED;
int fixed_open(const struct text_file *file, const struct text_head *head, struct text_range range,
               struct memory *memory, struct text_reader **ret_reader, struct err *err) WARN_UNUSED;
int json_open(const struct text_file *file, const struct text_head *head, struct text_range range,
              const struct text_names *known, struct memory *memory,
              struct text_reader **ret_reader, struct err *err) WARN_UNUSED;

#endif
