/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/read_rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * How long it takes to read samples of labelled series, without doing anything with them:
 *
 *     parquet_read_bench TIME VALUE LABEL LABEL FILE…
 *
 * TIME is a flat int64 column, VALUE a flat one, the LABELs are of any nesting. Every row gets the
 * number of its labels; values are added up as codes. Prints the time of each part by the clock on
 * the wall, and of all by the processor's, for a row.
 */
enum part { PART_OPEN, PART_TIME, PART_VALUE, PART_FIRST, PART_SECOND, PART_WALK, PART_COUNT };
static const char *const part_names[] = {"open", "time", "value", "label 1", "label 2", "walk"};

struct bench {
    struct parquet_column *time, *value;
    struct parquet_rows *labels[2];
    int64_t spent_ns[PART_COUNT];
    int64_t rows, bytes, label_sets;
    uint64_t sum;
    int64_t times[PARQUET_BATCH_ENTRIES];
    uint32_t values[PARQUET_BATCH_ENTRIES];
};

/* Where one column stands in the rows of a group. */
struct cursor {
    const uint32_t *ids;
    size_t at, count;
};

static int64_t now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int fill(struct bench *bench, struct parquet_column *column, struct cursor *cursor,
                enum part part, struct err *err)
{
    if (cursor->at < cursor->count)
        return 0;
    int64_t start = now_ns();
    struct parquet_batch batch;
    TRY(parquet_column_next(column, &batch, err));
    if (part == PART_TIME)
        parquet_batch_i64(column, &batch, bench->times);
    else if (batch.dictionary != NULL)
        parquet_batch_codes(&batch, bench->values);
    bench->spent_ns[part] += now_ns() - start;
    cursor->at = 0;
    cursor->count = batch.entry_count;
    return 0;
}

static int fill_ids(struct bench *bench, int label, struct cursor *cursor, struct err *err)
{
    if (cursor->at < cursor->count)
        return 0;
    int64_t start = now_ns();
    TRY(parquet_rows_next(bench->labels[label], &cursor->ids, &cursor->count, err));
    bench->spent_ns[PART_FIRST + label] += now_ns() - start;
    cursor->at = 0;
    return 0;
}

/* What a consumer does at the least: take the four of each row together. */
static void walk(struct bench *bench, const struct cursor *cursors, size_t count)
{
    int64_t start = now_ns();
    const int64_t *times = bench->times + cursors[0].at;
    const uint32_t *values = bench->values + cursors[1].at;
    const uint32_t *first = cursors[2].ids + cursors[2].at;
    const uint32_t *second = cursors[3].ids + cursors[3].at;
    uint64_t sum = bench->sum;
    for (size_t i = 0; i < count; i++)
        sum += (uint64_t)times[i] * 31 + (first[i] << 16 | second[i]) * UINT64_C(7) + values[i];
    bench->sum = sum;
    bench->rows += (int64_t)count;
    bench->spent_ns[PART_WALK] += now_ns() - start;
}

static int run_group(struct bench *bench, struct err *err)
{
    struct cursor cursors[4] = {0};
    for (;;) {
        TRY(fill(bench, bench->time, &cursors[0], PART_TIME, err));
        TRY(fill(bench, bench->value, &cursors[1], PART_VALUE, err));
        TRY(fill_ids(bench, 0, &cursors[2], err));
        TRY(fill_ids(bench, 1, &cursors[3], err));
        size_t count = SIZE_MAX;
        for (size_t i = 0; i < ARRAY_COUNT(cursors); i++)
            if (cursors[i].count - cursors[i].at < count)
                count = cursors[i].count - cursors[i].at;
        if (count == 0)
            break;
        walk(bench, cursors, count);
        for (size_t i = 0; i < ARRAY_COUNT(cursors); i++)
            cursors[i].at += count;
    }
    bench->label_sets += parquet_rows_distinct(bench->labels[1]);
    return 0;
}

static int run_file(struct bench *bench, const char *path, char **columns, struct memory *memory,
                    struct err *err)
{
    int64_t start = now_ns();
    AUTO(parquet_close) struct parquet_file *file = NULL;
    const char *foreign = NULL;
    TRY(parquet_open(path, memory, &file, &foreign, err));
    int32_t leaves[4] = {0};
    for (size_t i = 0; foreign == NULL && i < ARRAY_COUNT(leaves); i++) {
        leaves[i] = parquet_find_column(file, columns[i]);
        if (leaves[i] < 0)
            return err_set(err, ERR_USAGE, "%s has no column %s", path, columns[i]);
    }
    if (foreign == NULL)
        foreign = parquet_foreign(file, leaves, ARRAY_COUNT(leaves));
    if (foreign != NULL)
        return err_set(err, ERR_DATA, "%s: %s", path, foreign);
    bench->spent_ns[PART_OPEN] += now_ns() - start;
    for (size_t group = 0; group < parquet_footer(file)->group_count; group++) {
        TRY(parquet_column_start(bench->time, file, group, leaves[0], err));
        TRY(parquet_column_start(bench->value, file, group, leaves[1], err));
        TRY(parquet_rows_start(bench->labels[0], file, group, leaves[2], err));
        TRY(parquet_rows_start(bench->labels[1], file, group, leaves[3], err));
        TRY(run_group(bench, err));
    }
    return 0;
}

static void print(const struct bench *bench, int files)
{
    struct timespec used;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    int64_t total = (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
    for (int i = 0; i < PART_COUNT; i++)
        printf("%-8s %6.2f ns a row\n", part_names[i],
               (double)bench->spent_ns[i] / (double)bench->rows);
    printf("all      %6.2f ns a row, %d files, %" PRId64 " rows, %" PRId64 " bytes read, %" PRId64
           " label sets, sum %016" PRIx64 "\n",
           (double)total / (double)bench->rows, files, bench->rows, bench->bytes, bench->label_sets,
           bench->sum);
}

int main(int argc, char **argv)
{
    if (argc < 6) {
        fprintf(stderr, "usage: %s TIME VALUE LABEL LABEL FILE…\n", argv[0]);
        return 2;
    }
    struct memory_limit limit = {.bytes = (int64_t)512 << 20};
    struct memory *memory = memory_new(limit);
    static struct bench bench;
    bench = (struct bench){.time = parquet_column_new(memory),
                           .value = parquet_column_new(memory),
                           .labels = {parquet_rows_new(memory), parquet_rows_new(memory)}};
    struct err err = {0};
    for (int i = 5; i < argc && err.kind == ERR_NONE; i++)
        if (run_file(&bench, argv[i], argv + 1, memory, &err) != 0)
            fprintf(stderr, "%s\n", err.message);
    bench.bytes = parquet_column_read_bytes(bench.time) + parquet_column_read_bytes(bench.value) +
                  parquet_rows_read_bytes(bench.labels[0]) +
                  parquet_rows_read_bytes(bench.labels[1]);
    print(&bench, argc - 5);
    parquet_column_free(&bench.time);
    parquet_column_free(&bench.value);
    parquet_rows_free(&bench.labels[0]);
    parquet_rows_free(&bench.labels[1]);
    printf("memory reserved at most %" PRId64 " KB\n", memory_reserved_peak(memory) >> 10);
    memory_free(memory);
    return err.kind == ERR_NONE ? 0 : 1;
}
