/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/codec.h"

#include <snappy-c.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define GZIP_OR_ZLIB_WINDOW (15 + 32)

static int decompress_none(const void *from, size_t from_len, void *to, size_t to_len)
{
    if (from_len != to_len)
        return -1;
    memcpy(to, from, to_len);
    return 0;
}

static int decompress_snappy(const void *from, size_t from_len, void *to, size_t to_len)
{
    size_t len = 0;
    if (snappy_uncompressed_length(from, from_len, &len) != SNAPPY_OK || len != to_len)
        return -1;
    return snappy_uncompress(from, from_len, to, &len) == SNAPPY_OK && len == to_len ? 0 : -1;
}

static int decompress_zstd(struct parquet_codec_context *context, const void *from, size_t from_len,
                           void *to, size_t to_len)
{
    if (context->zstd_read == NULL)
        context->zstd_read = ZSTD_createDCtx();
    if (context->zstd_read == NULL)
        return -1;
    return ZSTD_decompressDCtx(context->zstd_read, to, to_len, from, from_len) == to_len ? 0 : -1;
}

/* A page of gzip may be several members, one after the other. */
static int decompress_gzip(const void *from, size_t from_len, void *to, size_t to_len)
{
    if (from_len > UINT32_MAX || to_len > UINT32_MAX)
        return -1;
    z_stream stream = {.next_in = (Bytef *)from, .avail_in = (uInt)from_len};
    if (inflateInit2(&stream, GZIP_OR_ZLIB_WINDOW) != Z_OK)
        return -1;
    stream.next_out = to;
    stream.avail_out = (uInt)to_len;
    int result = inflate(&stream, Z_FINISH);
    while (result == Z_STREAM_END && stream.avail_in != 0 && inflateReset(&stream) == Z_OK)
        result = inflate(&stream, Z_FINISH);
    (void)inflateEnd(&stream);
    return result == Z_STREAM_END && stream.avail_out == 0 ? 0 : -1;
}

int parquet_decompress(struct parquet_codec_context *context, enum parquet_codec codec,
                       const void *from, size_t from_len, void *to, size_t to_len)
{
    switch (codec) {
    case PARQUET_UNCOMPRESSED:
        return decompress_none(from, from_len, to, to_len);
    case PARQUET_SNAPPY:
        return decompress_snappy(from, from_len, to, to_len);
    case PARQUET_GZIP:
        return decompress_gzip(from, from_len, to, to_len);
    case PARQUET_ZSTD:
        return decompress_zstd(context, from, from_len, to, to_len);
    default:
        return -1;
    }
}

void parquet_codec_release(struct parquet_codec_context *context)
{
    (void)ZSTD_freeDCtx(context->zstd_read);
    (void)ZSTD_freeCCtx(context->zstd_write);
    *context = (struct parquet_codec_context){0};
}
