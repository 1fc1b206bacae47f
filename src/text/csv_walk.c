/* SPDX-License-Identifier: Apache-2.0 */
#include "text/csv_scan.h"
#include "text/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum stop { STOP_FIELD, STOP_RECORD, STOP_MORE, STOP_UNCLOSED, STOP_WRONG };

struct walk { /* of one record */
    struct csv_scan *scan;
    struct csv_found *found;
    size_t at;  /* the next byte */
    size_t len; /* of the record; known at STOP_RECORD */
};

static enum stop wrong(struct walk *walk, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static enum stop wrong(struct walk *walk, const char *format, ...)
{
    struct csv_scan *scan = walk->scan;
    va_list args;
    va_start(args, format);
    vsnprintf(scan->message, sizeof(scan->message), format, args);
    va_end(args);
    walk->found->wrong = scan->message;
    walk->found->wrong_at = walk->at - scan->begin;
    walk->found->wrong_field = walk->found->count;
    return STOP_WRONG;
}

/* What follows a field: a delimiter, the end of the record, or something that may not stand there. */
static enum stop walk_stop(struct walk *walk)
{
    const struct csv_scan *scan = walk->scan;
    size_t at = walk->at;
    if (at == scan->end)
        return STOP_MORE;
    char c = scan->buffer[at];
    if (c == scan->delimiter) {
        walk->at++;
        return STOP_FIELD;
    }
    bool is_cr = c == '\r';
    if (is_cr && at + 1 == scan->end && !scan->is_end)
        return STOP_MORE;
    if (is_cr && at + 1 < scan->end && !(scan->is_cr_end && at + 2 == scan->end))
        c = scan->buffer[++at];
    if (c != '\n')
        return STOP_WRONG;
    walk->len = walk->at - scan->begin;
    walk->at = at + 1;
    return STOP_RECORD;
}

static void skip_blanks(struct walk *walk)
{
    const struct csv_scan *scan = walk->scan;
    while (walk->at < scan->end &&
           (scan->buffer[walk->at] == ' ' || scan->buffer[walk->at] == '\t') &&
           scan->buffer[walk->at] != scan->delimiter)
        walk->at++;
}

static enum stop walk_plain(struct walk *walk, size_t start, struct text_field *field)
{
    const struct csv_scan *scan = walk->scan;
    enum stop stop = STOP_WRONG;
    for (;; walk->at++) {
        size_t end = walk->at;
        unsigned char c = (unsigned char)scan->buffer[end];
        if (end < scan->end && c == scan->quote)
            return wrong(
                walk, "found a quote inside a field that does not begin with one: if quotes mean "
                      "nothing here, declare quote: none");
        if (end < scan->end && c != (unsigned char)scan->delimiter && c != '\n' && c != '\r')
            continue;
        stop = walk_stop(walk);
        if (stop == STOP_WRONG) /* a lone carriage return: found again by who looks at the fields */
            continue;
        *field = (struct text_field){scan->buffer + start, end - start, TOKEN_PLAIN};
        return stop;
    }
}

static enum stop walk_quoted(struct walk *walk, struct text_field *field)
{
    const struct csv_scan *scan = walk->scan;
    size_t start = walk->at, at = start + 1;
    for (;; at++) {
        const char *quote = memchr(scan->buffer + at, scan->quote, scan->end - at);
        if (!quote)
            return scan->is_end ? STOP_UNCLOSED : STOP_MORE;
        at = (size_t)(quote - scan->buffer) + 1;
        if (at == scan->end)
            return STOP_MORE;
        if ((unsigned char)scan->buffer[at] != scan->quote)
            break;
        walk->found->has_doubled = true;
    }
    *field = (struct text_field){scan->buffer + start + 1, at - start - 2, TOKEN_QUOTED};
    walk->at = at;
    if (scan->is_trimmed)
        skip_blanks(walk);
    enum stop stop = walk_stop(walk);
    if (stop != STOP_WRONG)
        return stop;
    const char *rest = scan->buffer + walk->at;
    int len = utf8_prefix(rest, scan->end - walk->at, 12);
    if (len == 0)
        return wrong(walk, "found byte 0x%02X after the closing quote of a field",
                     (unsigned char)*rest);
    return wrong(walk, "found \"%.*s\" after the closing quote of a field", len, rest);
}

/* All up to the next line end is part of the wrong record. */
static enum stop skip_line(struct walk *walk)
{
    const struct csv_scan *scan = walk->scan;
    const char *from = scan->buffer + walk->at;
    const char *newline = memchr(from, '\n', scan->end - walk->at);
    if (!newline)
        return STOP_MORE;
    bool is_added = scan->is_cr_end && newline == scan->buffer + scan->end - 1;
    bool is_crlf = newline > from && newline[-1] == '\r' && !is_added;
    walk->at = (size_t)(newline - scan->buffer) + 1;
    walk->len = walk->at - 1 - is_crlf - scan->begin;
    return STOP_RECORD;
}

static void finish(struct walk *walk)
{
    struct csv_scan *scan = walk->scan;
    struct csv_found *found = walk->found;
    const char *p = scan->buffer + scan->begin, *end = scan->buffer + walk->at;
    for (; (p = memchr(p, '\n', (size_t)(end - p))); p++)
        found->lines++;
    found->has_odd = true; /* not known: to be looked at */
    found->len = walk->len;
    found->bytes = walk->at - scan->begin;
    scan->begin = walk->at;
}

enum csv_got csv_walk_record(struct csv_scan *scan, struct csv_found *ret_found)
{
    struct walk walk = {.scan = scan, .found = ret_found, .at = scan->begin};
    enum stop stop = STOP_FIELD;
    size_t start = walk.at;
    for (; stop == STOP_FIELD; ret_found->count++) {
        if (ret_found->count == TEXT_MAX_FIELDS) {
            ret_found->wrong_at = walk.at - scan->begin;
            return CSV_TOO_MANY;
        }
        csv_scan_grow(scan, ret_found->count);
        struct text_field *field = &scan->fields[ret_found->count];
        start = walk.at;
        if (scan->is_trimmed)
            skip_blanks(&walk);
        if (walk.at < scan->end && (unsigned char)scan->buffer[walk.at] == scan->quote) {
            start = walk.at;
            stop = walk_quoted(&walk, field);
        } else {
            stop = walk_plain(&walk, start, field);
        }
    }
    if (stop == STOP_WRONG)
        stop = skip_line(&walk);
    ret_found->wrong_at = ret_found->wrong ? ret_found->wrong_at : start - scan->begin;
    if (stop == STOP_MORE)
        return CSV_MORE;
    if (stop == STOP_UNCLOSED)
        return CSV_UNCLOSED;
    finish(&walk);
    return CSV_RECORD;
}
