/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_RECORD_H
#define LEAT_TEXT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What every tokenizer of text gives: records of fields. Typing and conversion know only these, so
 * a further dialect is a further tokenizer and nothing else.
 */
struct text_field {
    char
        *text; /* UTF-8 without NUL bytes, quotes undone; not terminated; may be changed in place */
    size_t len;
    bool is_quoted;
};
struct text_record { /* valid until the tokenizer's next call */
    struct text_field *fields;
    size_t count;
    int64_t line; /* of its first byte, from 1 */
};

/* Some bytes of a file that begin and end at a record. */
struct text_range {
    int64_t start_byte, end_byte; /* end < 0: to the end of the file */
    int64_t line;                 /* of start_byte, from 1 */
};

/* How the text is written. */
struct text_dialect {
    char delimiter;
    int64_t max_field_bytes;       /* 0: TEXT_MAX_FIELD_BYTES */
    const char *const *null_words; /* unquoted fields that mean null, beside the empty one */
    size_t null_word_count;
};

#define TEXT_MAX_FIELD_BYTES (INT64_C(16) << 20)
#define TEXT_MAX_RECORD_BYTES (INT64_C(64) << 20)
#define TEXT_MAX_FIELDS 16384

bool text_is_null(const struct text_dialect *dialect, const struct text_field *field);
/* A line with nothing on it. */
bool text_is_blank(const struct text_record *record);

#endif
