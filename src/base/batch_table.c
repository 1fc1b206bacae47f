/* SPDX-License-Identifier: Apache-2.0 */
#include "base/batch_table.h"

#include <string.h>

static void keep_schema(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

static void keep_array(struct ArrowArray *array)
{
    array->release = NULL;
}

struct column {
    const char *name, *format;
    const void *buffers[3];
    size_t buffer_count;
    int64_t null_count;
};

static void add_column(struct batch_table *table, const struct column *column)
{
    struct ArrowSchema *schema = ARENA_NEW(table->arena, struct ArrowSchema);
    struct ArrowArray *array = ARENA_NEW(table->arena, struct ArrowArray);
    const void **buffers = ARENA_ARRAY(table->arena, const void *, 3);
    memcpy(buffers, column->buffers, sizeof(column->buffers));
    *schema = (struct ArrowSchema){.format = column->format,
                                   .name = arena_strdup(table->arena, column->name),
                                   .flags = 2 /* nullable */,
                                   .release = keep_schema};
    *array = (struct ArrowArray){.length = (int64_t)table->row_count,
                                 .null_count = column->null_count,
                                 .n_buffers = (int64_t)column->buffer_count,
                                 .buffers = buffers,
                                 .release = keep_array};
    VEC_PUSH(table->arena, table->schemas, schema);
    VEC_PUSH(table->arena, table->arrays, array);
}

static uint8_t *all_valid(const struct batch_table *table)
{
    uint8_t *validity = arena_alloc(table->arena, table->row_count / 8 + 1);
    memset(validity, 0xFF, table->row_count / 8 + 1);
    return validity;
}

static void set_null(uint8_t *validity, size_t row)
{
    validity[row / 8] &= (uint8_t) ~(1U << (row % 8));
}

void batch_table_texts(struct batch_table *table, const char *name, const char *const *values)
{
    int32_t *offsets = ARENA_ARRAY(table->arena, int32_t, table->row_count + 1);
    uint8_t *validity = all_valid(table);
    struct column column = {.name = name, .format = "u", .buffer_count = 3};
    for (size_t i = 0; i < table->row_count; i++)
        offsets[i + 1] = offsets[i] + (int32_t)(values[i] != NULL ? strlen(values[i]) : 0);
    char *bytes = arena_alloc(table->arena, (size_t)offsets[table->row_count] + 1);
    for (size_t i = 0; i < table->row_count; i++) {
        if (values[i] != NULL) {
            memcpy(bytes + offsets[i], values[i], (size_t)(offsets[i + 1] - offsets[i]));
        } else {
            set_null(validity, i);
            column.null_count++;
        }
    }
    column.buffers[0] = validity;
    column.buffers[1] = offsets;
    column.buffers[2] = bytes;
    add_column(table, &column);
}

void batch_table_words(struct batch_table *table, const char *name, const char *format,
                       const void *values, const bool *is_null)
{
    int64_t *copy = ARENA_ARRAY(table->arena, int64_t, table->row_count + 1);
    uint8_t *validity = all_valid(table);
    struct column column = {.name = name, .format = format, .buffer_count = 2};
    memcpy(copy, values, table->row_count * sizeof(*copy));
    for (size_t i = 0; is_null != NULL && i < table->row_count; i++) {
        if (is_null[i]) {
            set_null(validity, i);
            column.null_count++;
        }
    }
    column.buffers[0] = validity;
    column.buffers[1] = copy;
    add_column(table, &column);
}

void batch_table_schema(struct batch_table *table, struct ArrowSchema *ret_schema)
{
    *ret_schema = (struct ArrowSchema){.format = "+s",
                                       .name = "",
                                       .n_children = (int64_t)table->schemas.count,
                                       .children = table->schemas.items,
                                       .release = keep_schema};
}

int batch_table_next(void *context, struct batch *ret_batch, struct err *err)
{
    struct batch_table *table = context;
    (void)err;
    if (table->is_given || table->row_count == 0)
        return 0;
    table->is_given = true;
    ret_batch->array = (struct ArrowArray){.length = (int64_t)table->row_count,
                                           .n_buffers = 1,
                                           .buffers = ARENA_ARRAY(table->arena, const void *, 1),
                                           .n_children = (int64_t)table->arrays.count,
                                           .children = table->arrays.items,
                                           .release = keep_array};
    return 1;
}
