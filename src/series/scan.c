/* SPDX-License-Identifier: Apache-2.0 */
#include "series/scan.h"

#include "base/alloc.h"
#include "series/pull_value.h"
#include "series/scan_series.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct series_scanner {
    struct series_scan scan;
    const char *path; /* of the file that is scanned */
    struct parquet_file *file;
    struct time_column time;
    struct value_column value;
    struct scan_series series;
    int64_t first_row;          /* of the block */
    int64_t min_tick, max_tick; /* that are instants at all */
    struct series_room *room;   /* first by row of the block, then by sample */
    uint8_t is_timeless[PULL_ROWS], kinds[PULL_ROWS];
};

struct series_scanner *series_scanner_new(const struct series_scan *scan)
{
    struct series_scanner *scanner = alloc_zeroed(sizeof(*scanner));
    scanner->scan = *scan;
    scanner->room = alloc_zeroed(sizeof(*scanner->room));
    scanner->value.intern = scan->intern;
    pull_init(&scanner->time.pull, scan->memory);
    pull_init(&scanner->value.pull, scan->memory);
    scan_series_init(&scanner->series, scan);
    series_tick_bounds(scan->layout->tick_us, &scanner->min_tick, &scanner->max_tick);
    return scanner;
}

void series_scanner_free(struct series_scanner **scanner)
{
    struct series_scanner *old = *scanner;
    *scanner = NULL;
    if (old == NULL)
        return;
    pull_release(&old->time.pull);
    pull_release(&old->value.pull);
    value_release(&old->value);
    scan_series_release(&old->series);
    free(old->room);
    free(old);
}

static int find_leaf(const struct series_scanner *scanner, const char *name, int32_t *ret_leaf,
                     struct err *err)
{
    *ret_leaf = parquet_find_column(scanner->file, name);
    if (*ret_leaf >= 0)
        return 0;
    err_set(err, ERR_CONFIG, "\"%s\" has no column \"%s\" that samples can have", scanner->path,
            name);
    return err_hint(err, "See its columns with: leat query \"DESCRIBE FROM raw.…\".");
}

static int open_columns(struct series_scanner *scanner, const char **ret_foreign, struct err *err)
{
    const struct series_layout *layout = scanner->scan.layout;
    int32_t leaves[REGISTRY_MAX_LABELS + 2];
    if (layout->label_count > REGISTRY_MAX_LABELS)
        return err_set(err, ERR_CONFIG, "more than %d label columns", REGISTRY_MAX_LABELS);
    TRY(find_leaf(scanner, layout->time, &leaves[0], err));
    TRY(find_leaf(scanner, layout->value, &leaves[1], err));
    for (size_t i = 0; i < layout->label_count; i++)
        TRY(find_leaf(scanner, layout->labels[i], &leaves[i + 2], err));
    *ret_foreign = parquet_foreign(scanner->file, leaves, layout->label_count + 2);
    if (*ret_foreign != NULL)
        return 0;
    pull_open(&scanner->time.pull, scanner->file, leaves[0]);
    pull_open(&scanner->value.pull, scanner->file, leaves[1]);
    TRY(time_init(&scanner->time, layout->time, layout->tick_us, err));
    TRY(value_init(&scanner->value, layout->value, err));
    return scan_series_open(&scanner->series, scanner->path, scanner->file, leaves + 2, err);
}

void series_tick_bounds(int64_t tick_us, int64_t *ret_min, int64_t *ret_max)
{
    int64_t year = 366 * US_PER_DAY / tick_us;
    *ret_min = -1800 * year;
    *ret_max = 7000 * year;
}

static int reject(const struct series_scanner *scanner, size_t row, struct err *err)
{
    const struct series_scan *scan = &scanner->scan;
    const struct series_layout *layout = scan->layout;
    int64_t number = scanner->first_row + (int64_t)row;
    if (scan->reject == NULL)
        return 0;
    if (scanner->is_timeless[row])
        return scan->reject(scan->context, number, layout->time, "the sample has no time", err);
    if (scanner->room->ticks[row] < scanner->min_tick ||
        scanner->room->ticks[row] > scanner->max_tick)
        return scan->reject(scan->context, number, layout->time,
                            "the time is out of all range: is the unit right?", err);
    if (scanner->kinds[row] == VALUE_NULL)
        return scan->reject(scan->context, number, layout->value, "the sample has no value", err);
    if (scanner->kinds[row] == VALUE_NO_STATE)
        return scan->reject(scan->context, number, layout->value,
                            "the value is no number, and too long or too rare for a state", err);
    return scan->reject(scan->context, number, layout->value, "the value is no finite number", err);
}

/* Rows that are samples move to the front; the others are rejected. */
static int keep_samples(struct series_scanner *scanner, size_t rows, size_t *ret_count,
                        struct err *err)
{
    struct series_room *room = scanner->room;
    size_t count = 0;
    for (size_t i = 0; i < rows; i++) {
        bool is_sample = !scanner->is_timeless[i] && scanner->kinds[i] <= VALUE_TEXT &&
                         room->ticks[i] >= scanner->min_tick && room->ticks[i] <= scanner->max_tick;
        if (!is_sample) {
            TRY(reject(scanner, i, err));
            continue;
        }
        room->ticks[count] = room->ticks[i];
        room->series[count] = room->series[i];
        room->values[count] = room->values[i];
        room->is_text[count] = scanner->kinds[i];
        room->rows[count++] = scanner->first_row + (int64_t)i;
    }
    *ret_count = count;
    return 0;
}

static int scan_block(struct series_scanner *scanner, size_t rows, struct err *err)
{
    struct series_room *room = scanner->room;
    size_t count = 0;
    TRY(time_fill(&scanner->time, rows, room->ticks, scanner->is_timeless, err));
    TRY(value_fill(&scanner->value, rows, room->values, scanner->kinds, err));
    TRY(scan_series_fill(&scanner->series, rows, scanner->first_row, room->series, err));
    TRY(keep_samples(scanner, rows, &count, err));
    struct series_block block = {.samples = {.ticks = room->ticks,
                                             .series = room->series,
                                             .values = room->values,
                                             .count = count},
                                 .is_text = room->is_text,
                                 .rows = room->rows,
                                 .room = &scanner->room};
    return scanner->scan.take(scanner->scan.context, &block, err);
}

static int scan_group(struct series_scanner *scanner, size_t group, struct err *err)
{
    int64_t left = parquet_footer(scanner->file)->groups[group].row_count;
    value_clear(&scanner->value);
    TRY(pull_start(&scanner->time.pull, group, err));
    TRY(pull_start(&scanner->value.pull, group, err));
    TRY(scan_series_start(&scanner->series, group, err));
    while (left > 0) {
        size_t rows = left < PULL_ROWS ? (size_t)left : PULL_ROWS;
        if (scanner->scan.is_cancelled != NULL && *scanner->scan.is_cancelled)
            return err_set(err, ERR_CANCELLED, "stopped");
        TRY(scan_block(scanner, rows, err));
        scanner->first_row += (int64_t)rows;
        left -= (int64_t)rows;
    }
    return 0;
}

static int scan_opened(struct series_scanner *scanner, const char **ret_foreign, struct err *err)
{
    TRY(open_columns(scanner, ret_foreign, err));
    scanner->first_row = 0;
    for (size_t i = 0; *ret_foreign == NULL && i < parquet_footer(scanner->file)->group_count; i++)
        TRY(scan_group(scanner, i, err));
    return 0;
}

static int scan_known(struct series_scanner *scanner, const char *path, int64_t *ret_rows,
                      const char **ret_foreign, struct err *err)
{
    *ret_foreign = NULL;
    scanner->path = path;
    TRY(parquet_open(path, scanner->scan.memory, &scanner->file, ret_foreign, err));
    if (scanner->file == NULL)
        return 0;
    int result = scan_opened(scanner, ret_foreign, err);
    *ret_rows = scanner->first_row;
    parquet_close(&scanner->file);
    return result;
}

int series_scan_file(struct series_scanner *scanner, const char *path, int64_t *ret_rows,
                     const char **ret_foreign, struct err *err)
{
    const struct series_scan *scan = &scanner->scan;
    char *copy = NULL;
    TRY(scan_known(scanner, path, ret_rows, ret_foreign, err));
    if (*ret_foreign == NULL || scan->transcode == NULL)
        return 0;
    TRY(scan->transcode(scan->transcoder, path, &copy, err));
    int result = scan_known(scanner, copy, ret_rows, ret_foreign, err);
    unlink(copy);
    free(copy);
    return result;
}
