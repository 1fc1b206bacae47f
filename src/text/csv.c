/* SPDX-License-Identifier: Apache-2.0 */
#include "text/csv.h"
#include "base/alloc.h"
#include "text/csv_scan.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_BUFFER_BYTES ((size_t)256 << 10)

struct csv_reader {
    const char *path;
    const struct text_dialect *dialect;
    struct memory *memory;
    int fd;
    bool is_end;           /* the file has no bytes after the buffered ones */
    int64_t end_byte;      /* < 0: the end of the file */
    int64_t buffer_offset; /* of buffer[0] in the file */
    char *buffer;
    size_t cap, begin, end; /* not yet given: buffer[begin, end) */
    int64_t line;           /* of buffer[begin] */
    struct text_field *fields;
    size_t field_cap;
};

bool text_is_null(const struct text_dialect *dialect, const struct text_field *field)
{
    if (field->is_quoted)
        return false;
    if (field->len == 0)
        return true;
    for (size_t i = 0; i < dialect->null_word_count; i++) {
        const char *word = dialect->null_words[i];
        if (strlen(word) == field->len && memcmp(word, field->text, field->len) == 0)
            return true;
    }
    return false;
}

bool text_is_blank(const struct text_record *record)
{
    return record->count == 1 && record->fields[0].len == 0 && !record->fields[0].is_quoted;
}

void csv_close(struct csv_reader *reader)
{
    if (!reader)
        return;
    if (reader->fd >= 0)
        close(reader->fd);
    if (reader->memory && reader->cap > 0)
        memory_release(reader->memory, (int64_t)reader->cap);
    free(reader->buffer);
    free(reader->fields);
    free(reader);
}

void csv_close_at(struct csv_reader **reader)
{
    csv_close(TAKE(*reader));
}

static int grow(struct csv_reader *reader, struct err *err)
{
    size_t cap = reader->cap ? 2 * reader->cap : FIRST_BUFFER_BYTES;
    if (cap > (size_t)TEXT_MAX_RECORD_BYTES) {
        err_set(err, ERR_DATA, "the record that begins here is longer than %lld bytes",
                (long long)TEXT_MAX_RECORD_BYTES);
        return err_where(err, "%s:%lld:1", reader->path, (long long)reader->line);
    }
    if (reader->memory)
        TRY(memory_reserve(reader->memory, (int64_t)(cap - reader->cap), "a record of text", err));
    char *buffer = realloc(reader->buffer, cap);
    if (!buffer) {
        if (reader->memory)
            memory_release(reader->memory, (int64_t)(cap - reader->cap));
        return err_set(err, ERR_MEMORY_LIMIT, "out of memory reading \"%s\"", reader->path);
    }
    reader->buffer = buffer;
    reader->cap = cap;
    return 0;
}

/* Makes room behind the unread bytes and reads into it. */
static int fill(struct csv_reader *reader, struct err *err)
{
    memmove(reader->buffer, reader->buffer + reader->begin, reader->end - reader->begin);
    reader->buffer_offset += (int64_t)reader->begin;
    reader->end -= reader->begin;
    reader->begin = 0;
    if (reader->end == reader->cap)
        TRY(grow(reader, err));
    int64_t offset = reader->buffer_offset + (int64_t)reader->end;
    size_t want = reader->cap - reader->end;
    if (reader->end_byte >= 0 && (int64_t)want > reader->end_byte - offset)
        want = (size_t)(reader->end_byte - offset);
    ssize_t got = want ? pread(reader->fd, reader->buffer + reader->end, want, offset) : 0;
    if (got < 0)
        return err_errno(err, "could not read \"%s\"", reader->path);
    reader->end += (size_t)got;
    reader->is_end = got == 0;
    return 0;
}

/* Only the first bytes of a file can be a byte order mark. */
static int skip_mark(struct csv_reader *reader, struct err *err)
{
    TRY(fill(reader, err));
    const char *bytes = reader->buffer;
    if (reader->end >= 2 &&
        (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0)) {
        err_set(err, ERR_DATA, "the file is UTF-16 by its first bytes");
        err_where(err, "%s:1:1", reader->path);
        return err_hint(err, "Convert the file to UTF-8 (iconv -f utf-16 -t utf-8).");
    }
    if (reader->end >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
        reader->begin = 3;
    return 0;
}

int csv_open(const char *path, const struct text_dialect *dialect, struct text_range range,
             struct memory *memory, struct csv_reader **ret_reader, struct err *err)
{
    AUTO(csv_close_at) struct csv_reader *reader = alloc_zeroed(sizeof(*reader));
    reader->path = path;
    reader->dialect = dialect;
    reader->memory = memory;
    reader->end_byte = range.end_byte;
    reader->buffer_offset = range.start_byte;
    reader->line = range.line;
    reader->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (reader->fd < 0)
        return err_errno(err, "could not open \"%s\"", path);
    TRY(grow(reader, err));
    if (range.start_byte == 0)
        TRY(skip_mark(reader, err));
    *ret_reader = TAKE(reader);
    return 0;
}

int csv_next(struct csv_reader *reader, struct text_record *ret_record, struct err *err)
{
    int64_t max = reader->dialect->max_field_bytes;
    for (;;) {
        if (reader->begin == reader->end && reader->is_end)
            return 0;
        struct csv_scan scan = {.bytes = reader->buffer + reader->begin,
                                .len = reader->end - reader->begin,
                                .is_end = reader->is_end,
                                .delimiter = reader->dialect->delimiter,
                                .max_field_bytes = (size_t)(max ? max : TEXT_MAX_FIELD_BYTES),
                                .path = reader->path,
                                .line = reader->line,
                                .fields = &reader->fields,
                                .field_cap = &reader->field_cap};
        size_t count, bytes;
        int64_t lines;
        int got = scan.len > 0 ? csv_scan_record(&scan, &count, &bytes, &lines, err) : 0;
        if (got < 0)
            return -1;
        if (got > 0) {
            *ret_record = (struct text_record){
                .fields = reader->fields, .count = count, .line = reader->line};
            reader->begin += bytes;
            reader->line += lines;
            return 1;
        }
        TRY(fill(reader, err));
    }
}

int64_t csv_position(const struct csv_reader *reader)
{
    return reader->buffer_offset + (int64_t)reader->begin;
}

int64_t csv_line(const struct csv_reader *reader)
{
    return reader->line;
}
