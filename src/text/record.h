/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_RECORD_H
#define LEAT_TEXT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What every tokenizer of text gives: records of fields. Typing and conversion know only these, so
 * a further format is a further tokenizer and nothing else.
 */
enum text_token {
    TOKEN_PLAIN,  /* CSV without quotes, fixed width */
    TOKEN_QUOTED, /* CSV in quotes, undone */
    TOKEN_STRING, /* JSON: text, escapes undone */
    TOKEN_NUMBER, /* JSON: the number as it is written */
    TOKEN_TRUTH,  /* JSON: true or false */
    TOKEN_NESTED, /* JSON: an object or a list, as it is written */
    TOKEN_NULL    /* JSON: null, or no such key in this record */
};
struct text_field {
    const char *text; /* UTF-8 without NUL bytes, not terminated; mostly a part of `raw` */
    size_t len;
    enum text_token token;
};
struct text_record { /* valid until the tokenizer's next call */
    struct text_field *fields;
    size_t count;
    int64_t line;   /* of its first byte, from 1 */
    int64_t offset; /* of its first byte in the file, unpacked; from 0 */
    /* The record as it stands in the file without its line end, whatever happened to the fields; UTF-8 unless
     * that is what is wrong with it. */
    const char *raw;
    size_t raw_len;
    /*
     * NULL, or why the record as such is none, in words for a message ("found byte 0xE9, which is not
     * UTF-8"). The fields are then not to be used. What makes the rest of the file unreadable is an error
     * of the tokenizer instead.
     */
    const char *wrong;
    size_t wrong_field;   /* an index that may be `count` */
    int64_t wrong_line;   /* of the byte, which need not be the first line of the record */
    int64_t wrong_column; /* in bytes, from 1 */
};

#define TEXT_MAX_FIELD_BYTES (INT64_C(16) << 20)
#define TEXT_MAX_RECORD_BYTES (INT64_C(64) << 20)
#define TEXT_MAX_FIELDS 16384

/* A line with nothing on it. */
bool text_is_blank(const struct text_record *record);

#endif
