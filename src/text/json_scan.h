/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_JSON_SCAN_H
#define LEAT_TEXT_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The tokens of RFC 8259, strictly, over bytes in memory. Two things can go wrong: a value can be wrong (the number 01, a
 * lone surrogate, bytes that are not UTF-8), which is noted and does not stop the scan; or the
 * structure is broken, and nobody knows what follows. Only for json*.c.
 */
enum json_kind { /* the bytes that begin them, where there is one */
                 JSON_END = 0,
                 JSON_OBJECT = '{',
                 JSON_OBJECT_END = '}',
                 JSON_LIST = '[',
                 JSON_LIST_END = ']',
                 JSON_COLON = ':',
                 JSON_COMMA = ',',
                 JSON_STRING = '"',
                 JSON_NUMBER = '0',
                 JSON_TRUTH = 't',
                 JSON_NULL = 'n'
};
struct json_token {
    enum json_kind kind;
    const char *begin, *text; /* text: a string without its quotes, escapes not undone */
    size_t len;               /* of text */
    bool has_escapes;
};
enum json_stop { JSON_GOES_ON, JSON_NEEDS_MORE, JSON_BROKEN, JSON_FAILED };
struct json_scan {
    const char *at,
        *end; /* *end is readable and below 0x20, and JSON_PADDING - 1 bytes after it are readable */
    bool is_last;        /* nothing follows `end` */
    const char *last;    /* what ends there: "line", "file" */
    enum json_stop stop; /* JSON_FAILED: an error was set, such as that of the memory limit */
    size_t field;        /* what is scanned, for the note */
    /* The first value that is wrong, or where the structure is broken; message[0] == '\0': all is well. */
    char message[200];
    const char *message_at;
    size_t message_field;
};
#define JSON_PADDING 16

/* 0: a token (JSON_END at the end of the last bytes), read over; -1: scan->stop says why there is none. */
int json_scan_token(struct json_scan *scan, struct json_token *ret_token);
/* A value is wrong. The first note stays. */
void json_scan_wrong(struct json_scan *scan, const char *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The structure is broken; -1. */
int json_scan_broken(struct json_scan *scan, const char *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Broken: "found X, expected Y"; -1. */
int json_scan_expected(struct json_scan *scan, const struct json_token *found,
                       const char *expected);
void json_scan_blanks(struct json_scan *scan);
/* Reads over the byte when it is the next one. */
static inline bool json_scan_byte(struct json_scan *scan, enum json_kind byte)
{
    bool is_next = *scan->at == (char)byte; /* never at the end, which is below 0x20 */
    scan->at += is_next;
    return is_next;
}

/* A string's text with its escapes undone, into `ret_text` of `len` bytes; the length. Only of strings that are not wrong. */
size_t json_unescape(const char *text, size_t len, char *ret_text);

#endif
