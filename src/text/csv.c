/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "text/csv_field.h"
#include "text/input.h"
#include "text/reader.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Fits the second cache of a processor, so that the bytes are read once from the kernel and stay near. */
#define FIRST_BUFFER_BYTES ((size_t)256 << 10)

struct csv_reader {
    struct text_reader reader; /* the first member */
    const struct text_file *file;
    const struct text_dialect *dialect;
    struct memory *memory;
    int fd;                   /* the plain file, or -1 */
    struct text_input *input; /* anything else, or NULL */
    int64_t end_byte;         /* < 0: the end of the file */
    bool is_last;             /* no record follows the range */
    bool has_lines;           /* some lines are none of the records: comments, empty ones */
    bool has_added_newline;
    int64_t buffer_offset; /* of buffer[0] in the file */
    size_t cap;            /* of the buffer, without the padding */
    struct csv_scan scan;
    struct csv_side side;
    size_t name_count;
    struct { /* empty lines that may only be followed by others */
        bool is_there;
        int64_t line, offset;
    } blank;
};

static void csv_close(struct text_reader *base)
{
    struct csv_reader *reader = (struct csv_reader *)base;
    if (reader->fd >= 0)
        close(reader->fd);
    text_input_close(reader->input);
    if (reader->memory && reader->cap > 0)
        memory_release(reader->memory, (int64_t)reader->cap);
    csv_side_release(&reader->side);
    csv_scan_release(&reader->scan);
    free(reader->scan.buffer);
    free(reader);
}

static int grow(struct csv_reader *reader, size_t cap, struct err *err)
{
    if (reader->cap == (size_t)TEXT_MAX_RECORD_BYTES) {
        err_set(err, ERR_DATA, "the record that begins here is longer than %lld bytes",
                (long long)TEXT_MAX_RECORD_BYTES);
        err_where(err, "%s:%lld:1", reader->file->label, (long long)reader->reader.line);
        return err_hint(err, "Is a quote in it never closed, or is the quote another one?");
    }
    if (cap > (size_t)TEXT_MAX_RECORD_BYTES)
        cap = (size_t)TEXT_MAX_RECORD_BYTES;
    if (reader->memory)
        TRY(memory_reserve(reader->memory, (int64_t)(cap - reader->cap), "a record of text", err));
    /* One more for a newline at the end of the file. */
    char *buffer = realloc(reader->scan.buffer, cap + 1 + CSV_PADDING);
    if (!buffer) {
        if (reader->memory)
            memory_release(reader->memory, (int64_t)(cap - reader->cap));
        return err_set(err, ERR_MEMORY_LIMIT, "out of memory reading \"%s\"", reader->file->label);
    }
    reader->scan.buffer = buffer;
    reader->cap = cap;
    return 0;
}

static int64_t read_some(struct csv_reader *reader, char *buffer, size_t size, int64_t offset,
                         struct err *err)
{
    if (reader->input) {
        int64_t got = text_input_read(reader->input, buffer, size, err);
        reader->reader.read_bytes = text_input_consumed(reader->input);
        return got;
    }
    ssize_t got = pread(reader->fd, buffer, size, offset);
    if (got < 0)
        return err_errno(err, "could not read \"%s\"", reader->file->label);
    reader->reader.read_bytes += got;
    return got;
}

/* As if the last line had an end, too. */
static void finish_buffer(struct csv_reader *reader)
{
    struct csv_scan *scan = &reader->scan;
    scan->is_end = true;
    if (scan->end == scan->begin || scan->buffer[scan->end - 1] == '\n')
        return;
    scan->is_cr_end = scan->buffer[scan->end - 1] == '\r';
    scan->buffer[scan->end++] = '\n';
    reader->has_added_newline = true;
}

/* Makes room behind the unread bytes and reads until there is none, or nothing more to read. */
static int fill(struct csv_reader *reader, struct err *err)
{
    struct csv_scan *scan = &reader->scan;
    if (scan->begin > 0)
        memmove(scan->buffer, scan->buffer + scan->begin, scan->end - scan->begin);
    reader->buffer_offset += (int64_t)scan->begin;
    scan->end -= scan->begin;
    scan->begin = 0;
    if (scan->end == reader->cap)
        TRY(grow(reader, 2 * reader->cap, err));
    while (scan->end < reader->cap && !scan->is_end) {
        int64_t offset = reader->buffer_offset + (int64_t)scan->end;
        size_t want = reader->cap - scan->end;
        if (reader->end_byte >= 0 && (int64_t)want > reader->end_byte - offset)
            want = reader->end_byte > offset ? (size_t)(reader->end_byte - offset) : 0;
        int64_t got = want > 0 ? read_some(reader, scan->buffer + scan->end, want, offset, err) : 0;
        if (got < 0)
            return -1;
        scan->end += (size_t)got;
        if (got == 0)
            finish_buffer(reader);
    }
    memset(scan->buffer + scan->end, 0, CSV_PADDING);
    csv_scan_restart(scan);
    return 0;
}

static void set_position(struct csv_reader *reader)
{
    const struct csv_scan *scan = &reader->scan;
    bool is_beyond = reader->has_added_newline && scan->begin == scan->end;
    reader->reader.position = reader->buffer_offset + (int64_t)scan->begin - is_beyond;
}

/* Moves over the line at `begin`: 1, or 0 when its end is not in the buffer. */
static int skip_line(struct csv_reader *reader)
{
    struct csv_scan *scan = &reader->scan;
    char *from = scan->buffer + scan->begin;
    char *newline = memchr(from, '\n', scan->end - scan->begin);
    if (!newline)
        return 0;
    scan->begin += (size_t)(newline - from) + 1;
    reader->reader.line++;
    csv_scan_restart(scan);
    set_position(reader);
    return 1;
}

/* What is no record: 1: nothing more of that; 0: more bytes are needed. */
static int skip_lines(struct csv_reader *reader)
{
    struct csv_scan *scan = &reader->scan;
    while (scan->begin < scan->end) {
        const char *from = scan->buffer + scan->begin;
        bool is_comment = reader->dialect->comment && *from == reader->dialect->comment &&
                          *from != TEXT_NO_COMMENT;
        if (*from == '\r' && scan->end - scan->begin < 2)
            return scan->is_end;
        bool is_blank = reader->name_count > 1 &&
                        (*from == '\n' || (*from == '\r' && from[1] == '\n' &&
                                           !(scan->is_cr_end && scan->end - scan->begin == 2)));
        if (!is_comment && !is_blank)
            return 1;
        if (is_blank && !reader->blank.is_there) {
            reader->blank.is_there = true;
            reader->blank.line = reader->reader.line;
            reader->blank.offset = reader->reader.position;
        }
        if (!skip_line(reader))
            return 0;
    }
    return scan->is_end;
}

static int give_blank(struct csv_reader *reader, struct text_record *ret_record)
{
    reader->blank.is_there = false;
    snprintf(reader->scan.message, sizeof(reader->scan.message),
             "found an empty line between records of %zu fields", reader->name_count);
    *ret_record = (struct text_record){.fields = reader->scan.fields,
                                       .line = reader->blank.line,
                                       .offset = reader->blank.offset,
                                       .raw = "",
                                       .wrong = reader->scan.message,
                                       .wrong_line = reader->blank.line,
                                       .wrong_column = 1};
    return 1;
}

/* Line and column of a byte of the record. */
static void find_place(const char *bytes, size_t at, int64_t line, int64_t *ret_line,
                       int64_t *ret_column)
{
    size_t start = 0;
    for (const char *p = bytes; (p = memchr(p, '\n', at - (size_t)(p - bytes))); p++) {
        line++;
        start = (size_t)(p - bytes) + 1;
    }
    *ret_line = line;
    *ret_column = (int64_t)(at - start) + 1;
}

static int fail(struct csv_reader *reader, enum csv_got got, const struct csv_found *found,
                struct err *err)
{
    int64_t line, column;
    find_place(reader->scan.buffer + reader->scan.begin, found->wrong_at, reader->reader.line,
               &line, &column);
    if (got == CSV_UNCLOSED) {
        err_set(err, ERR_DATA, "the quote that begins here is never closed");
        err_hint(err, "A file that has no quoted fields is read with quote: none.");
    } else {
        err_set(err, ERR_DATA, "found more than %d fields in one record", TEXT_MAX_FIELDS);
    }
    return err_where(err, "%s:%lld:%lld", reader->file->label, (long long)line, (long long)column);
}

static int give(struct csv_reader *reader, struct csv_found *found, struct text_record *ret_record,
                struct err *err)
{
    const char *raw = reader->scan.buffer + reader->scan.begin - found->bytes;
    *ret_record = (struct text_record){.fields = reader->scan.fields,
                                       .count = found->count,
                                       .line = reader->reader.line,
                                       .offset = reader->reader.position,
                                       .raw = raw,
                                       .raw_len = found->len};
    size_t max_len =
        (size_t)(reader->dialect->max_field_bytes > 0 ? reader->dialect->max_field_bytes
                                                      : TEXT_MAX_FIELD_BYTES);
    if (found->has_odd || found->has_doubled || found->len > max_len || reader->scan.is_trimmed)
        TRY(csv_field_finish(reader->dialect, &reader->scan, found, &reader->side, ret_record,
                             err));
    if (found->wrong) {
        ret_record->wrong = found->wrong;
        ret_record->wrong_field = found->wrong_field;
        find_place(raw, found->wrong_at, reader->reader.line, &ret_record->wrong_line,
                   &ret_record->wrong_column);
    }
    reader->reader.line += found->lines;
    set_position(reader);
    return 1;
}

static int csv_next(struct text_reader *base, struct text_record *ret_record, struct err *err)
{
    struct csv_reader *reader = (struct csv_reader *)base;
    struct csv_scan *scan = &reader->scan;
    for (;;) {
        bool is_ready = scan->begin < scan->end || scan->is_end;
        if (is_ready && reader->has_lines)
            is_ready = skip_lines(reader);
        if (is_ready && reader->blank.is_there && (scan->begin < scan->end || !reader->is_last))
            return give_blank(reader, ret_record);
        if (is_ready && scan->begin == scan->end)
            return 0;
        if (is_ready) {
            struct csv_found found;
            enum csv_got got = csv_scan_record(scan, &found);
            if (got == CSV_RECORD)
                return give(reader, &found, ret_record, err) < 0 ? -1 : 1;
            if (got != CSV_MORE)
                return fail(reader, got, &found, err);
        }
        TRY(fill(reader, err));
    }
}

static int open_input(struct csv_reader *reader, const struct text_head *head, int64_t start_byte,
                      struct err *err)
{
    const struct text_dialect *dialect = &head->dialect;
    bool is_utf16 =
        dialect->encoding == ENCODING_UTF16_LE || dialect->encoding == ENCODING_UTF16_BE;
    if (!reader->file->member && dialect->packing == PACKING_NONE && !is_utf16) {
        reader->fd = open(reader->file->path, O_RDONLY | O_CLOEXEC);
        reader->buffer_offset = start_byte == 0 && head->has_mark ? 3 : start_byte;
        return reader->fd < 0 ? err_errno(err, "could not open \"%s\"", reader->file->label) : 0;
    }
    TRY(text_input_open(reader->file, dialect->packing, dialect->encoding, start_byte,
                        reader->memory, &reader->input, err));
    reader->buffer_offset = start_byte > 0 ? start_byte : text_input_mark(reader->input);
    return 0;
}

/* No more than there is to read, and one to see that it ends there. */
static size_t first_bytes(const struct csv_reader *reader)
{
    struct stat status;
    int64_t end = reader->end_byte;
    if (end < 0 && reader->fd >= 0 && fstat(reader->fd, &status) == 0)
        end = status.st_size;
    int64_t left = end - reader->buffer_offset;
    if (left < 0 || left >= (int64_t)FIRST_BUFFER_BYTES)
        return FIRST_BUFFER_BYTES;
    return left < 1024 ? 1024 : (size_t)left + 1;
}

static const struct text_reader_ops csv_ops = {.next = csv_next, .close = csv_close};

int csv_open(const struct text_file *file, const struct text_head *head, struct text_range range,
             struct memory *memory, struct text_reader **ret_reader, struct err *err)
{
    struct csv_reader *reader = alloc_zeroed(sizeof(*reader));
    AUTO(text_reader_close_at) struct text_reader *owner = &reader->reader;
    const struct text_dialect *dialect = &head->dialect;
    reader->reader.ops = &csv_ops;
    reader->reader.line = range.line;
    reader->file = file;
    reader->dialect = dialect;
    reader->memory = memory;
    reader->side.memory = memory;
    reader->fd = -1;
    reader->end_byte = range.end_byte;
    reader->is_last = range.end_byte < 0 || range.end_byte == head->end_byte;
    reader->name_count = head->name_count;
    reader->has_lines = head->name_count > 1 || dialect->comment;
    reader->scan.delimiter = dialect->delimiter;
    reader->scan.quote =
        dialect->quote == TEXT_NO_QUOTE ? CSV_NO_QUOTE : (unsigned char)dialect->quote;
    reader->scan.is_trimmed = dialect->is_trimmed;
    TRY(open_input(reader, head, range.start_byte, err));
    TRY(grow(reader, first_bytes(reader), err));
    reader->reader.position = reader->buffer_offset;
    *ret_reader = TAKE(owner);
    return 0;
}
