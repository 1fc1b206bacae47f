/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "parquet/codec.h"

#include <snappy-c.h>
#include <zstd.h>

size_t parquet_compress_bound(enum parquet_codec codec, size_t len)
{
    return codec == PARQUET_SNAPPY ? snappy_max_compressed_length(len) : ZSTD_compressBound(len);
}

int64_t parquet_compress(struct parquet_codec_context *context, enum parquet_codec codec, int level,
                         const void *from, size_t len, void *to)
{
    size_t to_len = parquet_compress_bound(codec, len);
    if (codec == PARQUET_SNAPPY)
        return snappy_compress(from, len, to, &to_len) == SNAPPY_OK ? (int64_t)to_len : -1;
    if (context->zstd_write == NULL && (context->zstd_write = ZSTD_createCCtx()) == NULL)
        alloc_die("no memory for zstd");
    size_t done = ZSTD_compressCCtx(context->zstd_write, to, to_len, from, len, level);
    return ZSTD_isError(done) ? -1 : (int64_t)done;
}
