/* SPDX-License-Identifier: Apache-2.0 */
#include "text/csv_scan.h"
#include "base/alloc.h"
#include "text/utf8.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum stop { STOP_FIELD, STOP_RECORD, STOP_MORE, STOP_BAD };

struct cursor { /* of one record while it is scanned */
    size_t at;
    size_t count;
    int64_t lines;
    bool has_doubled; /* some field holds doubled quotes */
};

int csv_scan_error(const struct csv_scan *scan, size_t at, struct err *err, const char *format, ...)
{
    int64_t line = scan->line;
    size_t line_start = 0;
    for (size_t i = 0; i < at; i++) {
        if (scan->bytes[i] == '\n') {
            line++;
            line_start = i + 1;
        }
    }
    char message[400];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    err_set(err, ERR_DATA, "%s", message);
    return err_where(err, "%s:%lld:%zu", scan->path, (long long)line, at - line_start + 1);
}

static enum stop too_long(const struct csv_scan *scan, size_t start, bool is_quoted,
                          struct err *err)
{
    csv_scan_error(scan, start, err, "the field that begins here is longer than %zu bytes",
                   scan->max_field_bytes);
    if (is_quoted)
        err_hint(err, "Is its quote never closed?");
    return STOP_BAD;
}

/* What follows a field: a delimiter, the end of the record, or something that may not stand there. */
static enum stop scan_stop(const struct csv_scan *scan, size_t *at)
{
    if (*at == scan->len)
        return scan->is_end ? STOP_RECORD : STOP_MORE;
    char c = scan->bytes[*at];
    if (c == scan->delimiter) {
        (*at)++;
        return STOP_FIELD;
    }
    if (c == '\n') {
        (*at)++;
        return STOP_RECORD;
    }
    if (c == '\r' && *at + 1 == scan->len && !scan->is_end)
        return STOP_MORE;
    if (c == '\r' && *at + 1 < scan->len && scan->bytes[*at + 1] == '\n') {
        *at += 2;
        return STOP_RECORD;
    }
    return STOP_BAD;
}

static enum stop scan_unquoted(const struct csv_scan *scan, size_t *at, struct text_field *field,
                               struct err *err)
{
    const char *bytes = scan->bytes;
    size_t start = *at, i = start;
    char delimiter = scan->delimiter;
    while (i < scan->len && bytes[i] != delimiter && bytes[i] != '\n' && bytes[i] != '\r' &&
           bytes[i] != '"')
        i++;
    if (i - start > scan->max_field_bytes)
        return too_long(scan, start, false, err);
    *field = (struct text_field){.text = scan->bytes + start, .len = i - start};
    *at = i;
    enum stop stop = scan_stop(scan, at);
    if (stop != STOP_BAD)
        return stop;
    if (bytes[i] == '"') {
        csv_scan_error(scan, i, err, "found a quote inside a field that does not begin with one");
        err_hint(err, "Put the whole field in quotes and double the quotes inside it.");
    } else {
        csv_scan_error(scan, i, err, "found a carriage return that no line feed follows");
        err_hint(err,
                 "Lines end with LF or CRLF; a field that holds a carriage return needs quotes.");
    }
    return STOP_BAD;
}

static enum stop scan_quoted(const struct csv_scan *scan, struct cursor *cursor,
                             struct text_field *field, struct err *err)
{
    const char *bytes = scan->bytes;
    size_t start = cursor->at, i = start + 1;
    for (;;) {
        const char *quote = memchr(bytes + i, '"', scan->len - i);
        size_t end = quote ? (size_t)(quote - bytes) : scan->len;
        if (end - start > scan->max_field_bytes)
            return too_long(scan, start, true, err);
        if (!quote && !scan->is_end)
            return STOP_MORE;
        if (!quote) {
            csv_scan_error(scan, start, err, "the quote that begins here is never closed");
            return STOP_BAD;
        }
        i = end + 1;
        if (i == scan->len && !scan->is_end)
            return STOP_MORE;
        if (i == scan->len || bytes[i] != '"')
            break;
        cursor->has_doubled = true;
        i++;
    }
    *field = (struct text_field){
        .text = scan->bytes + start + 1, .len = i - start - 2, .is_quoted = true};
    for (const char *p = field->text; (p = memchr(p, '\n', (size_t)(bytes + i - p))); p++)
        cursor->lines++;
    cursor->at = i;
    enum stop stop = scan_stop(scan, &cursor->at);
    if (stop == STOP_BAD) {
        csv_scan_error(scan, i, err, "found \"%.*s\" after the closing quote of a field",
                       utf8_prefix(bytes + i, scan->len - i, 12), bytes + i);
        err_hint(err, "A quote inside a quoted field is written twice.");
    }
    return stop;
}

static struct text_field *next_field(struct csv_scan *scan, struct cursor *cursor)
{
    if (cursor->count == *scan->field_cap) {
        size_t cap = *scan->field_cap ? 2 * *scan->field_cap : 32;
        struct text_field *grown = realloc(*scan->fields, cap * sizeof(*grown));
        if (!grown)
            alloc_die("out of memory for the fields of a record");
        *scan->fields = grown;
        *scan->field_cap = cap;
    }
    return &(*scan->fields)[cursor->count++];
}

static void undouble(struct text_field *field)
{
    if (!field->is_quoted)
        return;
    size_t len = 0;
    for (size_t i = 0; i < field->len; i++) {
        field->text[len++] = field->text[i];
        if (field->text[i] == '"')
            i++;
    }
    field->len = len;
}

static int check_bytes(struct csv_scan *scan, size_t len, struct err *err)
{
    size_t valid = utf8_valid(scan->bytes, len);
    if (valid == len)
        return 0;
    if (scan->bytes[valid] == 0) {
        csv_scan_error(scan, valid, err, "found a zero byte, which no text holds");
        return err_hint(err, "Is the file UTF-16 or not text at all? It must be UTF-8.");
    }
    csv_scan_error(scan, valid, err, "found byte 0x%02X, which is not UTF-8",
                   (unsigned char)scan->bytes[valid]);
    return err_hint(err,
                    "Convert the file to UTF-8 (iconv -f windows-1252 -t utf-8, for example).");
}

int csv_scan_record(struct csv_scan *scan, size_t *ret_count, size_t *ret_bytes, int64_t *ret_lines,
                    struct err *err)
{
    struct cursor cursor = {.lines = 1};
    enum stop stop = STOP_FIELD;
    while (stop == STOP_FIELD) {
        if (cursor.count == TEXT_MAX_FIELDS)
            return csv_scan_error(scan, cursor.at, err, "found more than %d fields in one record",
                                  TEXT_MAX_FIELDS);
        struct text_field *field = next_field(scan, &cursor);
        if (cursor.at < scan->len && scan->bytes[cursor.at] == '"')
            stop = scan_quoted(scan, &cursor, field, err);
        else
            stop = scan_unquoted(scan, &cursor.at, field, err);
    }
    if (stop == STOP_BAD)
        return -1;
    if (stop == STOP_MORE)
        return 0;
    TRY(check_bytes(scan, cursor.at, err));
    for (size_t i = 0; cursor.has_doubled && i < cursor.count; i++)
        undouble(&(*scan->fields)[i]);
    *ret_count = cursor.count;
    *ret_bytes = cursor.at;
    *ret_lines = cursor.lines;
    return 1;
}
