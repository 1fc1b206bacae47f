/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PARQUET_WRITE_BUFFER_H
#define LEAT_PARQUET_WRITE_BUFFER_H

#include "memory/memory.h"

#include <string.h>

/*
 * Bytes that grow, counted against the memory limit. There are always WRITE_BUFFER_SLACK bytes of
 * room behind the end, so that encoders may store and load whole words.
 */
#define WRITE_BUFFER_SLACK 16

struct write_buffer {
    uint8_t *data;
    size_t len, cap;
    struct memory *memory; /* NULL: not counted */
};
void write_buffer_release(struct write_buffer *buffer);
/* Makes room for `extra` bytes more. */
int write_buffer_grow(struct write_buffer *buffer, size_t extra, struct err *err) WARN_UNUSED;

static inline WARN_UNUSED int write_buffer_reserve(struct write_buffer *buffer, size_t extra,
                                                   struct err *err)
{
    if (buffer->cap - buffer->len >= extra + WRITE_BUFFER_SLACK)
        return 0;
    return write_buffer_grow(buffer, extra, err);
}

static inline WARN_UNUSED int write_buffer_append(struct write_buffer *buffer, const void *data,
                                                  size_t len, struct err *err)
{
    TRY(write_buffer_reserve(buffer, len, err));
    if (len > 0)
        memcpy(buffer->data + buffer->len, data, len);
    buffer->len += len;
    return 0;
}

#endif
