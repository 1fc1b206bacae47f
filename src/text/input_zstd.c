/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "text/input_layer.h"

#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

/*
 * One or more frames (RFC 8878), their texts joined. A frame says at its beginning how large a window it needs; that much
 * is reserved before it is unpacked, and no frame gets more than 128 MB (what `zstd --long` makes).
 */
struct zstd_layer {
    struct text_layer base;
    ZSTD_DStream *stream;
    bool is_between; /* a frame has ended, no other begun */
    bool is_last;    /* the file has no bytes after the buffered ones */
    int64_t frame_count;
    ZSTD_inBuffer in;
    char buffer[LAYER_BUFFER_BYTES];
};
#define MAX_WINDOW_LOG 27
#define FRAME_HEADER_BYTES 18             /* the longest one */
#define STREAM_BYTES (INT64_C(512) << 10) /* beside the window: tables, a block */

static int zstd_broken(struct zstd_layer *zstd, const char *what, struct err *err)
{
    struct text_layer *layer = &zstd->base;
    int64_t at = layer->below->given_bytes - (int64_t)(zstd->in.size - zstd->in.pos);
    err_set(err, ERR_DATA, "the zstd data of \"%s\" is broken at byte %lld: %s", layer->label,
            (long long)at, what);
    err_where(err, "%s", layer->label);
    return err_hint(err, "Fetch the file again; zstd -t tells whether it is whole.");
}

/* Moves the unread bytes to the front and reads behind them, until there are `want` bytes or the file ends. */
static int zstd_fill(struct zstd_layer *zstd, size_t want, struct err *err)
{
    ZSTD_inBuffer *in = &zstd->in;
    if (in->pos > 0) {
        memmove(zstd->buffer, zstd->buffer + in->pos, in->size - in->pos);
        in->size -= in->pos;
        in->pos = 0;
    }
    while (in->size < want && !zstd->is_last) {
        int64_t got = layer_read(zstd->base.below, zstd->buffer + in->size,
                                 sizeof(zstd->buffer) - in->size, err);
        if (got < 0)
            return -1;
        zstd->is_last = got == 0;
        in->size += (size_t)got;
    }
    return 0;
}

static uint64_t little_endian(const unsigned char *bytes, size_t count)
{
    uint64_t value = 0;
    for (size_t i = count; i > 0; i--)
        value = value << 8 | bytes[i - 1];
    return value;
}

/* The window of the frame that begins here; 0 when it has none, or is none. */
static uint64_t frame_window(const unsigned char *bytes, size_t len)
{
    static const size_t dictionary_bytes[] = {0, 1, 2, 4}, size_bytes[] = {1, 2, 4, 8};
    if (len < 6 || little_endian(bytes, 4) != ZSTD_MAGICNUMBER)
        return 0;
    bool is_single = bytes[4] >> 5 & 1;
    if (!is_single) {
        uint64_t base = UINT64_C(1) << (10 + (bytes[5] >> 3));
        return base + base / 8 * (bytes[5] & 7);
    }
    /* One segment: the window is the text itself. */
    size_t at = 5 + dictionary_bytes[bytes[4] & 3], size = size_bytes[bytes[4] >> 6];
    return at + size <= len ? little_endian(bytes + at, size) + (size == 2 ? 256 : 0) : 0;
}

/* 1: a frame begins; 0: the end. */
static int begin_frame(struct zstd_layer *zstd, struct err *err)
{
    TRY(zstd_fill(zstd, FRAME_HEADER_BYTES, err));
    if (zstd->in.size == 0 && zstd->frame_count > 0)
        return 0;
    uint64_t window = frame_window((const unsigned char *)zstd->buffer, zstd->in.size);
    if (window > UINT64_C(1) << MAX_WINDOW_LOG) {
        char size[32];
        err_set(err, ERR_DATA, "the zstd data of \"%s\" needs a window of %s, the limit is 128 MB",
                zstd->base.label, format_bytes((long long)(window & INT64_MAX), size));
        err_where(err, "%s", zstd->base.label);
        return err_hint(err, "Unpack the file first, or pack it without --ultra and --long.");
    }
    TRY(layer_reserve(&zstd->base, (int64_t)(sizeof(*zstd) + window) + STREAM_BYTES,
                      "unpacking zstd", err));
    zstd->is_between = false;
    zstd->frame_count++;
    return 1;
}

static int unpack(struct zstd_layer *zstd, ZSTD_outBuffer *out, struct err *err)
{
    if (zstd->in.pos == zstd->in.size)
        TRY(zstd_fill(zstd, 1, err));
    size_t before = zstd->in.pos;
    size_t left = ZSTD_decompressStream(zstd->stream, out, &zstd->in);
    if (ZSTD_isError(left) && ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation)
        return err_set(err, ERR_MEMORY_LIMIT, "out of memory unpacking \"%s\"", zstd->base.label);
    if (ZSTD_isError(left))
        return zstd_broken(zstd, ZSTD_getErrorName(left), err);
    zstd->is_between = left == 0;
    if (left != 0 && out->pos == 0 && zstd->in.pos == before && zstd->in.pos == zstd->in.size)
        return zstd_broken(zstd, "the file ends here, its data does not", err);
    return 0;
}

static int64_t zstd_read(struct text_layer *layer, char *buffer, size_t size, struct err *err)
{
    struct zstd_layer *zstd = (struct zstd_layer *)layer;
    ZSTD_outBuffer out = {.size = size};
    out.dst = buffer;
    while (out.pos == 0) {
        if (zstd->is_between) {
            int got = begin_frame(zstd, err);
            if (got <= 0)
                return got;
        }
        TRY(unpack(zstd, &out, err));
    }
    int64_t given = layer->given_bytes + (int64_t)out.pos;
    TRY(layer_check_size(layer->label, layer->below->size_bytes, given, err));
    return (int64_t)out.pos;
}

static void zstd_close(struct text_layer *layer)
{
    ZSTD_freeDStream(((struct zstd_layer *)layer)->stream);
}

static const struct text_layer_ops zstd_ops = {.read = zstd_read, .close = zstd_close};

int layer_zstd_open(struct text_layer *below, struct memory *memory, struct text_layer **ret_layer,
                    struct err *err)
{
    AUTO(layer_close_at)
    struct text_layer *layer =
        layer_new(&zstd_ops, sizeof(struct zstd_layer), below->label, memory);
    struct zstd_layer *zstd = (struct zstd_layer *)layer;
    layer->below = below;
    zstd->is_between = true;
    zstd->in.src = zstd->buffer;
    TRY(layer_reserve(layer, (int64_t)sizeof(*zstd) + STREAM_BYTES, "unpacking zstd", err));
    zstd->stream = ZSTD_createDStream();
    if (!zstd->stream)
        return err_set(err, ERR_MEMORY_LIMIT, "out of memory unpacking \"%s\"", below->label);
    size_t set = ZSTD_DCtx_setParameter(zstd->stream, ZSTD_d_windowLogMax, MAX_WINDOW_LOG);
    if (ZSTD_isError(set))
        return err_set(err, ERR_INTERNAL, "zstd refused its limit: %s", ZSTD_getErrorName(set));
    *ret_layer = TAKE(layer);
    return 0;
}
