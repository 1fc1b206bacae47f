/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PARQUET_READ_BUFFER_H
#define LEAT_PARQUET_READ_BUFFER_H

#include "base/err.h"
#include "memory/memory.h"

#include <stdint.h>

/*
 * Memory whose size a file decides: it grows, is reserved, and has PARQUET_SLACK bytes after its
 * end, which may be read.
 */
struct read_buffer {
    uint8_t *data;
    size_t cap_bytes;
};
/* Room for `bytes`; of what was there, the first `keep_bytes` stay. */
int read_buffer_need(struct read_buffer *buffer, struct memory *memory, size_t bytes,
                     size_t keep_bytes, struct err *err) WARN_UNUSED;
void read_buffer_release(struct read_buffer *buffer, struct memory *memory);

#endif
