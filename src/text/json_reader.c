/* SPDX-License-Identifier: Apache-2.0 */
#include "text/json_reader.h"
#include "base/alloc.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BUFFER_BYTES ((size_t)256 << 10)
#define RECODE_BYTES ((size_t)16 << 10)

static void json_close(struct text_reader *base)
{
    struct json_reader *reader = (struct json_reader *)base;
    text_input_close(reader->input);
    json_row_release(&reader->row);
    if (reader->memory && reader->cap > 0)
        memory_release(reader->memory, (int64_t)reader->cap);
    free(reader->buffer);
    arena_release(&reader->arena);
    free(reader);
}

void json_reader_close_at(struct json_reader **reader)
{
    if (*reader)
        json_close(&TAKE(*reader)->base);
}

void json_reader_scan(const struct json_reader *reader, size_t end, const char *last,
                      struct json_scan *ret_scan)
{
    *ret_scan = (struct json_scan){.at = reader->buffer + reader->begin,
                                   .end = reader->buffer + end,
                                   .is_last = reader->is_last || end < reader->end,
                                   .last = last};
}

void json_reader_count(struct json_reader *reader, const char *at)
{
    const char *from = reader->buffer + (reader->counted - reader->offset);
    for (const char *end; from < at && (end = memchr(from, '\n', (size_t)(at - from)));) {
        from = end + 1;
        reader->base.line++;
        reader->line_offset = reader->offset + (from - reader->buffer);
    }
    reader->counted = reader->offset + (at - reader->buffer);
}

int json_reader_fail(struct json_reader *reader, const char *at, struct err *err,
                     const char *format, ...)
{
    char message[400];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    json_reader_count(reader, at);
    int64_t column = reader->counted - reader->line_offset + 1;
    err_set(err, ERR_DATA, "%s", message);
    return err_where(err, "%s:%lld:%lld", reader->file->label, (long long)reader->base.line,
                     (long long)column);
}

static int grow(struct json_reader *reader, struct err *err)
{
    size_t cap = reader->cap ? 2 * reader->cap : FIRST_BUFFER_BYTES;
    if (cap > (size_t)TEXT_MAX_RECORD_BYTES)
        return json_reader_fail(reader, reader->buffer + reader->begin, err,
                                "the record that begins here is longer than %lld bytes",
                                (long long)TEXT_MAX_RECORD_BYTES);
    if (reader->memory)
        TRY(memory_reserve(reader->memory, (int64_t)(cap - reader->cap), "a record of JSON", err));
    char *buffer = realloc(reader->buffer, cap + JSON_PADDING);
    if (!buffer) {
        if (reader->memory)
            memory_release(reader->memory, (int64_t)(cap - reader->cap));
        return err_set(err, ERR_MEMORY_LIMIT, "out of memory reading \"%s\"", reader->file->label);
    }
    reader->buffer = buffer;
    reader->cap = cap;
    return 0;
}

/* Bytes that Windows-1252 or Latin-1 mean, as UTF-8, behind the buffered ones. */
static int64_t read_recoded(struct json_reader *reader, size_t room, struct err *err)
{
    char bytes[RECODE_BYTES];
    int64_t got = text_input_read(reader->input, bytes,
                                  room / 3 < sizeof(bytes) ? room / 3 : sizeof(bytes), err);
    if (got <= 0)
        return got;
    int64_t len = text_to_utf8(reader->encoding, bytes, (size_t)got, reader->buffer + reader->end);
    if (len < 0)
        return err_set(err, ERR_DATA, "found a byte that %s does not define in \"%s\"",
                       text_encoding_name(reader->encoding), reader->file->label);
    return len;
}

static int64_t read_some(struct json_reader *reader, struct err *err)
{
    size_t room = reader->cap - reader->end;
    if (reader->encoding == ENCODING_LATIN1 || reader->encoding == ENCODING_WINDOWS_1252)
        return read_recoded(reader, room, err);
    if (reader->left >= 0 && (int64_t)room > reader->left)
        room = (size_t)reader->left;
    int64_t got =
        room ? text_input_read(reader->input, reader->buffer + reader->end, room, err) : 0;
    if (reader->left >= 0 && got > 0)
        reader->left -= got;
    return got;
}

int json_reader_fill(struct json_reader *reader, struct err *err)
{
    json_reader_count(reader, reader->buffer + reader->begin);
    memmove(reader->buffer, reader->buffer + reader->begin, reader->end - reader->begin);
    reader->offset += (int64_t)reader->begin;
    reader->end -= reader->begin;
    reader->begin = 0;
    if (reader->cap - reader->end < 3) /* the least room for a character */
        TRY(grow(reader, err));
    while (reader->cap - reader->end >= 3) {
        int64_t got = read_some(reader, err);
        if (got < 0)
            return -1;
        reader->is_last = got == 0;
        if (got == 0)
            break;
        reader->end += (size_t)got;
    }
    memset(reader->buffer + reader->end, 0, JSON_PADDING);
    reader->base.read_bytes = text_input_consumed(reader->input);
    return 0;
}

void json_reader_give(struct json_reader *reader, const struct json_scan *scan, const char *begin,
                      const char *end, struct text_record *ret_record)
{
    *ret_record = (struct text_record){.fields = reader->row.fields,
                                       .count = reader->base.names.count,
                                       .line = reader->base.line,
                                       .offset = reader->offset + (begin - reader->buffer),
                                       .raw = begin,
                                       .raw_len = (size_t)(end - begin)};
    if (scan->message[0] == '\0')
        return;
    json_reader_count(reader, scan->message_at);
    snprintf(reader->reason, sizeof(reader->reason), "%s", scan->message);
    ret_record->wrong = reader->reason;
    ret_record->wrong_line = reader->base.line;
    ret_record->wrong_field = scan->message_field;
    ret_record->wrong_column = reader->counted - reader->line_offset + 1;
}

/* Trims the line at `begin` that ends at buffer[*end]: a CR at its end, and blanks at its start, which may be all. */
static void trim_line(struct json_reader *reader, size_t begin, size_t *end)
{
    const char *buffer = reader->buffer;
    if (*end > begin && buffer[*end - 1] == '\r')
        --*end;
    while (reader->begin < *end && (buffer[reader->begin] == ' ' || buffer[reader->begin] == '\t' ||
                                    buffer[reader->begin] == '\r'))
        reader->begin++;
}

/* What stands behind the value of a line. */
static void end_line(struct json_scan *scan)
{
    struct json_token token;
    if (json_scan_token(scan, &token) == 0 && token.kind != JSON_END)
        (void)json_scan_expected(scan, &token, "one object in a line");
}

static int lines_next(struct text_reader *base, struct text_record *ret_record, struct err *err)
{
    struct json_reader *reader = (struct json_reader *)base;
    for (;;) {
        size_t begin = reader->begin;
        char *found = memchr(reader->buffer + begin, '\n', reader->end - begin);
        if (!found && !reader->is_last) {
            TRY(json_reader_fill(reader, err));
            continue;
        }
        if (begin == reader->end)
            return 0;
        size_t next = found ? (size_t)(found + 1 - reader->buffer) : reader->end;
        size_t end = found ? next - 1 : next;
        trim_line(reader, begin, &end);
        bool is_blank = reader->begin == end;
        if (!is_blank) {
            struct json_scan scan;
            json_reader_scan(reader, end, "line", &scan);
            scan.is_last = true;
            if (json_row_read(&reader->row, &scan, err) == 0)
                end_line(&scan);
            if (scan.stop == JSON_FAILED)
                return -1;
            json_reader_give(reader, &scan, reader->buffer + begin, reader->buffer + end,
                             ret_record);
        }
        reader->begin = next;
        json_reader_count(reader, reader->buffer + next);
        base->position = reader->offset + (int64_t)next;
        if (!is_blank)
            return 1;
    }
}

static int document_next(struct text_reader *base, struct text_record *ret_record, struct err *err)
{
    return json_document_next((struct json_reader *)base, ret_record, err);
}

static const struct text_reader_ops lines_ops = {.next = lines_next, .close = json_close};
static const struct text_reader_ops document_ops = {.next = document_next, .close = json_close};

int json_reader_open(const struct text_file *file, enum text_packing packing,
                     enum text_encoding encoding, struct text_range range,
                     const struct text_names *known, int64_t max_field_bytes, struct memory *memory,
                     struct json_reader **ret_reader, struct err *err)
{
    AUTO(json_reader_close_at) struct json_reader *reader = alloc_zeroed(sizeof(*reader));
    reader->file = file;
    reader->memory = memory;
    reader->encoding = encoding;
    arena_init(&reader->arena, (size_t)1 << 20);
    json_row_init(&reader->row, &reader->base.names, known, max_field_bytes, memory);
    TRY(text_input_open(file, packing, encoding, range.start_byte, memory, &reader->input, err));
    int64_t mark = text_input_mark(reader->input);
    reader->offset = range.start_byte > mark ? range.start_byte : mark;
    reader->left = range.end_byte < 0                ? -1
                   : range.end_byte < reader->offset ? 0
                                                     : range.end_byte - reader->offset;
    reader->counted = reader->line_offset = reader->base.position = reader->offset;
    reader->base.line = range.line;
    TRY(grow(reader, err));
    TRY(json_reader_fill(reader, err));
    *ret_reader = TAKE(reader);
    return 0;
}

int json_open(const struct text_file *file, const struct text_head *head, struct text_range range,
              const struct text_names *known, struct memory *memory,
              struct text_reader **ret_reader, struct err *err)
{
    const struct text_dialect *dialect = &head->dialect;
    AUTO(json_reader_close_at) struct json_reader *reader = NULL;
    TRY(json_reader_open(file, dialect->packing, dialect->encoding, range, known,
                         dialect->max_field_bytes, memory, &reader, err));
    reader->head = head;
    reader->base.ops = dialect->format == TEXT_JSON ? &document_ops : &lines_ops;
    if (dialect->format == TEXT_JSON)
        TRY(json_path_parse(reader, dialect->records ? dialect->records : "", err));
    *ret_reader = &TAKE(reader)->base;
    return 0;
}
