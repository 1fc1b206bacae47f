/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writer as a shared object, so that the tests and the bench in Python can give it what they
 * have in Arrow's C data interface (tests/parquet_writer.py).
 */
#include "base/err.h"
#include "parquet/write.h"

#include <stdlib.h>
#include <string.h>

#define API __attribute__((visibility("default")))

struct shim_options {
    int codec, level;
    int64_t row_group_rows, row_group_bytes, memory_bytes;
    const int32_t *field_ids;
    const int32_t *sorting; /* column, descending, nulls first */
    size_t sorting_count;
    const char *const *key_values; /* key, value, key, … */
    size_t key_value_count;
};

/* The error, or what was written: lines of path, size, values, nulls, nan, exact, min, max. */
static char answer[1 << 20];

static void keep_error(const struct err *err)
{
    (void)snprintf(answer, sizeof(answer), "%s: %s", err_kind_info(err->kind)->name, err->message);
}

static void keep_written(const struct parquet_written *written)
{
    size_t len =
        (size_t)snprintf(answer, sizeof(answer), "%lld\t%lld\t%lld\t%lld\n",
                         (long long)written->row_count, (long long)written->size_bytes,
                         (long long)written->footer_bytes, (long long)written->row_group_count);
    for (size_t i = 0; i < written->column_count && len < sizeof(answer); i++) {
        const struct parquet_column_written *column = &written->columns[i];
        len += (size_t)snprintf(
            answer + len, sizeof(answer) - len, "%s\t%lld\t%lld\t%lld\t%d\t%d\t%d\t%s\t%s\n",
            column->path, (long long)column->size_bytes, (long long)column->value_count,
            (long long)column->null_count, column->contains_nan, column->is_min_exact,
            column->is_max_exact, column->min != NULL ? column->min : "\x01",
            column->max != NULL ? column->max : "\x01");
    }
}

static struct parquet_bytes bytes_of(const char *text)
{
    return (struct parquet_bytes){(const uint8_t *)text, (uint32_t)strlen(text)};
}

static int make_layout(const struct ArrowSchema *schema, const struct shim_options *shim,
                       struct parquet_layout **ret_layout, struct err *err)
{
    struct parquet_key_value key_values[16];
    struct parquet_sorting sorting[16];
    for (size_t i = 0; i < shim->key_value_count; i++)
        key_values[i] = (struct parquet_key_value){bytes_of(shim->key_values[2 * i]),
                                                   bytes_of(shim->key_values[2 * i + 1])};
    for (size_t i = 0; i < shim->sorting_count; i++)
        sorting[i] = (struct parquet_sorting){shim->sorting[3 * i], shim->sorting[3 * i + 1] != 0,
                                              shim->sorting[3 * i + 2] != 0};
    struct parquet_layout_options options = {
        .codec = (enum parquet_codec)shim->codec,
        .level = shim->level,
        .row_group_rows = shim->row_group_rows,
        .row_group_bytes = shim->row_group_bytes,
        .field_ids = shim->field_ids,
        .sorting = sorting,
        .sorting_count = shim->sorting_count,
        .key_values = key_values,
        .key_value_count = shim->key_value_count,
    };
    return parquet_layout_new(schema, &options, ret_layout, err);
}

static int write_batches(const struct ArrowSchema *schema, const struct ArrowArray *const *batches,
                         size_t batch_count, const char *path, const struct shim_options *shim,
                         struct memory *memory, struct err *err)
{
    AUTO(parquet_layout_free) struct parquet_layout *layout = NULL;
    TRY(make_layout(schema, shim, &layout, err));
    AUTO(parquet_writer_free) struct parquet_writer *writer = parquet_writer_new(memory);
    TRY(parquet_writer_open(writer, layout, &(struct parquet_target){.path = path}, err));
    for (size_t i = 0; i < batch_count; i++)
        TRY(parquet_writer_add(writer, batches[i], err));
    AUTO(arena_release) struct arena arena;
    arena_init(&arena, 1 << 20);
    struct parquet_written written;
    TRY(parquet_writer_close(writer, &arena, &written, err));
    keep_written(&written);
    return 0;
}

/* 0, or -1; shim_answer() says more. */
API int shim_write(const struct ArrowSchema *schema, const struct ArrowArray *const *batches,
                   size_t batch_count, const char *path, const struct shim_options *options);
API const char *shim_answer(void);
/* The same rows as `count` files "<folder>/<n>.parquet" from one writer, as a grid is written. */
API int shim_write_dense(const struct ArrowSchema *schema, const struct ArrowArray *rows,
                         const char *folder, size_t count, const struct shim_options *options);

int shim_write(const struct ArrowSchema *schema, const struct ArrowArray *const *batches,
               size_t batch_count, const char *path, const struct shim_options *options)
{
    struct err err = {0};
    struct memory *memory = options->memory_bytes > 0
                                ? memory_new((struct memory_limit){.bytes = options->memory_bytes})
                                : NULL;
    int rc = write_batches(schema, batches, batch_count, path, options, memory, &err);
    if (rc != 0)
        keep_error(&err);
    if (memory != NULL)
        memory_free(memory);
    return rc;
}

const char *shim_answer(void)
{
    return answer;
}

static int dense_files(const struct ArrowSchema *schema, const struct ArrowArray *rows,
                       const char *folder, size_t count, const struct shim_options *options,
                       struct err *err)
{
    AUTO(parquet_layout_free) struct parquet_layout *layout = NULL;
    TRY(make_layout(schema, options, &layout, err));
    AUTO(parquet_writer_free) struct parquet_writer *writer = parquet_writer_new(NULL);
    struct parquet_dense columns[256];
    for (int64_t i = 0; i < rows->n_children; i++) {
        const struct ArrowArray *array = rows->children[i];
        bool is_text = array->n_buffers == 3;
        columns[i] = (struct parquet_dense){.values = array->buffers[is_text ? 2 : 1],
                                            .offsets = is_text ? array->buffers[1] : NULL,
                                            .validity = array->buffers[0]};
    }
    for (size_t i = 0; i < count; i++) {
        char path[4096];
        (void)snprintf(path, sizeof(path), "%s/%zu.parquet", folder, i);
        TRY(parquet_write_dense(writer, layout, &(struct parquet_target){.path = path}, columns,
                                rows->length, NULL, err));
    }
    return 0;
}

int shim_write_dense(const struct ArrowSchema *schema, const struct ArrowArray *rows,
                     const char *folder, size_t count, const struct shim_options *options)
{
    struct err err = {0};
    int rc = dense_files(schema, rows, folder, count, options, &err);
    if (rc != 0)
        keep_error(&err);
    return rc;
}
