/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PARQUET_CODEC_H
#define LEAT_PARQUET_CODEC_H

#include "parquet/format.h"

/*
 * The compressions of pages: none, Snappy, gzip and zstd. State that is dear to make (zstd) is kept
 * between calls; one context belongs to one thread.
 */
struct parquet_codec_context {
    void *zstd_read;  /* ZSTD_DCtx */
    void *zstd_write; /* ZSTD_CCtx */
};
void parquet_codec_release(struct parquet_codec_context *context);

/*
 * Exactly `to_len` bytes, or -1 when `from` is not that: damaged, shorter or longer. `to` may not
 * overlap `from`. With PARQUET_UNCOMPRESSED it copies.
 */
int parquet_decompress(struct parquet_codec_context *context, enum parquet_codec codec,
                       const void *from, size_t from_len, void *to, size_t to_len);

/*
 * Room for what `len` bytes become at worst. parquet_compress() writes to `to`, which has this room,
 * and gives the length, or -1 when the library fails. Only PARQUET_SNAPPY and PARQUET_ZSTD
 * (at `level` 1…22). With one context, the same calls in the same order give the same bytes.
 */
size_t parquet_compress_bound(enum parquet_codec codec, size_t len);
int64_t parquet_compress(struct parquet_codec_context *context, enum parquet_codec codec, int level,
                         const void *from, size_t len, void *to);

#endif
