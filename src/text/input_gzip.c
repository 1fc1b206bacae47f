/* SPDX-License-Identifier: Apache-2.0 */
#include "text/input_layer.h"

#include <limits.h>
#include <zlib.h>

/* A gzip file is one or more members (RFC 1952), their texts joined; tools may fill up its end with zeros. */
struct gzip_layer {
    struct text_layer base;
    z_stream stream;
    bool is_open;
    bool is_between; /* a member has ended, no other begun */
    char buffer[LAYER_BUFFER_BYTES];
};
#define INFLATE_BYTES (INT64_C(64) << 10) /* a window of 32 KB and tables */

static int gzip_broken(struct gzip_layer *gzip, const char *what, struct err *err)
{
    struct text_layer *layer = &gzip->base;
    err_set(err, ERR_DATA, "the gzip data of \"%s\" is broken at byte %lld: %s", layer->label,
            (long long)(layer->below->given_bytes - gzip->stream.avail_in), what);
    err_where(err, "%s", layer->label);
    return err_hint(err, "Fetch the file again; gzip -t tells whether it is whole.");
}

/* 1: there are bytes to unpack; 0: the end. */
static int gzip_fill(struct gzip_layer *gzip, struct err *err)
{
    z_stream *stream = &gzip->stream;
    for (;;) {
        while (gzip->is_between && stream->avail_in > 0 && *stream->next_in == 0) {
            stream->next_in++;
            stream->avail_in--;
        }
        if (stream->avail_in > 0)
            return 1;
        int64_t got = layer_read(gzip->base.below, gzip->buffer, sizeof(gzip->buffer), err);
        if (got < 0)
            return -1;
        if (got == 0 && !gzip->is_between)
            return gzip_broken(gzip, "the file ends here, its data does not", err);
        if (got == 0)
            return 0;
        stream->next_in = (Bytef *)gzip->buffer;
        stream->avail_in = (uInt)got;
    }
}

static int64_t gzip_read(struct text_layer *layer, char *buffer, size_t size, struct err *err)
{
    struct gzip_layer *gzip = (struct gzip_layer *)layer;
    z_stream *stream = &gzip->stream;
    uInt room = size < INT_MAX ? (uInt)size : INT_MAX;
    stream->next_out = (Bytef *)buffer;
    stream->avail_out = room;
    while (stream->avail_out == room) {
        int got = gzip_fill(gzip, err);
        if (got <= 0)
            return got;
        if (gzip->is_between && inflateReset(stream) != Z_OK)
            return err_set(err, ERR_INTERNAL, "zlib could not begin anew");
        gzip->is_between = false;
        int state = inflate(stream, Z_NO_FLUSH);
        if (state == Z_STREAM_END)
            gzip->is_between = true;
        else if (state == Z_MEM_ERROR)
            return err_set(err, ERR_MEMORY_LIMIT, "out of memory unpacking \"%s\"", layer->label);
        else if (state != Z_OK && state != Z_BUF_ERROR)
            return gzip_broken(gzip, stream->msg ? stream->msg : "unknown data", err);
    }
    int64_t given = room - stream->avail_out;
    if (layer_check_size(layer->label, layer->below->size_bytes, layer->given_bytes + given, err))
        return -1;
    return given;
}

static void gzip_close(struct text_layer *layer)
{
    struct gzip_layer *gzip = (struct gzip_layer *)layer;
    if (gzip->is_open)
        inflateEnd(&gzip->stream);
}

static const struct text_layer_ops gzip_ops = {.read = gzip_read, .close = gzip_close};

int layer_gzip_open(struct text_layer *below, struct memory *memory, struct text_layer **ret_layer,
                    struct err *err)
{
    AUTO(layer_close_at)
    struct text_layer *layer =
        layer_new(&gzip_ops, sizeof(struct gzip_layer), below->label, memory);
    struct gzip_layer *gzip = (struct gzip_layer *)layer;
    layer->below = below;
    TRY(layer_reserve(layer, (int64_t)sizeof(*gzip) + INFLATE_BYTES, "unpacking gzip", err));
    gzip->is_open = inflateInit2(&gzip->stream, 16 + MAX_WBITS) == Z_OK;
    if (!gzip->is_open)
        return err_set(err, ERR_MEMORY_LIMIT, "out of memory unpacking \"%s\"", below->label);
    *ret_layer = TAKE(layer);
    return 0;
}
