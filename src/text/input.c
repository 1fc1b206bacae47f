/* SPDX-License-Identifier: Apache-2.0 */
#include "text/input.h"
#include "base/alloc.h"
#include "text/input_layer.h"

#include <stdlib.h>
#include <string.h>

struct text_input {
    struct text_layer *bottom, *unpacked, *decoded; /* NULL: not needed */
    struct text_layer *top;                         /* one of them */
    int64_t mark_bytes;
    char first[16]; /* read while looking for a mark */
    size_t first_begin, first_end;
};

void text_input_close(struct text_input *input)
{
    if (!input)
        return;
    layer_close(input->decoded);
    layer_close(input->unpacked);
    layer_close(input->bottom);
    free(input);
}

void text_input_close_at(struct text_input **input)
{
    text_input_close(TAKE(*input));
}

static enum text_packing packing_of(const char *bytes, size_t len)
{
    /* zstd's skippable frames, which may come first, end their magic in 2A 4D 18. */
    if (len >= 2 && memcmp(bytes, "\x1F\x8B", 2) == 0)
        return PACKING_GZIP;
    if (len >= 4 && memcmp(bytes, "\x28\xB5\x2F\xFD", 4) == 0)
        return PACKING_ZSTD;
    if (len >= 4 && (bytes[0] & 0xF0) == 0x50 && memcmp(bytes + 1, "\x2A\x4D\x18", 3) == 0)
        return PACKING_ZSTD;
    return PACKING_NONE;
}

int text_packing_find(const char *path, enum text_packing *ret_packing, struct err *err)
{
    struct text_file file = {.path = path, .label = path};
    AUTO(layer_close_at) struct text_layer *layer = NULL;
    TRY(layer_file_open(&file, 0, &layer, err));
    char bytes[4];
    int64_t got = layer_read(layer, bytes, sizeof(bytes), err);
    if (got < 0)
        return -1;
    *ret_packing = packing_of(bytes, (size_t)got);
    return 0;
}

static int read_first(struct text_input *input, struct err *err)
{
    while (input->first_end < 4) {
        int64_t got = layer_read(input->top, input->first + input->first_end,
                                 sizeof(input->first) - input->first_end, err);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        input->first_end += (size_t)got;
    }
    return 0;
}

static int skip_to(struct text_input *input, int64_t start_byte, struct err *err)
{
    char waste[16384];
    for (int64_t left = start_byte - input->mark_bytes; left > 0;) {
        size_t want = left < (int64_t)sizeof(waste) ? (size_t)left : sizeof(waste);
        int64_t got = text_input_read(input, waste, want, err);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        left -= got;
    }
    return 0;
}

/* A member is unpacked by its zip file; what is packed in it again is asked for by its packing. */
static int open_unpacked(struct text_input *input, const struct text_file *file,
                         enum text_packing packing, int64_t start_byte, struct memory *memory,
                         struct err *err)
{
    if (packing == PACKING_UNKNOWN && file->member)
        packing = PACKING_NONE;
    if (packing == PACKING_UNKNOWN)
        TRY(text_packing_find(file->path, &packing, err));
    if (file->member)
        TRY(layer_zip_open(file, memory, &input->bottom, err));
    else
        TRY(layer_file_open(file, packing == PACKING_NONE ? start_byte : 0, &input->bottom, err));
    input->top = input->bottom;
    if (packing == PACKING_GZIP)
        TRY(layer_gzip_open(input->bottom, memory, &input->unpacked, err));
    else if (packing == PACKING_ZSTD)
        TRY(layer_zstd_open(input->bottom, memory, &input->unpacked, err));
    if (input->unpacked)
        input->top = input->unpacked;
    return 0;
}

int text_input_open(const struct text_file *file, enum text_packing packing,
                    enum text_encoding encoding, int64_t start_byte, struct memory *memory,
                    struct text_input **ret_input, struct err *err)
{
    AUTO(text_input_close_at) struct text_input *input = alloc_zeroed(sizeof(*input));
    bool is_utf16 = encoding == ENCODING_UTF16_LE || encoding == ENCODING_UTF16_BE;
    TRY(open_unpacked(input, file, packing, is_utf16 ? 0 : start_byte, memory, err));
    bool is_at_start = input->unpacked || is_utf16 || file->member || start_byte == 0;
    if (is_utf16) {
        TRY(layer_utf16_open(input->top, encoding == ENCODING_UTF16_BE, memory, &input->decoded,
                             err));
        input->top = input->decoded;
    }
    if (is_at_start && (is_utf16 || encoding == ENCODING_UTF8)) {
        TRY(read_first(input, err));
        bool has_mark = is_utf16
                            ? layer_utf16_has_mark(input->decoded)
                            : input->first_end >= 3 && memcmp(input->first, "\xEF\xBB\xBF", 3) == 0;
        input->mark_bytes = has_mark ? 3 : 0;
        input->first_begin = has_mark && !is_utf16 ? 3 : 0;
    }
    if (is_at_start)
        TRY(skip_to(input, start_byte, err));
    *ret_input = TAKE(input);
    return 0;
}

int64_t text_input_read(struct text_input *input, char *buffer, size_t size, struct err *err)
{
    size_t given = input->first_end - input->first_begin;
    if (given == 0)
        return layer_read(input->top, buffer, size, err);
    if (given > size)
        given = size;
    memcpy(buffer, input->first + input->first_begin, given);
    input->first_begin += given;
    return (int64_t)given;
}

int64_t text_input_consumed(const struct text_input *input)
{
    return input->bottom->taken_bytes;
}

int64_t text_input_mark(const struct text_input *input)
{
    return input->mark_bytes;
}
