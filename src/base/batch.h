/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_BASE_BATCH_H
#define LEAT_BASE_BATCH_H

#include <stdint.h>

/*
 * Rows on their way between sources, the engine and sinks, in the layout of the Arrow C data
 * interface (https://arrow.apache.org/docs/format/CDataInterface.html), whose two structs follow
 * with the members the specification gives them.
 */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};
struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};
#endif

/* One run of rows: a struct array whose children are the columns. Owned by whoever holds it. */
struct batch {
    struct ArrowArray array;
};
/* Calls the array's own release, if it has one left. */
void batch_release(struct batch *batch);

#endif
