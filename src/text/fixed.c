/* SPDX-License-Identifier: Apache-2.0 */
#include "text/fixed.h"
#include "base/alloc.h"
#include "text/input.h"
#include "text/reader.h"
#include "text/utf8.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_BUFFER_BYTES ((size_t)256 << 10)
#define FIRST_TEXT_BYTES ((size_t)4 << 10)

struct fixed_reader {
    struct text_reader base;
    const struct text_file *file;
    const struct text_head *head;
    struct memory *memory;
    int64_t reserved_bytes;
    struct text_input *input;
    bool is_end;      /* the file has no bytes after the buffered ones */
    int64_t end_byte; /* < 0: the end of the file */
    char *buffer;
    size_t cap, begin, end; /* not yet given: buffer[begin, end) */
    char *text;             /* the record, where the file is not UTF-8 */
    size_t text_cap;
    struct text_field *fields;
    char wrong[FIXED_WHY_BYTES];
};

static void fixed_close(struct text_reader *base)
{
    struct fixed_reader *reader = (struct fixed_reader *)base;
    if (reader->memory && reader->reserved_bytes > 0)
        memory_release(reader->memory, reader->reserved_bytes);
    text_input_close(reader->input);
    free(reader->buffer);
    free(reader->text);
    free(reader->fields);
    free(reader);
}

static void fixed_close_at(struct fixed_reader **reader)
{
    struct fixed_reader *open = TAKE(*reader);
    if (open)
        fixed_close(&open->base);
}

static int resize(struct fixed_reader *reader, char **buffer, size_t *cap, size_t wanted,
                  struct err *err)
{
    if (reader->memory)
        TRY(memory_reserve(reader->memory, (int64_t)(wanted - *cap), "a record of text", err));
    reader->reserved_bytes += (int64_t)(wanted - *cap);
    char *grown = realloc(*buffer, wanted);
    if (!grown)
        return err_set(err, ERR_MEMORY_LIMIT, "out of memory reading \"%s\"", reader->file->label);
    *buffer = grown;
    *cap = wanted;
    return 0;
}

/* Makes room behind the unread bytes and reads into it. */
static int fill(struct fixed_reader *reader, struct err *err)
{
    memmove(reader->buffer, reader->buffer + reader->begin, reader->end - reader->begin);
    reader->end -= reader->begin;
    reader->begin = 0;
    if (reader->end == (size_t)TEXT_MAX_RECORD_BYTES) {
        err_set(err, ERR_DATA, "the line that begins here is longer than %lld bytes",
                (long long)TEXT_MAX_RECORD_BYTES);
        return err_where(err, "%s:%lld:1", reader->file->label, (long long)reader->base.line);
    }
    if (reader->end == reader->cap)
        TRY(resize(reader, &reader->buffer, &reader->cap, 2 * reader->cap, err));
    int64_t got = text_input_read(reader->input, reader->buffer + reader->end,
                                  reader->cap - reader->end, err);
    if (got < 0)
        return -1;
    reader->base.read_bytes = text_input_consumed(reader->input);
    reader->end += (size_t)got;
    reader->is_end = got == 0;
    return 0;
}

/* One line of the buffer, without its line end, and what it takes with it. 1, or 0 at the end. */
static int next_line(struct fixed_reader *reader, const char **ret_line, size_t *ret_len,
                     size_t *ret_bytes, struct err *err)
{
    if (reader->end_byte >= 0 && reader->base.position >= reader->end_byte)
        return 0;
    size_t looked = 0;
    for (;;) {
        size_t left = reader->end - reader->begin;
        char *line = reader->buffer + reader->begin;
        const char *feed = memchr(line + looked, '\n', left - looked);
        if (!feed && !reader->is_end) {
            looked = left;
            TRY(fill(reader, err));
            continue;
        }
        size_t len = feed ? (size_t)(feed - line) : left;
        *ret_bytes = len + (feed != NULL);
        *ret_len = feed && len > 0 && line[len - 1] == '\r' ? len - 1 : len;
        *ret_line = line;
        return *ret_bytes > 0;
    }
}

static bool is_one_byte(const struct fixed_reader *reader)
{
    enum text_encoding encoding = reader->head->dialect.encoding;
    return encoding == ENCODING_LATIN1 || encoding == ENCODING_WINDOWS_1252;
}

static void set_wrong(struct text_record *record, const char *why, size_t field, size_t at)
{
    record->wrong = why;
    record->wrong_field = field;
    record->wrong_line = record->line;
    record->wrong_column = (int64_t)at + 1;
    record->count = 0;
}

/* A byte that is none of its encoding's. */
static void set_wrong_byte(struct fixed_reader *reader, struct text_record *record, size_t at)
{
    const struct text_dialect *dialect = &reader->head->dialect;
    unsigned char byte = (unsigned char)record->raw[at];
    if (byte == 0)
        snprintf(reader->wrong, sizeof(reader->wrong), "found a zero byte, which no text holds");
    else
        snprintf(reader->wrong, sizeof(reader->wrong), "found byte 0x%02X, which is not %s", byte,
                 is_one_byte(reader) ? "Windows-1252" : "UTF-8");
    size_t position = is_one_byte(reader) ? at : fixed_chars(record->raw, at);
    set_wrong(record, reader->wrong, fixed_column_at(dialect->spans, dialect->span_count, position),
              at);
}

/* The first byte that is none of a one-byte encoding; `len` when there is none. */
static size_t find_undefined(enum text_encoding encoding, const char *bytes, size_t len)
{
    char waste[4];
    size_t at = 0;
    while (at < len && bytes[at] && text_to_utf8(encoding, bytes + at, 1, waste) > 0)
        at++;
    return at;
}

/* The record becomes UTF-8: where it is not, in reader->text. */
static int decode(struct fixed_reader *reader, struct text_record *record, struct err *err)
{
    enum text_encoding encoding = reader->head->dialect.encoding;
    size_t len = record->raw_len, most = len;
    if (!is_one_byte(reader)) {
        size_t valid = utf8_valid(record->raw, len);
        if (valid < len)
            set_wrong_byte(reader, record, valid);
        return 0;
    }
    for (size_t i = 0; i < len; i++)
        most += record->raw[i] & 0x80 ? 2 : 0;
    if (most > reader->text_cap)
        TRY(resize(reader, &reader->text, &reader->text_cap, most + most / 2, err));
    int64_t got =
        memchr(record->raw, 0, len) ? -1 : text_to_utf8(encoding, record->raw, len, reader->text);
    if (got < 0) {
        set_wrong_byte(reader, record, find_undefined(encoding, record->raw, len));
        return 0;
    }
    record->raw = reader->text;
    record->raw_len = (size_t)got;
    return 0;
}

static int tokenize(struct fixed_reader *reader, struct text_record *record, struct err *err)
{
    const struct text_dialect *dialect = &reader->head->dialect;
    int64_t max = dialect->max_field_bytes ? dialect->max_field_bytes : TEXT_MAX_FIELD_BYTES;
    TRY(decode(reader, record, err));
    if (record->wrong)
        return 0;
    size_t len = record->raw_len;
    record->count = len > 0 ? dialect->span_count : 1; /* text_is_blank() */
    struct fixed_fault fault = fixed_slice(dialect->spans, dialect->span_count, (size_t)max,
                                           record->raw, len, reader->fields);
    if (fault.kind == FIXED_FINE)
        return 0;
    fixed_explain(fault, record->raw, len, reader->head->names, dialect->span_count, reader->wrong);
    set_wrong(record, reader->wrong, fault.field,
              is_one_byte(reader) ? fixed_chars(record->raw, fault.at) : fault.at);
    return 0;
}

static int fixed_next(struct text_reader *base, struct text_record *ret_record, struct err *err)
{
    struct fixed_reader *reader = (struct fixed_reader *)base;
    char comment = reader->head->dialect.comment;
    const char *line;
    size_t len, bytes;
    bool is_comment;
    struct text_record record;
    do {
        int got = next_line(reader, &line, &len, &bytes, err);
        if (got <= 0)
            return got;
        record = (struct text_record){.fields = reader->fields,
                                      .line = base->line,
                                      .offset = base->position,
                                      .raw = line,
                                      .raw_len = len};
        is_comment = comment && comment != TEXT_NO_COMMENT && len > 0 && line[0] == comment;
        if (!is_comment)
            TRY(tokenize(reader, &record, err));
        reader->begin += bytes;
        base->position += (int64_t)bytes;
        base->line++;
    } while (is_comment);
    *ret_record = record;
    return 1;
}

static const struct text_reader_ops fixed_ops = {.next = fixed_next, .close = fixed_close};

int fixed_open(const struct text_file *file, const struct text_head *head, struct text_range range,
               struct memory *memory, struct text_reader **ret_reader, struct err *err)
{
    AUTO(fixed_close_at) struct fixed_reader *reader = alloc_zeroed(sizeof(*reader));
    const struct text_dialect *dialect = &head->dialect;
    reader->base.ops = &fixed_ops;
    reader->base.line = range.line;
    reader->file = file;
    reader->head = head;
    reader->memory = memory;
    reader->end_byte = range.end_byte;
    reader->fields = alloc_zeroed((dialect->span_count + 1) * sizeof(*reader->fields));
    TRY(resize(reader, &reader->buffer, &reader->cap, FIRST_BUFFER_BYTES, err));
    TRY(resize(reader, &reader->text, &reader->text_cap, FIRST_TEXT_BYTES, err));
    TRY(text_input_open(file, dialect->packing, dialect->encoding, range.start_byte, memory,
                        &reader->input, err));
    int64_t mark = text_input_mark(reader->input);
    reader->base.position = range.start_byte > mark ? range.start_byte : mark;
    struct text_reader *base = &TAKE(reader)->base;
    *ret_reader = base;
    return 0;
}
