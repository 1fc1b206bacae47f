/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/write_buffer.h"

#include <stdlib.h>

void write_buffer_release(struct write_buffer *buffer)
{
    free(buffer->data);
    if (buffer->memory != NULL)
        memory_release(buffer->memory, (int64_t)buffer->cap);
    *buffer = (struct write_buffer){.memory = buffer->memory};
}

int write_buffer_grow(struct write_buffer *buffer, size_t extra, struct err *err)
{
    size_t need = buffer->len + extra + WRITE_BUFFER_SLACK;
    size_t cap = buffer->cap + buffer->cap / 2;
    cap = cap < need ? need : cap;
    cap = (cap + 255) & ~(size_t)255;
    if (extra > SIZE_MAX / 4 || need > SIZE_MAX / 4)
        return err_set(err, ERR_MEMORY_LIMIT, "a Parquet column is too large for memory");
    int64_t more = (int64_t)(cap - buffer->cap);
    if (buffer->memory != NULL)
        TRY(memory_reserve(buffer->memory, more, "writing Parquet", err));
    uint8_t *data = realloc(buffer->data, cap);
    if (data == NULL) {
        if (buffer->memory != NULL)
            memory_release(buffer->memory, more);
        return err_set(err, ERR_MEMORY_LIMIT, "no memory to write Parquet (%zu bytes)", cap);
    }
    buffer->data = data;
    buffer->cap = cap;
    return 0;
}
