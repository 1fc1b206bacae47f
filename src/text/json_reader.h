/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_JSON_READER_H
#define LEAT_TEXT_JSON_READER_H

#include "text/input.h"
#include "text/json_row.h"
#include "text/reader.h"

/* Both tokenizers of JSON: the bytes that are buffered, and where they are in the file. Only for json*.c. */
struct json_key_name { /* one step of the path to the records */
    const char *text;
    size_t len;
};
enum json_state {
    JSON_BEFORE,     /* the file was not begun */
    JSON_FIRST,      /* behind the [ of the records */
    JSON_BEHIND,     /* behind a record of the list */
    JSON_BEHIND_ONE, /* behind the one record that is no list */
    JSON_DONE
};
struct json_reader {
    struct text_reader base;
    const struct text_file *file;
    const struct text_head *head;
    struct text_input *input;
    enum text_encoding encoding;
    struct memory *memory;
    int64_t left; /* of the range, not yet buffered; < 0: to the end of the file */
    bool is_last; /* nothing follows the buffered bytes */
    char *buffer;
    size_t cap, begin, end; /* not yet given: buffer[begin, end), and the byte at `end` is zero */
    int64_t offset;         /* of buffer[0] in the file */
    int64_t counted;        /* base.line is the line of this offset */
    int64_t line_offset;    /* where that line begins */
    struct json_row row;
    char reason[256]; /* of the last record */
    /* Documents: */
    enum json_state state;
    struct json_key_name *path;
    size_t path_len;
    struct arena arena; /* the path */
};

/* The buffered bytes up to buffer[end] as a scan; `last` is what ends there. */
void json_reader_scan(const struct json_reader *reader, size_t end, const char *last,
                      struct json_scan *ret_scan);
/* Reads behind the bytes not yet given, which move to the front of the buffer. */
int json_reader_fill(struct json_reader *reader, struct err *err) WARN_UNUSED;
/* Counts lines up to a byte of the buffer: base.line and line_offset are then of it. Never backwards. */
void json_reader_count(struct json_reader *reader, const char *at);
/* ERR_DATA with the place of a byte of the buffer; -1. */
int json_reader_fail(struct json_reader *reader, const char *at, struct err *err,
                     const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The record in [begin, end) of the buffer, as it was scanned; it begins at base.line. */
void json_reader_give(struct json_reader *reader, const struct json_scan *scan, const char *begin,
                      const char *end, struct text_record *ret_record);

/* json_document.c: as next(), and the path to the records. */
int json_document_next(struct json_reader *reader, struct text_record *ret_record,
                       struct err *err) WARN_UNUSED;
int json_path_parse(struct json_reader *reader, const char *path, struct err *err) WARN_UNUSED;
/* A token, read over, wherever the buffer ends; one that is wrong is an error. Its text is valid until the next call. */
int json_document_token(struct json_reader *reader, struct json_token *ret_token,
                        struct err *err) WARN_UNUSED;

/* As json_open(), of a whole file and as said; for json_detect(). */
int json_reader_open(const struct text_file *file, enum text_packing packing,
                     enum text_encoding encoding, struct text_range range,
                     const struct text_names *known, int64_t max_field_bytes, struct memory *memory,
                     struct json_reader **ret_reader, struct err *err) WARN_UNUSED;
void json_reader_close_at(struct json_reader **reader);

#endif
