/* SPDX-License-Identifier: Apache-2.0 */
#include "run/execute_internal.h"

#include "base/str.h"
#include "parquet/write.h"

/*
 * Rows that come as batches of the types they are stored in need no SQL: our own Parquet writer takes them as they are, which
 * costs a fraction of the time and memory of a COPY.
 */

static int write_stream(const struct batch_stream *stream, struct parquet_writer *writer,
                        struct err *err)
{
    for (;;) {
        struct batch batch = {0};
        int got = stream->next(stream->context, &batch, err);
        if (got <= 0)
            return got;
        got = parquet_writer_add(writer, &batch.array, err);
        batch_release(&batch);
        if (got != 0)
            return -1;
    }
}

static int write_file(const struct reading_part *part, struct parquet_writer *writer,
                      const struct parquet_layout *layout, const char *path, struct arena *arena,
                      struct parquet_written *ret_written, struct err *err)
{
    struct parquet_target target = {.path = path};
    TRY(parquet_writer_open(writer, layout, &target, err));
    for (size_t i = 0; i < part->stream_count; i++) {
        if (write_stream(&part->streams[i], writer, err) != 0) {
            parquet_writer_discard(writer);
            return -1;
        }
    }
    return parquet_writer_close(writer, arena, ret_written, err);
}

int rows_write_direct(struct execution *execution, const struct node *node,
                      const struct reading_part *part, const struct staged_rows *rows,
                      struct arena *arena, struct lake_new_file *ret_file, struct err *err)
{
    struct parquet_layout_options options = {.codec = PARQUET_ZSTD,
                                             .level = 1,
                                             .row_group_bytes = INT64_C(32) << 20,
                                             .field_ids = rows->field_numbers};
    struct parquet_written written = {0};
    char *path = NULL;
    AUTO(parquet_layout_free) struct parquet_layout *layout = NULL;
    TRY(parquet_layout_new(part->schema, &options, &layout, err));
    TRY(lake_data_path(execution->session->lake, node->schema, node->name, arena, &path, err));
    AUTO(parquet_writer_free)
    struct parquet_writer *writer = parquet_writer_new(execution->session->memory);
    TRY(write_file(part, writer, layout, path, arena, &written, err));
    struct lake_new_file file = {.path = path};
    parquet_stats_of(&written, arena, &file.stats);
    if (file.stats.row_count == 0) {
        TRY(file_remove(path, err));
        file.path = NULL;
    }
    *ret_file = file;
    return 0;
}
