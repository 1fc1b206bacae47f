/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_SERIES_SCAN_H
#define LEAT_SERIES_SCAN_H

#include "series/grid.h"
#include "series/registry.h"

/*
 * Reads the samples of Parquet files. Work that depends on labels is done once for each distinct sequence of dictionary
 * codes, not once a row; the rows only carry numbers. Columns that are not named are not read.
 *
 *  - time: INT64 counted in ticks since 1970, or TIMESTAMP (ms, us), whose own unit must be the tick
 *  - value: text (a number, or a state), or a number column
 *  - labels: text columns (the column's name is the label's), and lists of [name, value] lists; nulls are no labels
 */
struct series_layout {
    const char *time, *value;
    int64_t tick_us; /* of the clock */
    const char *const *labels;
    size_t label_count;
};
/* Equal texts become one pointer. Thread-safe. NULL: longer than 1,000 bytes, with a zero byte, or one of more than 10,000. */
struct intern;
struct intern *intern_new(void);
void intern_free(struct intern *intern);
const char *intern_text(struct intern *intern, const char *text, size_t len);

/* Ticks that are instants at all: about 1,800 years before and 7,000 after 1970. */
void series_tick_bounds(int64_t tick_us, int64_t *ret_min, int64_t *ret_max);

#define SERIES_BLOCK_ROWS 8192
struct series_room { /* of a block; by sample */
    int64_t ticks[SERIES_BLOCK_ROWS];
    union grid_value values[SERIES_BLOCK_ROWS];
    int64_t rows[SERIES_BLOCK_ROWS];
    uint32_t series[SERIES_BLOCK_ROWS];
    uint8_t is_text[SERIES_BLOCK_ROWS];
};
/* Some rows in the order of the file; those that are no samples are left out. */
struct series_block {
    struct grid_samples samples; /* series: index in the registry */
    const uint8_t *is_text;      /* by sample: the value is a text */
    const int64_t *rows;         /* by sample: its row in the file, from 0 */
    struct series_room **room;   /* where all these are; who puts another one here may keep it */
};
struct series_scan {
    const struct series_layout *layout;
    struct registry *registry;
    bool can_add; /* series that the registry has not; else they are ERR_CONFLICT: a changed file */
    struct intern *intern;
    struct memory *memory;
    void *context;
    int (*take)(void *context, const struct series_block *block, struct err *err);
    /* A row that is no sample: no time, no value, no finite number. NULL: they are passed over. */
    int (*reject)(void *context, int64_t row, const char *column, const char *reason,
                  struct err *err);
    /*
     * Writes the columns of a file that only another reader knows (Brotli, …) as one that is known here, whose path
     * belongs to the caller. NULL: such files are told.
     */
    int (*transcode)(void *context, const char *path, char **ret_path, struct err *err);
    void *transcoder;
    const _Atomic bool *is_cancelled; /* NULL allowed */
};
/* Scans one file after the other, in one thread; its buffers are kept from file to file. */
struct series_scanner;
struct series_scanner *series_scanner_new(const struct series_scan *scan); /* copied */
void series_scanner_free(struct series_scanner **scanner); /* *scanner may be NULL */
/*
 * 0, and *ret_foreign NULL: done. 0 and a reason: the file is one that only another reader knows, and nothing was taken. ERR_DATA
 * names file and row.
 */
int series_scan_file(struct series_scanner *scanner, const char *path, int64_t *ret_rows,
                     const char **ret_foreign, struct err *err) WARN_UNUSED;

#endif
