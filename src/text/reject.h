/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_REJECT_H
#define LEAT_TEXT_REJECT_H

#include "base/arena.h"
#include "base/err.h"
#include "memory/memory.h"

/*
 * Records that do not fit, set aside with their place. Thread-safe. What is kept is bounded by `max_count` and by
 * TEXT_REJECT_BYTES (reserved from memory); more is an error of text_reject_add(), which names the first ten places.
 */
struct text_reject {
    const char *file; /* label */
    const char *path; /* of the file (the zip file, for members) */
    int64_t
        record; /* number of the record in the file, from 1, without header; 0: not known until all is read */
    int64_t line, offset; /* of the record */
    int64_t fault_line,
        fault_byte; /* where in the record: bytes of the line, from 1; 0: all of it, or its column */
    const char *column; /* name, or NULL when the record as such is wrong */
    const char *text;   /* the field (or "" when the record is wrong), cut after 1,000 bytes */
    const char
        *reason;     /* "is no BIGINT: has a fraction", "the record has 3 fields, the header 4" */
    const char *raw; /* the whole record as in the file, UTF-8; other bytes as \xHH */
    size_t raw_len;
};
struct text_rejects;
struct text_rejects *text_rejects_new(int64_t max_count, struct memory *memory);
void text_rejects_free(struct text_rejects *rejects);
/* Copies. Fails with ERR_DATA when there are more than the maximum. */
int text_reject_add(struct text_rejects *rejects, size_t file_index,
                    const struct text_reject *reject, struct err *err) WARN_UNUSED;
int64_t text_rejects_count(const struct text_rejects *rejects);
/*
 * The numbers of the records of a file that begin in [start_byte, end_byte): while it was read in pieces they were
 * counted from the piece's start. end_byte < 0: the end of the file.
 */
void text_rejects_number(struct text_rejects *rejects, size_t file_index, int64_t start_byte,
                         int64_t end_byte, int64_t records_before);
/* In the order of files and offsets, once all is read. */
const struct text_reject *text_rejects_get(struct text_rejects *rejects, int64_t index);
/* ERR_DATA: "37 records of raw.readings do not fit", with the first ten places in the message and a hint. */
int text_rejects_fail(struct text_rejects *rejects, const char *source, struct err *err);

#define TEXT_REJECT_BYTES (INT64_C(64) << 20)

/*
 * Repairs: what to read in the place of a record that was rejected, by file, and the hash of the raw record. A repaired
 * record is read where the rejected one stands, so its row keeps its place, and it is read once.
 */
struct text_repair {
    const char *path, *member; /* member NULL: none */
    uint64_t raw_hash;         /* text_raw_hash() of the raw record */
    int64_t record;            /* its number, so that equal records are told apart; 0: any */
    const char *raw;           /* the repaired record */
};
/* XXH3 (64 bits) of a raw record as rejects show it. */
uint64_t text_raw_hash(const char *raw, size_t len);
/* NULL: it is UTF-8 without NUL bytes as it stands; else a copy, to be freed, with such bytes as \xHH. */
char *text_raw_clean(const char *raw, size_t len, size_t *ret_len);

#endif
