/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/read_rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/*
 * Shows what the reader reads, for tests/system/test_parquet_read.py:
 *
 *     parquet_read_tool schema FILE         one line a node
 *     parquet_read_tool dump FILE COLUMN    one line an entry: repetition, definition, value in hex
 *     parquet_read_tool rows FILE COLUMN    the same entries, by way of read_rows.h
 *     parquet_read_tool crc FILE COLUMN     checksums of all levels and values, in order
 */
struct sums {
    int64_t entries, values, rows;
    uLong repetition, definition, lengths, bytes;
};

static size_t width_of(const struct parquet_node *node)
{
    static const size_t widths[] = {1, 4, 8, 12, 4, 8, 0};
    return node->type == PARQUET_FIXED_LEN_BYTE_ARRAY ? (size_t)node->type_length
                                                      : widths[node->type];
}

static struct parquet_bytes value_at(const struct parquet_node *node, const void *values, size_t i)
{
    size_t width = width_of(node);
    if (width == 0)
        return ((const struct parquet_bytes *)values)[i];
    return (struct parquet_bytes){(const uint8_t *)values + i * width, (uint32_t)width};
}

static struct parquet_bytes value_of(const struct parquet_node *node,
                                     const struct parquet_batch *batch, size_t i)
{
    if (batch->dictionary == NULL)
        return value_at(node, batch->values, i);
    size_t code = batch->code_bytes == 1   ? ((const uint8_t *)batch->codes)[i]
                  : batch->code_bytes == 2 ? ((const uint16_t *)batch->codes)[i]
                                           : ((const uint32_t *)batch->codes)[i];
    return value_at(node, batch->dictionary->values, code);
}

static void print_entry(unsigned repetition, unsigned definition, const struct parquet_bytes *value)
{
    printf("%u %u ", repetition, definition);
    if (value == NULL || value->data == NULL)
        printf("-");
    for (uint32_t i = 0; value != NULL && value->data != NULL && i < value->len; i++)
        printf("%02x", value->data[i]);
    printf("\n");
}

static void add_sums(struct sums *sums, const struct parquet_node *node,
                     const struct parquet_batch *batch)
{
    sums->entries += batch->entry_count;
    sums->values += batch->value_count;
    sums->rows += batch->row_count;
    for (uint32_t i = 0; i < batch->entry_count; i++) {
        uint8_t max = (uint8_t)node->max_definition;
        uint8_t repetition = batch->repetition != NULL ? batch->repetition[i] : 0;
        sums->repetition = crc32(sums->repetition, &repetition, 1);
        sums->definition =
            crc32(sums->definition, batch->definition != NULL ? &batch->definition[i] : &max, 1);
    }
    for (uint32_t i = 0; i < batch->value_count; i++) {
        struct parquet_bytes value = value_of(node, batch, i);
        sums->lengths = crc32(sums->lengths, (const Bytef *)&value.len, sizeof(value.len));
        sums->bytes = crc32(sums->bytes, value.data, value.len);
    }
}

static void dump_batch(const struct parquet_node *node, const struct parquet_batch *batch)
{
    size_t at = 0;
    for (uint32_t i = 0; i < batch->entry_count; i++) {
        unsigned definition =
            batch->definition != NULL ? batch->definition[i] : node->max_definition;
        struct parquet_bytes value = {0};
        bool is_value = definition == node->max_definition;
        if (is_value)
            value = value_of(node, batch, at++);
        print_entry(batch->repetition != NULL ? batch->repetition[i] : 0, definition,
                    is_value ? &value : NULL);
    }
}

static int read_batches(struct parquet_file *file, struct memory *memory, int32_t leaf,
                        struct sums *sums, struct err *err)
{
    const struct parquet_footer *footer = parquet_footer(file);
    const struct parquet_node *node = &footer->nodes[footer->leaves[leaf]];
    AUTO(parquet_column_free) struct parquet_column *column = parquet_column_new(memory);
    for (size_t group = 0; group < footer->group_count; group++) {
        TRY(parquet_column_start(column, file, group, leaf, err));
        struct parquet_batch batch = {0};
        do {
            TRY(parquet_column_next(column, &batch, err));
            if (sums != NULL)
                add_sums(sums, node, &batch);
            else
                dump_batch(node, &batch);
        } while (batch.entry_count != 0);
    }
    return 0;
}

static int read_rows(struct parquet_file *file, struct memory *memory, int32_t leaf,
                     struct err *err)
{
    AUTO(parquet_rows_free) struct parquet_rows *rows = parquet_rows_new(memory);
    for (size_t group = 0; group < parquet_footer(file)->group_count; group++) {
        TRY(parquet_rows_start(rows, file, group, leaf, err));
        const uint32_t *ids = NULL;
        size_t count = 0;
        do {
            TRY(parquet_rows_next(rows, &ids, &count, err));
            for (size_t i = 0; i < count; i++) {
                struct parquet_row row;
                TRY(parquet_rows_value(rows, ids[i], &row, err));
                for (uint32_t k = 0; k < row.entry_count; k++)
                    print_entry(row.repetition[k], row.definition[k], &row.values[k]);
            }
        } while (count != 0);
    }
    return 0;
}

static void print_schema(const struct parquet_footer *footer)
{
    for (size_t i = 0; i < footer->node_count; i++) {
        const struct parquet_node *node = &footer->nodes[i];
        printf("%s %d %d %d %d %d %d %d %d %d %d\n", node->name, (int)node->repetition,
               node->is_leaf ? (int)node->type : -1, node->parent, node->max_definition,
               node->max_repetition, (int)node->logical.kind, (int)node->logical.unit,
               node->logical.is_adjusted_to_utc, node->logical.precision, node->logical.scale);
    }
}

static int run(char **argv, struct memory *memory, struct err *err)
{
    AUTO(parquet_close) struct parquet_file *file = NULL;
    const char *foreign = NULL;
    TRY(parquet_open(argv[2], memory, &file, &foreign, err));
    if (foreign == NULL && strcmp(argv[1], "schema") == 0) {
        print_schema(parquet_footer(file));
        return 0;
    }
    int32_t leaf = foreign == NULL ? parquet_find_column(file, argv[3]) : 0;
    if (leaf < 0)
        return err_set(err, ERR_USAGE, "there is no column %s", argv[3]);
    if (foreign == NULL)
        foreign = parquet_foreign(file, &leaf, 1);
    if (foreign != NULL) {
        printf("foreign: %s\n", foreign);
        return 0;
    }
    if (strcmp(argv[1], "rows") == 0)
        return read_rows(file, memory, leaf, err);
    struct sums sums = {0};
    bool is_sums = strcmp(argv[1], "crc") == 0;
    int result = read_batches(file, memory, leaf, is_sums ? &sums : NULL, err);
    if (result != 0 && parquet_found_foreign(file) != NULL)
        printf("foreign: %s\n", parquet_found_foreign(file));
    else if (is_sums)
        printf("%" PRId64 " %" PRId64 " %" PRId64 " %lu %lu %lu %lu\n", sums.entries, sums.values,
               sums.rows, sums.repetition, sums.definition, sums.lengths, sums.bytes);
    return result;
}

int main(int argc, char **argv)
{
    if (argc < 3 || (argc < 4 && strcmp(argv[1], "schema") != 0)) {
        fprintf(stderr, "usage: %s schema|dump|rows|crc FILE [COLUMN]\n", argv[0]);
        return 2;
    }
    struct memory_limit limit = {.bytes = (int64_t)512 << 20};
    struct memory *memory = memory_new(limit);
    struct err err = {0};
    int result = run(argv, memory, &err);
    if (result != 0)
        fprintf(stderr, "%s\n", err.message);
    memory_free(memory);
    return result == 0 ? 0 : 1;
}
