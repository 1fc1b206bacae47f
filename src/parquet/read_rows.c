/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/read_rows.h"

#include "base/alloc.h"
#include "parquet/read_walk.h"

#include <stdlib.h>
#include <string.h>

struct parquet_rows *parquet_rows_new(struct memory *memory)
{
    struct parquet_rows *rows = alloc_zeroed(sizeof(*rows));
    rows->memory = memory;
    rows->column = parquet_column_new(memory);
    return rows;
}

void parquet_rows_free(struct parquet_rows **rows)
{
    struct parquet_rows *gone = *rows;
    *rows = NULL;
    if (gone == NULL)
        return;
    parquet_column_free(&gone->column);
    value_set_release(&gone->values, gone->memory);
    row_set_release(&gone->set, gone->memory);
    row_entries_release(&gone->open, gone->memory);
    row_entries_release(&gone->row, gone->memory);
    read_buffer_release(&gone->first_codes, gone->memory);
    read_buffer_release(&gone->shorts, gone->memory);
    read_buffer_release(&gone->ids, gone->memory);
    read_buffer_release(&gone->value_codes, gone->memory);
    read_buffer_release(&gone->cells, gone->memory);
    free(gone);
}

int64_t parquet_rows_read_bytes(const struct parquet_rows *rows)
{
    return parquet_column_read_bytes(rows->column);
}

uint32_t parquet_rows_distinct(const struct parquet_rows *rows)
{
    return rows->base + rows->set.count;
}

int parquet_rows_start(struct parquet_rows *rows, struct parquet_file *file, size_t group,
                       int32_t leaf, struct err *err)
{
    TRY(parquet_column_start(rows->column, file, group, leaf, err));
    rows->is_flat = rows->column->node->max_repetition == 0;
    rows->is_begun = rows->has_dictionary_values = false;
    rows->base = rows->dictionary_values = 0;
    rows->dictionary = (struct parquet_dictionary){0};
    value_set_clear(&rows->values);
    row_set_clear(&rows->set);
    rows->open.count = 0;
    memset(rows->cache, 0, sizeof(rows->cache));
    rows->short_count = 0;
    return 0;
}

/* A value in memory as bytes: where it lies, or what it points to. */
static struct parquet_bytes value_at(const struct parquet_rows *rows, const void *values,
                                     size_t index)
{
    const struct parquet_node *node = rows->column->node;
    if (node->type == PARQUET_BYTE_ARRAY)
        return ((const struct parquet_bytes *)values)[index];
    uint32_t width = value_bytes(node->type, node->type_length);
    return (struct parquet_bytes){.data = (const uint8_t *)values + index * width, .len = width};
}

static int put_value(struct parquet_rows *rows, struct parquet_bytes value, uint32_t *ret_code,
                     struct err *err)
{
    uint32_t number = 0;
    TRY(value_set_put(&rows->values, rows->memory, value, &number, err));
    *ret_code = number < rows->dictionary_values
                    ? ((const uint32_t *)(const void *)rows->first_codes.data)[number]
                    : rows->dictionary.count + (number - rows->dictionary_values);
    return 0;
}

static int put_dictionary(struct parquet_rows *rows, struct err *err)
{
    uint32_t count = rows->dictionary.count;
    TRY(read_buffer_need(&rows->first_codes, rows->memory, count * sizeof(uint32_t), 0, err));
    uint32_t *codes = (uint32_t *)(void *)rows->first_codes.data;
    for (uint32_t i = 0, number = 0; i < count; i++) {
        struct parquet_bytes value = value_at(rows, rows->dictionary.values, i);
        TRY(value_set_put(&rows->values, rows->memory, value, &number, err));
        if (number == rows->dictionary_values)
            codes[rows->dictionary_values++] = i;
    }
    rows->has_dictionary_values = true;
    return 0;
}

static int code_values(struct parquet_rows *rows, const struct parquet_batch *batch,
                       struct err *err)
{
    if (!rows->has_dictionary_values)
        TRY(put_dictionary(rows, err));
    TRY(read_buffer_need(&rows->value_codes, rows->memory,
                         (size_t)batch->value_count * sizeof(uint32_t), 0, err));
    uint32_t *codes = (uint32_t *)(void *)rows->value_codes.data;
    for (uint32_t i = 0; i < batch->value_count; i++)
        TRY(put_value(rows, value_at(rows, batch->values, i), &codes[i], err));
    return 0;
}

/* A batch with codes in any case. */
static int next_coded(struct parquet_rows *rows, struct parquet_batch *batch, struct err *err)
{
    TRY(parquet_column_next(rows->column, batch, err));
    if (batch->entry_count == 0)
        return 0;
    if (!rows->is_begun) {
        rows->is_begun = true;
        rows->dictionary = rows->column->dictionary;
        rows->base = rows->is_flat ? rows->dictionary.count : 0;
    }
    if (batch->dictionary != NULL)
        return 0;
    TRY(code_values(rows, batch, err));
    batch->codes = rows->value_codes.data;
    batch->code_bytes = sizeof(uint32_t);
    return 0;
}

int parquet_rows_next(struct parquet_rows *rows, const uint32_t **ret_ids, size_t *ret_count,
                      struct err *err)
{
    TRY(read_buffer_need(&rows->ids, rows->memory, (PARQUET_BATCH_ENTRIES + 1) * sizeof(uint32_t),
                         0, err));
    struct parquet_batch batch;
    struct row_walk walk = {.batch = &batch, .ids = (uint32_t *)(void *)rows->ids.data};
    do {
        TRY(next_coded(rows, &batch, err));
        if (batch.entry_count == 0)
            TRY(row_walk_close(rows, &walk, err));
        else if (rows->is_flat)
            TRY(row_walk_flat(rows, &walk, err));
        else
            TRY(row_walk_nested(rows, &walk, err));
    } while (walk.count == 0 && batch.entry_count != 0);
    *ret_ids = walk.ids;
    *ret_count = walk.count;
    return 0;
}

static struct parquet_bytes value_of_code(const struct parquet_rows *rows, uint32_t code)
{
    if (code == NO_CODE)
        return (struct parquet_bytes){0};
    if (code < rows->dictionary.count)
        return value_at(rows, rows->dictionary.values, code);
    return value_set_get(&rows->values, code - rows->dictionary.count + rows->dictionary_values);
}

int parquet_rows_value(struct parquet_rows *rows, uint32_t id, struct parquet_row *ret_row,
                       struct err *err)
{
    static const uint8_t no_repetition = 0;
    const struct row_set *set = &rows->set;
    bool is_code = id < rows->base;
    size_t start = is_code ? 0 : ((size_t *)(void *)set->starts.data)[id - rows->base];
    size_t count = is_code ? 1 : ((size_t *)(void *)set->starts.data)[id - rows->base + 1] - start;
    TRY(read_buffer_need(&rows->cells, rows->memory, (count + 1) * sizeof(struct parquet_bytes), 0,
                         err));
    struct parquet_bytes *cells = (struct parquet_bytes *)(void *)rows->cells.data;
    const uint32_t *codes = (const uint32_t *)(void *)set->entries.codes.data;
    for (size_t i = 0; i < count; i++)
        cells[i] = value_of_code(rows, is_code ? id : codes[start + i]);
    uint8_t *max = (uint8_t *)&cells[count];
    *max = (uint8_t)rows->column->node->max_definition;
    *ret_row = (struct parquet_row){
        .entry_count = (uint32_t)count,
        .definition = is_code ? max : set->entries.definition.data + start,
        .repetition = is_code ? &no_repetition : set->entries.repetition.data + start,
        .values = cells};
    return 0;
}
