/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"
#include "memory/memory.h"
#include "parquet/read_rows.h"

#include <string.h>

/*
 * The input is a Parquet file. Every column is read by batches and by rows: both must come to the
 * same end, with as many rows, and every code must be in its dictionary.
 */
#define MEMORY_BYTES ((int64_t)192 << 20)

static struct memory *memory;
static struct parquet_column *column;
static struct parquet_rows *rows;

/* Touches all that a batch promises. */
static void check_batch(const struct parquet_node *node, const struct parquet_batch *batch)
{
    uint32_t starts = 0, values = 0;
    for (uint32_t i = 0; i < batch->entry_count; i++) {
        starts += batch->repetition == NULL || batch->repetition[i] == 0;
        values += batch->definition == NULL || batch->definition[i] == node->max_definition;
    }
    fuzz_require(starts == batch->row_count, "a batch counts its rows");
    fuzz_require(values == batch->value_count, "a batch counts its values");
    uint64_t sum = 0;
    for (uint32_t i = 0; batch->dictionary != NULL && i < values; i++) {
        uint32_t code = batch->code_bytes == 1   ? ((const uint8_t *)batch->codes)[i]
                        : batch->code_bytes == 2 ? ((const uint16_t *)batch->codes)[i]
                                                 : ((const uint32_t *)batch->codes)[i];
        fuzz_require(code < batch->dictionary->count, "a code is in its dictionary");
    }
    for (uint32_t i = 0; batch->dictionary == NULL && i < values; i++)
        if (node->type == PARQUET_BYTE_ARRAY) {
            const struct parquet_bytes *bytes = (const struct parquet_bytes *)batch->values + i;
            for (uint32_t k = 0; k < bytes->len; k++)
                sum += bytes->data[k];
        }
    static volatile uint64_t sink;
    sink = sum;
    (void)sink;
}

/* Rows read, or -1. */
static int64_t read_batches(struct parquet_file *file, size_t group, int32_t leaf, struct err *err)
{
    const struct parquet_footer *footer = parquet_footer(file);
    struct parquet_batch batch = {0};
    int64_t count = 0;
    TRY(parquet_column_start(column, file, group, leaf, err));
    do {
        TRY(parquet_column_next(column, &batch, err));
        check_batch(&footer->nodes[footer->leaves[leaf]], &batch);
        count += batch.row_count;
    } while (batch.entry_count != 0);
    return count;
}

static int64_t read_rows(struct parquet_file *file, size_t group, int32_t leaf, struct err *err)
{
    const uint32_t *ids = NULL;
    size_t part = 0;
    int64_t count = 0;
    TRY(parquet_rows_start(rows, file, group, leaf, err));
    do {
        TRY(parquet_rows_next(rows, &ids, &part, err));
        for (size_t i = 0; i < part; i++)
            fuzz_require(ids[i] < parquet_rows_distinct(rows), "a row's number was given out");
        count += (int64_t)part;
    } while (part != 0);
    for (uint32_t id = 0; id < parquet_rows_distinct(rows) && id < 100; id++) {
        struct parquet_row row;
        TRY(parquet_rows_value(rows, id, &row, err));
        fuzz_require(row.entry_count != 0 && row.repetition[0] == 0, "a row begins");
    }
    return count;
}

static void read_column(struct parquet_file *file, size_t group, int32_t leaf)
{
    struct err err = {0}, rows_err = {0};
    int64_t by_batch = read_batches(file, group, leaf, &err);
    int64_t by_rows = read_rows(file, group, leaf, &rows_err);
    fuzz_require((by_batch < 0) == (err.kind != ERR_NONE), "a failure has an error");
    fuzz_require(by_batch < 0 || by_batch == parquet_footer(file)->groups[group].row_count,
                 "a chunk has all of its rows");
    fuzz_require(by_batch == by_rows || rows_err.kind == ERR_MEMORY_LIMIT, "both ways end alike");
    fuzz_require(err.kind != ERR_DATA || strstr(err.message, "column") != NULL,
                 "an error names its column");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (memory == NULL) {
        memory = memory_new((struct memory_limit){.bytes = MEMORY_BYTES});
        column = parquet_column_new(memory);
        rows = parquet_rows_new(memory);
    }
    struct err err = {0};
    AUTO(parquet_close) struct parquet_file *file = NULL;
    const char *foreign = NULL;
    if (parquet_open(fuzz_file(data, size), memory, &file, &foreign, &err) != 0 || file == NULL)
        return 0;
    const struct parquet_footer *footer = parquet_footer(file);
    for (size_t group = 0; group < footer->group_count && group < 4; group++)
        for (size_t leaf = 0; leaf < footer->leaf_count && leaf < 8; leaf++) {
            int32_t one = (int32_t)leaf;
            if (parquet_foreign(file, &one, 1) == NULL)
                read_column(file, group, one);
        }
    return 0;
}
