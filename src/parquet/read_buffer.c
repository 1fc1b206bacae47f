/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/read_buffer.h"

#include "parquet/decode_bits.h"

#include <stdlib.h>
#include <string.h>

#define STEP_BYTES ((size_t)16 << 10)

void read_buffer_release(struct read_buffer *buffer, struct memory *memory)
{
    if (buffer->data != NULL)
        memory_release(memory, (int64_t)(buffer->cap_bytes + PARQUET_SLACK));
    free(buffer->data);
    *buffer = (struct read_buffer){0};
}

int read_buffer_need(struct read_buffer *buffer, struct memory *memory, size_t bytes,
                     size_t keep_bytes, struct err *err)
{
    if (bytes <= buffer->cap_bytes && buffer->data != NULL)
        return 0;
    if (bytes > SIZE_MAX / 4)
        return err_set(err, ERR_MEMORY_LIMIT, "a Parquet page of %zu bytes is too large", bytes);
    size_t cap = bytes + bytes / 4;
    cap = (cap + STEP_BYTES - 1) / STEP_BYTES * STEP_BYTES;
    TRY(memory_reserve(memory, (int64_t)(cap + PARQUET_SLACK), "a Parquet page", err));
    uint8_t *data = malloc(cap + PARQUET_SLACK);
    if (data == NULL) {
        memory_release(memory, (int64_t)(cap + PARQUET_SLACK));
        return err_set(err, ERR_MEMORY_LIMIT, "no memory for a Parquet page of %zu bytes", bytes);
    }
    if (keep_bytes != 0 && buffer->data != NULL)
        memcpy(data, buffer->data, keep_bytes);
    memset(data + cap, 0, PARQUET_SLACK);
    read_buffer_release(buffer, memory);
    *buffer = (struct read_buffer){.data = data, .cap_bytes = cap};
    return 0;
}
