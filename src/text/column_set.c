/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "text/builder.h"
#include "text/convert.h"

#include <stdlib.h>

struct column_set *column_set_new(const struct text_column *columns, size_t count, size_t cap)
{
    struct column_set *set = alloc_zeroed(sizeof(*set));
    set->count = count;
    set->cap = cap;
    set->columns = alloc_zeroed((count + 1) * sizeof(*set->columns));
    set->arrays = alloc_zeroed((count + 1) * sizeof(*set->arrays));
    set->children = alloc_zeroed((count + 1) * sizeof(struct ArrowArray *));
    set->buffers = alloc_zeroed((3 * count + 1) * sizeof(void *));
    for (size_t i = 0; i < count; i++)
        column_builder_init(&set->columns[i], columns[i].type, cap);
    atomic_init(&set->references, 1);
    return set;
}

void column_set_free(struct column_set *set)
{
    if (!set || atomic_fetch_sub(&set->references, 1) != 1)
        return;
    for (size_t i = 0; i < set->count; i++)
        column_builder_release(&set->columns[i]);
    free(set->columns);
    free(set->arrays);
    free(set->children);
    free(set->buffers);
    free(set);
}

bool column_set_is_lent(const struct column_set *set)
{
    return atomic_load(&set->references) > 1;
}

void column_set_clear(struct column_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        column_builder_clear(&set->columns[i]);
}

int64_t column_set_bytes(const struct column_set *set)
{
    size_t bytes = 0;
    for (size_t i = 0; i < set->count; i++)
        bytes += set->columns[i].bytes_cap + 17 * set->cap;
    return (int64_t)bytes;
}

/* Each array holds the set, so that a consumer may keep a child for longer than its rows. */
static void release_column(struct ArrowArray *array)
{
    struct column_set *set = array->private_data;
    array->release = NULL;
    column_set_free(set);
}

static void release_rows(struct ArrowArray *array)
{
    for (int64_t i = 0; i < array->n_children; i++)
        if (array->children[i]->release)
            array->children[i]->release(array->children[i]);
    release_column(array);
}

static void lend_column(struct column_set *set, size_t index)
{
    struct column_builder *column = &set->columns[index];
    const void **buffers = set->buffers + 3 * index;
    buffers[0] = column->validity;
    buffers[1] = column->values;
    buffers[2] = column->bytes;
    set->arrays[index] =
        (struct ArrowArray){.length = (int64_t)column->count,
                            .null_count = column->null_count,
                            .n_buffers = text_travels_as_text(column->type.kind) ? 3 : 2,
                            .buffers = buffers,
                            .release = release_column,
                            .private_data = set};
    set->children[index] = &set->arrays[index];
    atomic_fetch_add(&set->references, 1);
}

void column_set_finish(struct column_set *set, struct batch *ret_batch)
{
    for (size_t i = 0; i < set->count; i++)
        lend_column(set, i);
    atomic_fetch_add(&set->references, 1);
    ret_batch->array = (struct ArrowArray){.length = (int64_t)set->columns[0].count,
                                           .n_buffers = 1,
                                           .n_children = (int64_t)set->count,
                                           .buffers = set->buffers + 3 * set->count,
                                           .children = set->children,
                                           .release = release_rows,
                                           .private_data = set};
}
