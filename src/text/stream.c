/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "text/builder.h"
#include "text/csv.h"
#include "text/table.h"
#include "text/utf8.h"

#include <stdlib.h>

/* Read for one batch at most, and taken by its columns at first. */
#define BATCH_BYTES (INT64_C(4) << 20)

/* The engine works in pieces of 2,048 rows; very wide tables get fewer. */
static size_t batch_rows(const struct text_table *table)
{
    size_t rows = 8192;
    while (rows > 256 && (int64_t)(rows * table->column_count * 16) > BATCH_BYTES)
        rows /= 2;
    return rows;
}

void text_stream_release(struct text_stream *stream)
{
    if (stream->reader && stream->source->memory)
        memory_release(stream->source->memory, TEXT_STREAM_BYTES);
    csv_close(TAKE(stream->reader));
}

static int open_stream(struct text_stream *stream, struct err *err)
{
    const struct text_source *source = stream->source;
    if (source->memory)
        TRY(memory_reserve(source->memory, TEXT_STREAM_BYTES, "reading text", err));
    int got = csv_open(source->paths[stream->split->file], &source->dialect, stream->split->range,
                       source->memory, &stream->reader, err);
    if (got != 0 && source->memory)
        memory_release(source->memory, TEXT_STREAM_BYTES);
    return got;
}

/* The first pass found every value fit, so the file must be another now. */
static int fail_changed(const struct text_stream *stream, const struct text_record *record,
                        size_t column, struct err *err)
{
    const char *path = stream->source->paths[stream->split->file];
    err_set(err, ERR_CONFLICT, "\"%s\" changed while it was read", path);
    if (column < record->count)
        err_hint(err, "Line %lld now has \"%.*s\" in column \"%s\".", (long long)record->line,
                 utf8_prefix(record->fields[column].text, record->fields[column].len, 60),
                 record->fields[column].text, stream->table->columns[column].name);
    if (err)
        err->retryable = true;
    return err_where(err, "%s:%lld:1", path, (long long)record->line);
}

static int add_record(struct text_stream *stream, const struct text_record *record,
                      struct column_builder *columns, struct err *err)
{
    if (record->count != stream->table->column_count)
        return fail_changed(stream, record, record->count, err);
    for (size_t i = 0; i < record->count; i++) {
        const struct text_field *field = &record->fields[i];
        if (text_is_null(&stream->source->dialect, field))
            column_builder_add_null(&columns[i]);
        else if (!column_builder_add(&columns[i], field->text, field->len))
            return fail_changed(stream, record, i, err);
    }
    return 0;
}

/* 1: the columns hold rows; 0: none are left; -1: failed. */
static int fill_columns(struct text_stream *stream, struct column_builder *columns, struct err *err)
{
    size_t rows = 0;
    int64_t start = csv_position(stream->reader);
    struct text_record record;
    while (rows < columns[0].cap && csv_position(stream->reader) - start < BATCH_BYTES) {
        int got = csv_next(stream->reader, &record, err);
        if (got < 0)
            return -1;
        if (got == 0) {
            stream->is_done = true;
            break;
        }
        if (text_is_blank(&record) && stream->table->column_count > 1)
            continue;
        TRY(add_record(stream, &record, columns, err));
        rows++;
    }
    if (stream->read_bytes)
        *stream->read_bytes += csv_position(stream->reader) - start;
    return rows > 0;
}

int text_stream_next(struct text_stream *stream, struct batch *ret_batch, struct err *err)
{
    if (stream->is_done)
        return 0;
    if (!stream->reader)
        TRY(open_stream(stream, err));
    size_t count = stream->table->column_count;
    struct column_builder *columns = alloc_zeroed(count * sizeof(*columns));
    for (size_t i = 0; i < count; i++)
        column_builder_init(&columns[i], stream->table->columns[i].type, batch_rows(stream->table));
    int got = fill_columns(stream, columns, err);
    if (got > 0)
        column_builder_finish(columns, count, ret_batch);
    else
        for (size_t i = 0; i < count; i++)
            column_builder_release(&columns[i]);
    free(columns);
    stream->is_done |= got < 0;
    if (got <= 0 || stream->is_done)
        text_stream_release(stream);
    return got;
}
