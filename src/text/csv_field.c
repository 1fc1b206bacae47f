/* SPDX-License-Identifier: Apache-2.0 */
#include "text/csv_field.h"
#include "text/input.h"
#include "text/utf8.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void csv_side_release(struct csv_side *side)
{
    if (side->memory && side->cap > 0)
        memory_release(side->memory, (int64_t)side->cap);
    free(side->bytes);
}

/* Empties it and makes room for what one record needs, so that nothing moves while it is filled. */
static int side_begin(struct csv_side *side, size_t bytes, struct err *err)
{
    side->len = 0;
    if (bytes < side->cap)
        return 0;
    size_t cap = 2 * (bytes + 64); /* never nothing, so that there is a place to point to */
    if (side->memory)
        TRY(memory_reserve(side->memory, (int64_t)(cap - side->cap), "a record of text", err));
    char *grown = realloc(side->bytes, cap);
    if (!grown) {
        if (side->memory)
            memory_release(side->memory, (int64_t)(cap - side->cap));
        return err_set(err, ERR_MEMORY_LIMIT, "out of memory for a record of %zu bytes", bytes);
    }
    side->bytes = grown;
    side->cap = cap;
    return 0;
}

static void set_wrong(struct csv_scan *scan, struct csv_found *found, size_t at, const char *format,
                      ...) __attribute__((format(printf, 4, 5)));
static void set_wrong(struct csv_scan *scan, struct csv_found *found, size_t at, const char *format,
                      ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(scan->message, sizeof(scan->message), format, args);
    va_end(args);
    found->wrong = scan->message;
    found->wrong_at = at;
}

static bool is_undefined(unsigned char c) /* in Windows-1252 */
{
    return c == 0x81 || c == 0x8D || c == 0x8F || c == 0x90 || c == 0x9D;
}

static bool check_encoding(enum text_encoding encoding, struct csv_scan *scan,
                           struct csv_found *found, const struct text_record *record)
{
    const char *bytes = record->raw;
    size_t len = record->raw_len, at = 0;
    if (encoding == ENCODING_LATIN1 || encoding == ENCODING_WINDOWS_1252) {
        while (at < len && bytes[at] != 0 &&
               (encoding == ENCODING_LATIN1 || !is_undefined((unsigned char)bytes[at])))
            at++;
    } else {
        at = utf8_valid(bytes, len);
    }
    if (at == len)
        return true;
    if (bytes[at] == 0)
        set_wrong(scan, found, at, "found a zero byte, which no text holds");
    else
        set_wrong(scan, found, at, "found byte 0x%02X, which %s", (unsigned char)bytes[at],
                  encoding == ENCODING_WINDOWS_1252
                      ? "windows-1252 does not define: is the encoding another one?"
                      : "is not UTF-8: declare the encoding");
    return false;
}

static bool check_returns(struct csv_scan *scan, struct csv_found *found,
                          const struct text_record *record)
{
    if (!memchr(record->raw, '\r', record->raw_len))
        return true;
    for (size_t i = 0; i < record->count; i++) {
        const struct text_field *field = &record->fields[i];
        const char *cr = field->token == TOKEN_PLAIN ? memchr(field->text, '\r', field->len) : NULL;
        if (!cr)
            continue;
        set_wrong(scan, found, (size_t)(cr - record->raw),
                  "found a carriage return that no line feed follows: lines end with LF or CRLF");
        return false;
    }
    return true;
}

static bool check_lengths(size_t max, struct csv_scan *scan, struct csv_found *found,
                          const struct text_record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct text_field *field = &record->fields[i];
        if (field->len <= max)
            continue;
        set_wrong(scan, found, (size_t)(field->text - record->raw) - (field->token == TOKEN_QUOTED),
                  "the field that begins here is longer than %zu bytes", max);
        return false;
    }
    return true;
}

/* The field that a byte of the record belongs to. */
static size_t field_at(const struct text_record *record, size_t at)
{
    size_t i = record->count;
    while (i > 1 && record->fields[i - 1].text > record->raw + at + 1)
        i--;
    return i ? i - 1 : 0;
}

static void trim(struct text_record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        struct text_field *field = &record->fields[i];
        if (field->token != TOKEN_PLAIN)
            continue;
        while (field->len > 0 && (*field->text == ' ' || *field->text == '\t')) {
            field->text++;
            field->len--;
        }
        while (field->len > 0 &&
               (field->text[field->len - 1] == ' ' || field->text[field->len - 1] == '\t'))
            field->len--;
    }
}

/* `to` may be the field itself; returns the first byte behind it. */
static char *undouble(struct text_field *field, char *to, int quote)
{
    const char *from = field->text, *end = from + field->len;
    field->text = to;
    while (from < end) {
        const char *found = memchr(from, quote, (size_t)(end - from));
        size_t len = (size_t)((found ? found + 1 : end) - from);
        memmove(to, from, len);
        to += len;
        from += len + (found ? 1 : 0);
    }
    field->len = (size_t)(to - field->text);
    return to;
}

/* In `side`, where the fields are already if they have been converted. */
static void undouble_record(struct csv_side *side, struct text_record *record, bool is_converted,
                            int quote)
{
    for (size_t i = 0; i < record->count; i++) {
        struct text_field *field = &record->fields[i];
        if (field->token != TOKEN_QUOTED || !memchr(field->text, quote, field->len))
            continue;
        char *to =
            is_converted ? side->bytes + (field->text - side->bytes) : side->bytes + side->len;
        char *end = undouble(field, to, quote);
        if (!is_converted)
            side->len = (size_t)(end - side->bytes);
    }
}

/* Leaves alone what has a byte that the encoding does not define. */
static void convert(struct csv_side *side, enum text_encoding encoding, const char **text,
                    size_t *len)
{
    char *to = side->bytes + side->len;
    int64_t made = text_to_utf8(encoding, *text, *len, to);
    if (made < 0)
        return;
    *text = to;
    *len = (size_t)made;
    side->len += (size_t)made;
}

static int convert_record(enum text_encoding encoding, struct csv_side *side, size_t count,
                          struct text_record *record, struct err *err)
{
    size_t len = record->raw_len;
    for (size_t i = 0; i < record->raw_len; i++)
        len += record->raw[i] & 0x80 ? 2 : 0; /* three bytes at most */
    TRY(side_begin(side, 2 * len, err));
    convert(side, encoding, &record->raw, &record->raw_len);
    for (size_t i = 0; i < count; i++)
        convert(side, encoding, &record->fields[i].text, &record->fields[i].len);
    return 0;
}

/* Finds the first fault; letters that are none count before it, for they make all else unreadable. */
static void check(const struct text_dialect *dialect, struct csv_scan *scan,
                  struct csv_found *found, const struct text_record *record)
{
    int64_t declared = dialect->max_field_bytes;
    size_t max = (size_t)(declared > 0 ? declared : TEXT_MAX_FIELD_BYTES);
    bool is_right = !found->has_odd || check_encoding(dialect->encoding, scan, found, record);
    if (is_right && found->wrong)
        return;
    if (is_right && found->has_odd)
        is_right = check_returns(scan, found, record);
    if (is_right && record->raw_len > max)
        is_right = check_lengths(max, scan, found, record);
    if (!is_right)
        found->wrong_field = field_at(record, found->wrong_at);
}

int csv_field_finish(const struct text_dialect *dialect, struct csv_scan *scan,
                     struct csv_found *found, struct csv_side *side, struct text_record *record,
                     struct err *err)
{
    bool is_converted = found->has_odd && (dialect->encoding == ENCODING_LATIN1 ||
                                           dialect->encoding == ENCODING_WINDOWS_1252);
    check(dialect, scan, found, record);
    if (is_converted)
        TRY(convert_record(dialect->encoding, side, found->wrong ? 0 : record->count, record, err));
    else if (found->has_doubled)
        TRY(side_begin(side, record->raw_len, err));
    if (found->wrong)
        return 0;
    if (found->has_doubled)
        undouble_record(side, record, is_converted, scan->quote);
    if (scan->is_trimmed)
        trim(record);
    return 0;
}
