/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "text/fixed.h"
#include "text/input.h"

#include <stdlib.h>
#include <string.h>

void fixed_lines_release(struct fixed_lines *lines)
{
    if (lines->memory && lines->reserved_bytes > 0)
        memory_release(lines->memory, lines->reserved_bytes);
    free(lines->items);
    free(lines->bytes);
    free(lines->converted);
    *lines = (struct fixed_lines){0};
}

static int make_room(struct fixed_lines *lines, size_t bytes, bool is_converted,
                     struct memory *memory, struct err *err)
{
    size_t converted = is_converted ? 3 * bytes : 0;
    size_t items = FIXED_SAMPLE_LINES * sizeof(*lines->items);
    if (memory)
        TRY(memory_reserve(memory, (int64_t)(bytes + converted + items), "lines of text", err));
    lines->memory = memory;
    lines->reserved_bytes = (int64_t)(bytes + converted + items);
    lines->bytes = malloc(bytes);
    lines->items = malloc(items);
    lines->converted = is_converted ? malloc(converted) : NULL;
    if (!lines->bytes || !lines->items || (is_converted && !lines->converted))
        return err_set(err, ERR_MEMORY_LIMIT, "out of memory for the first lines of a file");
    return 0;
}

static bool is_one_byte(enum text_encoding encoding)
{
    return encoding == ENCODING_LATIN1 || encoding == ENCODING_WINDOWS_1252;
}

/* bytes[begin, end), which stand at `offset` in the file, become lines; the rest without line end only when it `is_end`. */
static void cut_lines(struct fixed_lines *lines, enum text_encoding encoding, size_t begin,
                      size_t end, int64_t offset, bool is_end)
{
    char *converted = lines->converted;
    size_t first = begin;
    while (begin < end && lines->count < FIXED_SAMPLE_LINES) {
        const char *feed = memchr(lines->bytes + begin, '\n', end - begin);
        if (!feed && !is_end)
            break;
        struct fixed_line line = {.text = lines->bytes + begin,
                                  .len = (feed ? (size_t)(feed - lines->bytes) : end) - begin,
                                  .offset = offset + (int64_t)(begin - first)};
        begin += line.len + (feed != NULL);
        if (feed && line.len > 0 && line.text[line.len - 1] == '\r')
            line.len--;
        int64_t len = converted ? text_to_utf8(encoding, line.text, line.len, converted) : -1;
        if (len >= 0) {
            line.text = converted;
            line.len = (size_t)len;
            converted += len;
        }
        lines->items[lines->count++] = line;
    }
    lines->end = offset + (int64_t)(begin - first);
    lines->is_whole = begin == end && is_end;
}

static int64_t read_up_to(struct text_input *input, char *buffer, size_t size, struct err *err)
{
    size_t len = 0;
    while (len < size) {
        int64_t got = text_input_read(input, buffer + len, size - len, err);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        len += (size_t)got;
    }
    return (int64_t)len;
}

int fixed_read_first(const struct text_file *file, const struct text_dialect *dialect,
                     struct memory *memory, struct fixed_lines *lines, struct err *err)
{
    AUTO(text_input_close_at) struct text_input *input = NULL;
    TRY(make_room(lines, FIXED_SAMPLE_BYTES, is_one_byte(dialect->encoding), memory, err));
    TRY(text_input_open(file, dialect->packing, dialect->encoding, 0, memory, &input, err));
    int64_t len = read_up_to(input, lines->bytes, FIXED_SAMPLE_BYTES, err);
    if (len < 0)
        return -1;
    lines->has_mark = text_input_mark(input) > 0;
    cut_lines(lines, dialect->encoding, 0, (size_t)len, text_input_mark(input),
              (size_t)len < FIXED_SAMPLE_BYTES);
    return 0;
}

/* Reads to the end and keeps the last bytes; *offset moves with bytes[0]. */
static int64_t read_last(struct text_input *input, char *buffer, int64_t *offset, struct err *err)
{
    size_t len = 0;
    for (;;) {
        if (len == 2 * FIXED_SAMPLE_BYTES) {
            memcpy(buffer, buffer + FIXED_SAMPLE_BYTES, FIXED_SAMPLE_BYTES);
            *offset += (int64_t)FIXED_SAMPLE_BYTES;
            len = FIXED_SAMPLE_BYTES;
        }
        int64_t got = text_input_read(input, buffer + len, 2 * FIXED_SAMPLE_BYTES - len, err);
        if (got < 0)
            return -1;
        if (got == 0)
            return (int64_t)len;
        len += (size_t)got;
    }
}

/* Where to begin: only a file that stands as it is read can be begun near its end. */
static int tail_start(const struct text_file *file, const struct text_dialect *dialect,
                      int64_t start_byte, int64_t *ret_start, struct err *err)
{
    *ret_start = start_byte;
    if (dialect->packing != PACKING_NONE || file->member ||
        dialect->encoding == ENCODING_UTF16_LE || dialect->encoding == ENCODING_UTF16_BE)
        return 0;
    struct file_id id;
    TRY(file_stat(file->path, &id, err));
    if (id.size_bytes - (int64_t)FIXED_SAMPLE_BYTES > start_byte)
        *ret_start = id.size_bytes - (int64_t)FIXED_SAMPLE_BYTES;
    return 0;
}

int fixed_read_last(const struct text_file *file, const struct text_dialect *dialect,
                    int64_t start_byte, struct memory *memory, struct fixed_lines *lines,
                    struct err *err)
{
    AUTO(text_input_close_at) struct text_input *input = NULL;
    int64_t offset;
    TRY(tail_start(file, dialect, start_byte, &offset, err));
    TRY(make_room(lines, 2 * FIXED_SAMPLE_BYTES, is_one_byte(dialect->encoding), memory, err));
    TRY(text_input_open(file, dialect->packing, dialect->encoding, offset, memory, &input, err));
    int64_t len = read_last(input, lines->bytes, &offset, err);
    if (len < 0)
        return -1;
    /* The line that was cut goes, and so does all but the last FIXED_SAMPLE_LINES. */
    size_t begin = (size_t)len, count = 0;
    while (begin > 0 && (lines->bytes[begin - 1] != '\n' || begin == (size_t)len ||
                         ++count < FIXED_SAMPLE_LINES))
        begin--;
    bool is_whole = begin == 0 && offset == start_byte;
    if (begin == 0 && !is_whole) {
        const char *feed = memchr(lines->bytes, '\n', (size_t)len);
        begin = feed ? (size_t)(feed - lines->bytes) + 1 : (size_t)len;
    }
    cut_lines(lines, dialect->encoding, begin, (size_t)len, offset + (int64_t)begin, true);
    lines->is_whole = is_whole;
    return 0;
}
