/* SPDX-License-Identifier: Apache-2.0 */
#include "series/scan_series.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 4096

void scan_series_init(struct scan_series *series, const struct series_scan *scan)
{
    size_t count = scan->layout->label_count;
    series->scan = scan;
    series->column_count = count;
    series->columns = alloc_zeroed((count + 1) * sizeof(*series->columns));
    series->pairs = alloc_zeroed((count + 1) * sizeof(*series->pairs));
    for (size_t i = 0; i < count; i++) {
        series->columns[i].name = scan->layout->labels[i];
        series->columns[i].rows = parquet_rows_new(scan->memory);
        series->pairs[i].slot_count = FIRST_SLOTS;
        series->pairs[i].slots = alloc_zeroed(FIRST_SLOTS * sizeof(struct code_pair));
    }
    series->cache = label_cache_new();
    series->key = alloc_zeroed(sizeof(*series->key));
}

static int open_column(struct scan_labels *column, const struct parquet_footer *footer,
                       int32_t leaf, struct err *err)
{
    column->leaf = leaf;
    column->node = &footer->nodes[footer->leaves[leaf]];
    if (column->node->type != PARQUET_BYTE_ARRAY)
        return err_set(err, ERR_CONFIG, "label column \"%s\" holds no text", column->name);
    if (column->node->max_repetition != 0 && column->node->max_repetition != 2)
        return err_set(err, ERR_CONFIG, "label column \"%s\" is neither a text nor a list of lists",
                       column->name);
    return 0;
}

int scan_series_open(struct scan_series *series, const char *path, struct parquet_file *file,
                     const int32_t *leaves, struct err *err)
{
    series->path = path;
    series->file = file;
    for (size_t i = 0; i < series->column_count; i++)
        TRY(open_column(&series->columns[i], parquet_footer(file), leaves[i], err));
    return 0;
}

void scan_series_release(struct scan_series *series)
{
    for (size_t i = 0; i < series->column_count; i++) {
        parquet_rows_free(&series->columns[i].rows);
        free(series->pairs[i].slots);
        free(series->pairs[i].made);
    }
    free(series->columns);
    free(series->pairs);
    label_cache_free(series->cache);
    free(series->key);
}

/* One row group with very many combinations must not slow down all that follow. */
static void clear_pairs(struct pair_table *table)
{
    bool is_sparse = table->slot_count > FIRST_SLOTS && table->count < table->slot_count / 16;
    table->count = 0;
    if (is_sparse) {
        free(table->slots);
        table->slot_count = FIRST_SLOTS;
        table->slots = alloc_zeroed(FIRST_SLOTS * sizeof(struct code_pair));
    } else {
        memset(table->slots, 0, table->slot_count * sizeof(struct code_pair));
    }
}

int scan_series_start(struct scan_series *series, size_t group, struct err *err)
{
    for (size_t i = 0; i < series->column_count; i++) {
        struct scan_labels *column = &series->columns[i];
        column->at = column->count = 0;
        TRY(parquet_rows_start(column->rows, series->file, group, column->leaf, err));
        clear_pairs(&series->pairs[i]);
    }
    return 0;
}

static struct code_pair *find_pair(const struct pair_table *table, uint64_t key)
{
    uint32_t mask = table->slot_count - 1;
    uint32_t at = (uint32_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 32) & mask;
    while (table->slots[at].key != 0 && table->slots[at].key != key)
        at = (at + 1) & mask;
    return &table->slots[at];
}

static void grow_pairs(struct pair_table *table)
{
    struct code_pair *old = table->slots;
    uint32_t old_count = table->slot_count;
    table->slot_count *= 4;
    table->slots = alloc_zeroed(table->slot_count * sizeof(*table->slots));
    for (uint32_t i = 0; i < old_count; i++)
        if (old[i].key != 0)
            *find_pair(table, old[i].key) = old[i];
    free(old);
}

static uint32_t make_code(struct pair_table *table, uint32_t before, uint32_t here)
{
    if (table->count >= table->made_cap) {
        table->made_cap = table->made_cap > 0 ? 2 * table->made_cap : 256;
        table->made = realloc(table->made, table->made_cap * sizeof(*table->made));
        if (table->made == NULL)
            alloc_die("out of memory for the labels of a file");
    }
    table->made[table->count] = (struct pair_codes){before, here};
    return table->count;
}

/* What a combination of codes stands for: `take` is called for each column, the last one first. */
typedef int (*take_row)(struct scan_series *series, const struct scan_labels *column,
                        const struct parquet_row *row, void *context, struct err *err);

static int each_row(struct scan_series *series, uint32_t before, uint32_t here, take_row take,
                    void *context, struct err *err)
{
    for (size_t i = series->column_count; i > 0; i--) {
        const struct scan_labels *column = &series->columns[i - 1];
        struct parquet_row row;
        TRY(parquet_rows_value(column->rows, here, &row, err));
        TRY(take(series, column, &row, context, err));
        if (i == 2) {
            here = before; /* the first column's code stands for itself */
        } else if (i > 2) {
            struct pair_codes made = series->pairs[i - 2].made[before];
            before = made.before;
            here = made.here;
        }
    }
    return 0;
}

static int add_to_key(struct scan_series *series, const struct scan_labels *column,
                      const struct parquet_row *row, void *context, struct err *err)
{
    (void)context;
    (void)err;
    label_key_add(series->key, column->node, row);
    return 0;
}

struct labels_of_row {
    struct arena arena;
    struct label_set set;
    struct label items[REGISTRY_MAX_LABELS];
};

static int add_to_labels(struct scan_series *series, const struct scan_labels *column,
                         const struct parquet_row *row, void *context, struct err *err)
{
    (void)series;
    struct labels_of_row *labels = context;
    return labels_append(column, row, &labels->arena, &labels->set, err);
}

static int register_series(struct scan_series *series, uint32_t before, uint32_t here,
                           uint32_t *ret_index, struct err *err)
{
    struct labels_of_row labels;
    struct series *found = NULL;
    arena_init(&labels.arena, 16 << 20);
    labels.set = (struct label_set){.items = labels.items};
    int result = each_row(series, before, here, add_to_labels, &labels, err);
    if (result == 0)
        result =
            registry_find(series->scan->registry, &labels.set, series->scan->can_add, &found, err);
    arena_release(&labels.arena);
    if (result == 0)
        *ret_index = (uint32_t)found->index;
    return result;
}

/* The series of a combination of codes that was not met in this row group yet. */
static int find_series(struct scan_series *series, uint32_t before, uint32_t here,
                       uint32_t *ret_index, struct err *err)
{
    label_key_begin(series->key);
    TRY(each_row(series, before, here, add_to_key, NULL, err));
    if (label_cache_get(series->cache, series->key, ret_index))
        return 0;
    TRY(register_series(series, before, here, ret_index, err));
    label_cache_put(series->cache, series->key, *ret_index);
    return 0;
}

/* The one series of samples without labels. */
static int find_unlabelled(const struct scan_series *series, uint32_t *ret_index, struct err *err)
{
    struct label_set set = {0};
    struct series *found = NULL;
    TRY(registry_find(series->scan->registry, &set, series->scan->can_add, &found, err));
    *ret_index = (uint32_t)found->index;
    return 0;
}

static int add_pair(struct scan_series *series, size_t column, uint32_t before, uint32_t here,
                    uint64_t key, uint32_t *ret_value, struct err *err)
{
    struct pair_table *table = &series->pairs[column];
    if (column + 1 == series->column_count)
        TRY(find_series(series, before, here, ret_value, err));
    else
        *ret_value = make_code(table, before, here);
    if (2 * table->count >= table->slot_count)
        grow_pairs(table);
    *find_pair(table, key) = (struct code_pair){.key = key, .value = *ret_value};
    table->count++;
    return 0;
}

static int fail_row(const struct scan_series *series, int64_t row, struct err *err)
{
    if (err != NULL && err->kind == ERR_NOT_FOUND)
        err_set(err, ERR_CONFLICT, "\"%s\" changed while it was read", series->path);
    return err_where(err, "%s:%lld", series->path, (long long)row + 1);
}

/* The numbers of the next rows, at most `most`. */
static int pull_ids(struct scan_labels *column, size_t most, const uint32_t **ret_ids,
                    size_t *ret_count, struct err *err)
{
    if (column->at == column->count) {
        TRY(parquet_rows_next(column->rows, &column->ids, &column->count, err));
        column->at = 0;
    }
    if (column->count == 0 || column->ids == NULL)
        return err_set(err, ERR_INTERNAL, "a column ended before its rows did");
    *ret_ids = column->ids + column->at;
    *ret_count = column->count - column->at < most ? column->count - column->at : most;
    column->at += *ret_count;
    return 0;
}

static int combine(struct scan_series *series, size_t c, const uint32_t *ids, size_t count,
                   int64_t first_row, uint32_t *ret_series, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t before = ret_series[i];
        uint64_t key = ((uint64_t)before << 32 | ids[i]) + 1;
        const struct code_pair *pair = find_pair(&series->pairs[c], key);
        if (pair->key == key)
            ret_series[i] = pair->value;
        else if (add_pair(series, c, before, ids[i], key, &ret_series[i], err) != 0)
            return fail_row(series, first_row + (int64_t)i, err);
    }
    return 0;
}

int scan_series_fill(struct scan_series *series, size_t rows, int64_t first_row,
                     uint32_t *ret_series, struct err *err)
{
    memset(ret_series, 0, rows * sizeof(*ret_series));
    for (size_t c = 0; c < series->column_count; c++) {
        for (size_t done = 0, count = 0; done < rows; done += count) {
            const uint32_t *ids = NULL;
            TRY(pull_ids(&series->columns[c], rows - done, &ids, &count, err));
            if (ids == NULL)
                return -1;
            if (c == 0 && series->column_count > 1)
                memcpy(ret_series + done, ids, count * sizeof(*ids));
            else
                TRY(combine(series, c, ids, count, first_row + (int64_t)done, ret_series + done,
                            err));
        }
    }
    if (series->column_count == 0) {
        uint32_t none = 0;
        TRY(rows > 0 ? find_unlabelled(series, &none, err) : 0);
        for (size_t i = 0; i < rows; i++)
            ret_series[i] = none;
    }
    return 0;
}
