/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PARQUET_WRITE_H
#define LEAT_PARQUET_WRITE_H

#include "base/arena.h"
#include "base/batch.h"
#include "memory/memory.h"
#include "parquet/format.h"

/*
 * Writes Parquet files from rows in Arrow layout. The same rows give the same bytes, however they are
 * cut into batches and whatever the writer wrote before.
 *
 *     AUTO(parquet_layout_free) struct parquet_layout *layout = NULL;
 *     TRY(parquet_layout_new(&schema, &options, &layout, err));
 *     AUTO(parquet_writer_free) struct parquet_writer *writer = parquet_writer_new(memory);
 *     TRY(parquet_writer_open(writer, layout, &target, err));
 *     while (…)
 *         TRY(parquet_writer_add(writer, &batch.array, err));
 *     TRY(parquet_writer_close(writer, arena, &written, err));
 *
 * Types: booleans (b), integers (c s i l C S I L), float and double (f g), decimals of up to 38
 * digits (d:p,s), texts and binary (u U z Z), fixed-width binary (w:n; with the extension name
 * arrow.uuid a UUID), dates (tdD), times (ttm ttu ttn) and timestamps (tss tsm tsu tsn; with a zone:
 * adjusted to UTC), and structs, lists and maps of these (+s +l +L +m). Seconds become
 * milliseconds. Others are ERR_DATA naming the column.
 */
struct parquet_layout; /* what all files of one kind share; read-only, for any number of writers */
struct parquet_writer; /* buffers, used by one thread at a time; kept from file to file */

struct parquet_layout_options {
    enum parquet_codec codec; /* UNCOMPRESSED, SNAPPY or ZSTD */
    int level;                /* of zstd, 1…22; 0: 1 */
    int64_t row_group_rows;   /* 0: 122,880 */
    int64_t row_group_bytes;  /* of values in memory; 0: 64 MB. Looked at every 64 rows */
    /*
     * One for each column and field of the schema, depth first (a list's element too, a map's key and
     * value; not what Parquet puts between); -1: none. NULL: none at all.
     */
    const int32_t *field_ids;
    /* The order the rows have, which is not checked. `column` is a top-level column. */
    const struct parquet_sorting *sorting;
    size_t sorting_count;
    /* In all files, before those of the file. */
    const struct parquet_key_value *key_values;
    size_t key_value_count;
};
/* `schema` is a struct of the columns; it and the options are copied. No columns: ERR_DATA. */
int parquet_layout_new(const struct ArrowSchema *schema,
                       const struct parquet_layout_options *options,
                       struct parquet_layout **ret_layout, struct err *err) WARN_UNUSED;
void parquet_layout_free(struct parquet_layout **layout); /* *layout may be NULL */

/* `memory` NULL: what is used is not counted. */
struct parquet_writer *parquet_writer_new(struct memory *memory);
void parquet_writer_free(
    struct parquet_writer **pointer); /* to NULL: nothing. Discards a begun file */

struct parquet_target {
    const char *path; /* must not be there yet; its folder must */
    const struct parquet_key_value *key_values;
    size_t key_value_count;
};
/*
 * Makes the file. Whenever a call from here to the close fails, the file is closed and removed, and
 * the next call is parquet_writer_open(). Borrows layout and key values until the close.
 */
int parquet_writer_open(struct parquet_writer *writer, const struct parquet_layout *layout,
                        const struct parquet_target *target, struct err *err) WARN_UNUSED;
/* A struct array with the columns of the schema. Copied; a row group is written when it is full. */
int parquet_writer_add(struct parquet_writer *writer, const struct ArrowArray *rows,
                       struct err *err) WARN_UNUSED;

struct parquet_column_written {
    const char *path;                /* "a"; nested as "s.b.element" with '\x1f' for the dots */
    int64_t size_bytes;              /* compressed, with page headers */
    int64_t value_count, null_count; /* the first counts nulls too */
    const char *min, *max;           /* as bound_text() in parquet/stats.h; NULL: not known */
    bool is_min_exact, is_max_exact; /* long texts are cut */
    int contains_nan;                /* -1: of a type that has none */
};
struct parquet_written {
    int64_t row_count, size_bytes;
    int64_t footer_bytes; /* of the metadata at the end */
    int64_t row_group_count;
    const struct parquet_column_written *columns; /* leaves, in the order of the file */
    size_t column_count;
};
/*
 * Writes the rest and closes the file; nothing is synced. `arena` NULL: ret_written has no columns.
 * `ret_written` may be NULL.
 */
int parquet_writer_close(struct parquet_writer *writer, struct arena *arena,
                         struct parquet_written *ret_written, struct err *err) WARN_UNUSED;
/* Closes and removes a file that was begun; nothing when there is none. */
void parquet_writer_discard(struct parquet_writer *writer);

/* One column of a whole file that is in memory, as Arrow lays it out. */
struct parquet_dense {
    const void *values;      /* numbers, the bits of booleans, or the bytes of texts */
    const int32_t *offsets;  /* texts and binary: row_count + 1, in `values`; else NULL */
    const uint8_t *validity; /* bit 1: a value; NULL: all are */
};
/*
 * Open, add and close in one, for flat columns (u and z, not U and Z). Up to 4 MB of output are one
 * write().
 */
int parquet_write_dense(struct parquet_writer *writer, const struct parquet_layout *layout,
                        const struct parquet_target *target, const struct parquet_dense *columns,
                        int64_t row_count, struct parquet_written *ret_written,
                        struct err *err) WARN_UNUSED;

#endif
