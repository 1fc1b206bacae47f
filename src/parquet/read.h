/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PARQUET_READ_H
#define LEAT_PARQUET_READ_H

#include "base/err.h"
#include "memory/memory.h"
#include "parquet/format.h"

/*
 * Reads Parquet files, one column chunk at a time and nothing but the chunks asked for.
 *
 *     AUTO(parquet_close) struct parquet_file *file = NULL;
 *     TRY(parquet_open(path, memory, &file, &foreign, err));
 *     AUTO(parquet_column_free) struct parquet_column *column = parquet_column_new(memory);
 *     for (size_t group = 0; group < parquet_footer(file)->group_count; group++) {
 *         TRY(parquet_column_start(column, file, group, leaf, err));
 *         struct parquet_batch batch;
 *         do {
 *             TRY(parquet_column_next(column, &batch, err));
 *             … batch.entry_count entries …
 *         } while (batch.entry_count != 0);
 *     }
 *
 * Files are hostile: every length and offset is checked, what is damaged is ERR_DATA and names the
 * file, the column and the page. Memory whose size the file decides is reserved. A file and its
 * columns belong to one thread at a time; different files may be read by different threads.
 *
 * What is *foreign* is well-formed perhaps but not known here (encryption, LZ4, Brotli, LZO, …);
 * the caller gives such a file to another reader instead of failing.
 */
struct parquet_file;

/*
 * Reads the footer. 0 with *ret_file NULL means foreign, and *ret_foreign says why ("its footer is
 * encrypted"); static text. The file stays open until parquet_close().
 */
int parquet_open(const char *path, struct memory *memory, struct parquet_file **ret_file,
                 const char **ret_foreign, struct err *err) WARN_UNUSED;
void parquet_close(struct parquet_file **file); /* *file may be NULL */
/* Valid until the file is closed, as all that it points to. */
const struct parquet_footer *parquet_footer(const struct parquet_file *file);
/*
 * The column of a dotted path ("tags.list.element.list.element"), or of a top-level name with a
 * single column below it ("tags"). -1: there is none, or more than one.
 */
int32_t parquet_find_column(const struct parquet_file *file, const char *path);
/* The dotted path of a column. Valid until the file is closed. */
const char *parquet_column_path(const struct parquet_file *file, int32_t leaf);
/* NULL when these columns can be read in all row groups; else why not ("it is compressed with LZ4"). */
const char *parquet_foreign(const struct parquet_file *file, const int32_t *leaves, size_t count);
/*
 * After a function failed: what was met in a page that is foreign after all, or NULL when the file
 * is damaged or could not be read.
 */
const char *parquet_found_foreign(const struct parquet_file *file);

/*
 * How values lie in memory, by physical type: BOOLEAN uint8_t 0 or 1; INT32 int32_t; INT64 int64_t;
 * FLOAT float; DOUBLE double; BYTE_ARRAY struct parquet_bytes; FIXED_LEN_BYTE_ARRAY and INT96 their
 * bytes as in the file (type_length, 12), one value after the other, with no alignment.
 */
struct parquet_dictionary {
    uint32_t count;
    const void *values;
};

/*
 * Some entries of one page, at most PARQUET_BATCH_ENTRIES. An entry is a value, a null or an empty
 * list. A row of a nested column can be cut: entries before the first repetition level of 0 go on
 * with the row of the batch before.
 *
 * All arrays belong to the column and are valid until its next call; 16 bytes after their ends may
 * be read (they are anything).
 */
#define PARQUET_BATCH_ENTRIES 8192
struct parquet_batch {
    uint32_t entry_count;      /* 0: the chunk has ended */
    uint32_t value_count;      /* entries that have a value: definition == max_definition */
    uint32_t row_count;        /* entries that begin a row: repetition == 0 */
    const uint8_t *definition; /* one an entry; NULL: every entry has a value */
    const uint8_t *repetition; /* one an entry; NULL: every entry is a row (the column is flat) */
    /*
     * Either codes into the dictionary, one a value and each below its count, or the values. A
     * chunk may change from codes to values between batches, never back and forth in one.
     */
    const struct parquet_dictionary *dictionary; /* NULL: `values` */
    unsigned code_bytes;                         /* 1, 2 or 4; the same in all of a chunk */
    const void *codes;                           /* uint8_t, uint16_t or uint32_t */
    const void *values;
};

/* Reads one chunk after the other; its buffers are kept from chunk to chunk. */
struct parquet_column;
struct parquet_column *parquet_column_new(struct memory *memory);
void parquet_column_free(struct parquet_column **column); /* *column may be NULL */
/*
 * Begins with a chunk; what was read before is forgotten. Borrows `file` until the next start. The
 * caller has asked parquet_foreign().
 */
int parquet_column_start(struct parquet_column *column, struct parquet_file *file, size_t group,
                         int32_t leaf, struct err *err) WARN_UNUSED;
/*
 * The next entries. At the end of the chunk, entry_count is 0 and it is certain that the chunk had
 * as many entries as its metadata and as many rows as its row group.
 */
int parquet_column_next(struct parquet_column *column, struct parquet_batch *ret_batch,
                        struct err *err) WARN_UNUSED;
/*
 * The values of a batch one by one, whether they came as codes or not: INT64 (or INT32, widened),
 * and the codes as uint32_t (a batch that has a dictionary). `ret_values` has room for
 * value_count.
 */
void parquet_batch_i64(const struct parquet_column *column, const struct parquet_batch *batch,
                       int64_t *ret_values);
void parquet_batch_codes(const struct parquet_batch *batch, uint32_t *ret_codes);
/* Bytes read from files by this column so far, all chunks together. */
int64_t parquet_column_read_bytes(const struct parquet_column *column);

#endif
