/* SPDX-License-Identifier: Apache-2.0 */
#include "series/scan.h"

#include "base/alloc.h"
#include "series/pull_value.h"
#include "series/scan_series.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_LABELS 256

/* One file while it is scanned. */
struct scanning {
    const struct series_scan *scan;
    struct parquet_file *file;
    struct time_column time;
    struct value_column value;
    struct scan_series series;
    int64_t first_row;          /* of the block */
    int64_t min_tick, max_tick; /* that are instants at all */
    /* by row of the block: */
    int64_t *ticks;
    uint8_t *is_timeless, *kinds;
    union grid_value *values;
    uint32_t *codes; /* then: index of the series */
    /* by sample: */
    int64_t *rows;
    uint8_t *is_text;
};

static int find_leaf(const struct scanning *scanning, const char *name, int32_t *ret_leaf,
                     struct err *err)
{
    *ret_leaf = parquet_find_column(scanning->file, name);
    if (*ret_leaf >= 0)
        return 0;
    err_set(err, ERR_CONFIG, "\"%s\" has no column \"%s\" that samples can have",
            scanning->scan->path, name);
    return err_hint(err, "See its columns with: leat query \"DESCRIBE FROM raw.…\".");
}

static int open_columns(struct scanning *scanning, const char **ret_foreign, struct err *err)
{
    const struct series_layout *layout = scanning->scan->layout;
    int32_t leaves[MAX_LABELS + 2];
    if (layout->label_count > MAX_LABELS)
        return err_set(err, ERR_CONFIG, "more than %d label columns", MAX_LABELS);
    TRY(find_leaf(scanning, layout->time, &leaves[0], err));
    TRY(find_leaf(scanning, layout->value, &leaves[1], err));
    for (size_t i = 0; i < layout->label_count; i++)
        TRY(find_leaf(scanning, layout->labels[i], &leaves[i + 2], err));
    *ret_foreign = parquet_foreign(scanning->file, leaves, layout->label_count + 2);
    if (*ret_foreign != NULL)
        return 0;
    struct memory *memory = scanning->scan->memory;
    pull_init(&scanning->time.pull, scanning->file, leaves[0], memory);
    pull_init(&scanning->value.pull, scanning->file, leaves[1], memory);
    scanning->value.intern = scanning->scan->intern;
    TRY(time_init(&scanning->time, layout->time, layout->tick_us, err));
    TRY(value_init(&scanning->value, layout->value, err));
    return scan_series_init(&scanning->series, scanning->scan, scanning->file, leaves + 2, err);
}

static void make_room(struct scanning *scanning)
{
    scanning->ticks = alloc_zeroed(PULL_ROWS * sizeof(*scanning->ticks));
    scanning->is_timeless = alloc_zeroed(PULL_ROWS);
    scanning->kinds = alloc_zeroed(PULL_ROWS);
    scanning->values = alloc_zeroed(PULL_ROWS * sizeof(*scanning->values));
    scanning->codes = alloc_zeroed(PULL_ROWS * sizeof(*scanning->codes));
    scanning->rows = alloc_zeroed(PULL_ROWS * sizeof(*scanning->rows));
    scanning->is_text = alloc_zeroed(PULL_ROWS);
    series_tick_bounds(scanning->scan->layout->tick_us, &scanning->min_tick, &scanning->max_tick);
}

void series_tick_bounds(int64_t tick_us, int64_t *ret_min, int64_t *ret_max)
{
    int64_t year = 366 * US_PER_DAY / tick_us;
    *ret_min = -1800 * year;
    *ret_max = 7000 * year;
}

static void scanning_release(struct scanning *scanning)
{
    pull_release(&scanning->time.pull);
    pull_release(&scanning->value.pull);
    value_release(&scanning->value);
    scan_series_release(&scanning->series);
    free(scanning->ticks);
    free(scanning->is_timeless);
    free(scanning->kinds);
    free(scanning->values);
    free(scanning->codes);
    free(scanning->rows);
    free(scanning->is_text);
    parquet_close(&scanning->file);
}

static int reject(const struct scanning *scanning, size_t row, struct err *err)
{
    const struct series_scan *scan = scanning->scan;
    const struct series_layout *layout = scan->layout;
    int64_t number = scanning->first_row + (int64_t)row;
    if (scan->reject == NULL)
        return 0;
    if (scanning->is_timeless[row])
        return scan->reject(scan->context, number, layout->time, "the sample has no time", err);
    if (scanning->ticks[row] < scanning->min_tick || scanning->ticks[row] > scanning->max_tick)
        return scan->reject(scan->context, number, layout->time,
                            "the time is out of all range: is the unit right?", err);
    if (scanning->kinds[row] == VALUE_NULL)
        return scan->reject(scan->context, number, layout->value, "the sample has no value", err);
    if (scanning->kinds[row] == VALUE_NO_STATE)
        return scan->reject(scan->context, number, layout->value,
                            "the value is no number, and too long or too rare for a state", err);
    return scan->reject(scan->context, number, layout->value, "the value is no finite number", err);
}

/* Rows that are samples move to the front; the others are rejected. */
static int keep_samples(struct scanning *scanning, size_t rows, size_t *ret_count, struct err *err)
{
    size_t count = 0;
    for (size_t i = 0; i < rows; i++) {
        bool is_sample = !scanning->is_timeless[i] && scanning->kinds[i] <= VALUE_TEXT &&
                         scanning->ticks[i] >= scanning->min_tick &&
                         scanning->ticks[i] <= scanning->max_tick;
        if (!is_sample) {
            TRY(reject(scanning, i, err));
            continue;
        }
        scanning->ticks[count] = scanning->ticks[i];
        scanning->codes[count] = scanning->codes[i];
        scanning->values[count] = scanning->values[i];
        scanning->is_text[count] = scanning->kinds[i];
        scanning->rows[count++] = scanning->first_row + (int64_t)i;
    }
    *ret_count = count;
    return 0;
}

static int scan_block(struct scanning *scanning, size_t rows, struct err *err)
{
    const struct series_scan *scan = scanning->scan;
    size_t count = 0;
    TRY(time_fill(&scanning->time, rows, scanning->ticks, scanning->is_timeless, err));
    TRY(value_fill(&scanning->value, rows, scanning->values, scanning->kinds, err));
    TRY(scan_series_fill(&scanning->series, rows, scanning->first_row, scanning->codes, err));
    TRY(keep_samples(scanning, rows, &count, err));
    struct series_block block = {.samples = {.ticks = scanning->ticks,
                                             .series = scanning->codes,
                                             .values = scanning->values,
                                             .count = count},
                                 .is_text = scanning->is_text,
                                 .rows = scanning->rows};
    return scan->take(scan->context, &block, err);
}

static int scan_group(struct scanning *scanning, size_t group, struct err *err)
{
    int64_t left = parquet_footer(scanning->file)->groups[group].row_count;
    value_clear(&scanning->value);
    TRY(pull_start(&scanning->time.pull, group, err));
    TRY(pull_start(&scanning->value.pull, group, err));
    TRY(scan_series_start(&scanning->series, group, err));
    while (left > 0) {
        size_t rows = left < PULL_ROWS ? (size_t)left : PULL_ROWS;
        if (scanning->scan->is_cancelled != NULL && *scanning->scan->is_cancelled)
            return err_set(err, ERR_CANCELLED, "stopped");
        TRY(scan_block(scanning, rows, err));
        scanning->first_row += (int64_t)rows;
        left -= (int64_t)rows;
    }
    return 0;
}

static int scan_file(const struct series_scan *scan, int64_t *ret_rows, const char **ret_foreign,
                     struct err *err)
{
    AUTO(scanning_release) struct scanning scanning = {.scan = scan};
    *ret_foreign = NULL;
    TRY(parquet_open(scan->path, scan->memory, &scanning.file, ret_foreign, err));
    if (scanning.file == NULL)
        return 0;
    TRY(open_columns(&scanning, ret_foreign, err));
    if (*ret_foreign != NULL)
        return 0;
    make_room(&scanning);
    for (size_t i = 0; i < parquet_footer(scanning.file)->group_count; i++)
        TRY(scan_group(&scanning, i, err));
    *ret_rows = scanning.first_row;
    return 0;
}

int series_scan(const struct series_scan *scan, int64_t *ret_rows, const char **ret_foreign,
                struct err *err)
{
    struct series_scan again = *scan;
    char *path = NULL;
    TRY(scan_file(scan, ret_rows, ret_foreign, err));
    if (*ret_foreign == NULL || scan->transcode == NULL)
        return 0;
    TRY(scan->transcode(scan->transcoder, scan->path, &path, err));
    again.path = path;
    int result = scan_file(&again, ret_rows, ret_foreign, err);
    unlink(path);
    free(path);
    return result;
}
