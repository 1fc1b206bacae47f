/* SPDX-License-Identifier: Apache-2.0 */
#include "text/input_layer.h"

#include <string.h>

/* UTF-16 to UTF-8. Surrogates that have no partner, and half a unit at the end, are ERR_DATA. */
struct utf16_layer {
    struct text_layer base;
    bool is_big_endian, has_mark, has_begun;
    size_t raw_begin, raw_end, out_begin, out_end;
    int64_t line, column; /* of the next character; column in bytes of the UTF-8 */
    unsigned char raw[LAYER_BUFFER_BYTES];
    char out[LAYER_BUFFER_BYTES / 2 * 3];
};

static unsigned unit_at(const struct utf16_layer *utf16, size_t at)
{
    const unsigned char *raw = utf16->raw + at;
    return utf16->is_big_endian ? (unsigned)raw[0] << 8 | raw[1] : (unsigned)raw[1] << 8 | raw[0];
}

static int utf16_wrong(struct utf16_layer *utf16, const char *what, unsigned unit, struct err *err)
{
    struct text_layer *layer = &utf16->base;
    long long at = layer->below->given_bytes - (int64_t)(utf16->raw_end - utf16->raw_begin);
    err_set(err, ERR_DATA, "found %s at byte %lld (0x%04X), so the file is not UTF-16", what, at,
            unit);
    err_where(err, "%s:%lld:%lld", layer->label, (long long)utf16->line, (long long)utf16->column);
    return err_hint(err, "Is it another encoding, or cut off? Declare the encoding it has.");
}

static size_t put_utf8(char *out, unsigned code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

/* The character that comes next and how many bytes it takes; 0 when more of them are needed. */
static int decode(struct utf16_layer *utf16, unsigned *ret_code, struct err *err)
{
    size_t left = utf16->raw_end - utf16->raw_begin;
    if (left < 2)
        return 0;
    unsigned unit = unit_at(utf16, utf16->raw_begin);
    *ret_code = unit;
    if (unit < 0xD800 || unit > 0xDFFF)
        return 2;
    if (unit >= 0xDC00)
        return utf16_wrong(utf16, "the second half of a pair without its first", unit, err);
    if (left < 4)
        return 0;
    unsigned low = unit_at(utf16, utf16->raw_begin + 2);
    if (low < 0xDC00 || low > 0xDFFF)
        return utf16_wrong(utf16, "the first half of a pair without its second", unit, err);
    *ret_code = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    return 4;
}

/* All whole characters of the buffer. */
static int decode_all(struct utf16_layer *utf16, struct err *err)
{
    unsigned code;
    int taken;
    utf16->out_begin = utf16->out_end = 0;
    while ((taken = decode(utf16, &code, err)) > 0) {
        size_t given = put_utf8(utf16->out + utf16->out_end, code);
        utf16->out_end += given;
        utf16->raw_begin += (size_t)taken;
        utf16->column += (int64_t)given;
        if (code == '\n') {
            utf16->line++;
            utf16->column = 1;
        }
    }
    return taken;
}

static int skip_mark(struct utf16_layer *utf16, struct err *err)
{
    utf16->has_begun = true;
    unsigned first = unit_at(utf16, utf16->raw_begin);
    if (first == 0xFFFE)
        return utf16_wrong(utf16, "the byte order mark of the other byte order", first, err);
    utf16->has_mark = first == 0xFEFF;
    if (utf16->has_mark)
        utf16->raw_begin += 2;
    return 0;
}

/* Reads and decodes until there is text; *ret_is_end: there is none. */
static int refill(struct utf16_layer *utf16, bool *ret_is_end, struct err *err)
{
    size_t left = utf16->raw_end - utf16->raw_begin;
    memmove(utf16->raw, utf16->raw + utf16->raw_begin, left);
    utf16->raw_begin = 0;
    utf16->raw_end = left;
    int64_t got =
        layer_read(utf16->base.below, (char *)utf16->raw + left, sizeof(utf16->raw) - left, err);
    if (got < 0)
        return -1;
    utf16->raw_end += (size_t)got;
    *ret_is_end = got == 0;
    if (got == 0 && left > 0)
        return utf16_wrong(utf16, "the end of the file within a character", utf16->raw[0], err);
    if (!utf16->has_begun && utf16->raw_end >= 2)
        TRY(skip_mark(utf16, err));
    return decode_all(utf16, err);
}

static int64_t utf16_read(struct text_layer *layer, char *buffer, size_t size, struct err *err)
{
    struct utf16_layer *utf16 = (struct utf16_layer *)layer;
    bool is_end = false;
    while (utf16->out_begin == utf16->out_end && !is_end)
        TRY(refill(utf16, &is_end, err));
    size_t given = utf16->out_end - utf16->out_begin;
    if (given > size)
        given = size;
    memcpy(buffer, utf16->out + utf16->out_begin, given);
    utf16->out_begin += given;
    return (int64_t)given;
}

static void utf16_close(struct text_layer *layer)
{
    (void)layer;
}

static const struct text_layer_ops utf16_ops = {.read = utf16_read, .close = utf16_close};

int layer_utf16_open(struct text_layer *below, bool is_big_endian, struct memory *memory,
                     struct text_layer **ret_layer, struct err *err)
{
    AUTO(layer_close_at)
    struct text_layer *layer =
        layer_new(&utf16_ops, sizeof(struct utf16_layer), below->label, memory);
    struct utf16_layer *utf16 = (struct utf16_layer *)layer;
    layer->below = below;
    utf16->is_big_endian = is_big_endian;
    utf16->line = utf16->column = 1;
    TRY(layer_reserve(layer, (int64_t)sizeof(*utf16), "decoding UTF-16", err));
    *ret_layer = TAKE(layer);
    return 0;
}

bool layer_utf16_has_mark(const struct text_layer *layer)
{
    return ((const struct utf16_layer *)layer)->has_mark;
}
