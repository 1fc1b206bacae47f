/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "text/builder.h"
#include "text/reconcile.h"
#include "text/rows.h"
#include "text/utf8.h"

#include <stdlib.h>
#include <string.h>

/* Read for one batch at most, and taken by its columns at first. */
#define BATCH_BYTES (INT64_C(2) << 20)
#define BATCH_ROWS 2048 /* the engine works in pieces of so many */
#define LEAST_ROWS 16
#define REJECT_TEXT_BYTES 1000

static size_t batch_rows(const struct text_table *table)
{
    size_t rows = BATCH_ROWS;
    while (rows > LEAST_ROWS && (int64_t)(rows * table->column_count * 32) > BATCH_BYTES)
        rows /= 2;
    return rows;
}

static const struct text_input_file *file_of(const struct text_stream *stream)
{
    return &stream->table->files[stream->split->file];
}

static int reserve(struct text_stream *stream, int64_t bytes, struct err *err)
{
    if (bytes <= stream->reserved_bytes)
        return 0;
    if (stream->source->memory)
        TRY(memory_reserve(stream->source->memory, bytes - stream->reserved_bytes, "reading text",
                           err));
    stream->reserved_bytes = bytes;
    return 0;
}

/* Columns whose type only the lock says could be narrower. */
static bool is_watched(const struct text_stream *stream, size_t column)
{
    const struct text_column *it = &stream->table->columns[column];
    return stream->source->locked_count > 0 && it->is_typed && !it->is_declared &&
           it->type.kind == TEXT_VARCHAR;
}

static int open_stream(struct text_stream *stream, struct err *err)
{
    struct text_table *table = stream->table;
    TRY(reserve(stream, TEXT_STREAM_BYTES, err));
    stream->rows = alloc_zeroed(sizeof(*stream->rows));
    stream->rows->source = stream->source;
    stream->rows->file = file_of(stream);
    stream->rows->range = stream->split->range;
    stream->rows->known = &table->names;
    stream->typings = alloc_zeroed((table->column_count + 1) * sizeof(*stream->typings));
    for (size_t i = 0; i < table->column_count; i++) {
        text_typing_init(&stream->typings[i]);
        if (!is_watched(stream, i))
            stream->typings[i].possible = UINT32_C(1) << TEXT_VARCHAR;
    }
    return text_rows_open(stream->rows, err);
}

/* What this stream found out goes to the table. */
static void end_stream(struct text_stream *stream)
{
    struct text_findings *findings = stream->table->findings;
    pthread_mutex_lock(&findings->lock);
    stream->split->row_count = stream->rows->count;
    for (size_t i = 0; stream->set && i < findings->count; i++) {
        const struct column_builder *column = &stream->set->columns[i];
        text_typing_merge(&findings->typings[i], &stream->typings[i]);
        findings->notes[i].has_value |= column->has_value;
        findings->notes[i].has_fraction |= column->has_fraction;
        findings->notes[i].has_exponent |= column->has_exponent;
    }
    pthread_mutex_unlock(&findings->lock);
}

void text_stream_release(struct text_stream *stream)
{
    if (stream->rows)
        text_rows_release(stream->rows);
    free(TAKE(stream->rows));
    free(TAKE(stream->typings));
    column_set_free(TAKE(stream->set));
    if (stream->source->memory && stream->reserved_bytes > 0)
        memory_release(stream->source->memory, stream->reserved_bytes);
    stream->reserved_bytes = 0;
}

/* At most so many bytes, and no part of a character. */
static char *cut_text(const char *text, size_t len)
{
    if (len > REJECT_TEXT_BYTES) {
        len = REJECT_TEXT_BYTES;
        while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
            len--;
    }
    char *copy = strndup(text, len);
    if (!copy)
        alloc_die("out of memory for a rejected record");
    return copy;
}

static int reject(struct text_stream *stream, const char *column, const struct text_field *field,
                  const char *reason, struct err *err)
{
    const struct text_rows *rows = stream->rows;
    const struct text_input_file *file = file_of(stream);
    char words[400];
    bool has_place = !column && !rows->is_mended && rows->original.wrong && !file->wrong;
    char *text = cut_text(field ? field->text : "", field ? field->len : 0);
    if (rows->is_mended)
        snprintf(words, sizeof(words), "after its repair %s", reason);
    struct text_reject reject = {.file = file->file.label,
                                 .path = file->file.path,
                                 .record = rows->count,
                                 .line = rows->original.line,
                                 .offset = rows->original.offset,
                                 .fault_line = has_place ? rows->original.wrong_line : 0,
                                 .fault_byte = has_place ? rows->original.wrong_column : 0,
                                 .column = column,
                                 .text = text,
                                 .reason = rows->is_mended ? words : reason,
                                 .raw = rows->original.raw,
                                 .raw_len = rows->original.raw_len};
    int got = text_reject_add(stream->source->rejects, stream->split->file, &reject, err);
    free(text);
    return got;
}

static int reject_field(struct text_stream *stream, size_t column, const struct text_field *field,
                        struct text_marks marks, struct err *err)
{
    const struct text_column *it = &stream->table->columns[column];
    char reason[300];
    text_reason(&it->type, field, marks, reason, sizeof(reason));
    return reject(stream, it->name, field, reason, err);
}

/* A key of JSON that no column is for: 1 when the record was rejected for it. */
static int check_keys(struct text_stream *stream, const struct text_record *record, struct err *err)
{
    for (size_t i = stream->table->column_count; i < record->count; i++) {
        if (record->fields[i].token == TOKEN_NULL)
            continue;
        const char *name = stream->rows->names->items[i];
        char reason[200];
        snprintf(reason, sizeof(reason), "is no column of %.100s", stream->source->name);
        TRY(reject(stream, name, &record->fields[i], reason, err));
        return 1;
    }
    return 0;
}

static void cut_row(struct column_set *set, size_t count)
{
    for (size_t i = 0; i < set->count; i++)
        column_builder_cut(&set->columns[i], count);
}

static int add_field(struct text_stream *stream, size_t column, const struct text_field *field,
                     const struct text_dialect *dialect, struct text_marks marks)
{
    struct column_builder *builder = &stream->set->columns[column];
    if (text_is_null(dialect, field)) {
        column_builder_add_null(builder);
        return true;
    }
    if (stream->typings[column].possible != UINT32_C(1) << TEXT_VARCHAR)
        text_typing_add(&stream->typings[column], field, marks);
    return column_builder_add(builder, field, marks);
}

/* CSV and fixed width: 1: a row more; 0: the record is a reject; -1: failed. */
static int add_record(struct text_stream *stream, const struct text_record *record, size_t row,
                      struct err *err)
{
    const struct text_input_file *file = file_of(stream);
    const struct text_dialect *dialect = &file->head.dialect;
    struct text_marks marks = {file->decimal, dialect->thousands};
    for (size_t i = 0; i < record->count; i++) {
        int column = file->column_of[i];
        if (column < 0 || add_field(stream, (size_t)column, &record->fields[i], dialect, marks))
            continue;
        cut_row(stream->set, row);
        return reject_field(stream, (size_t)column, &record->fields[i], marks, err);
    }
    for (size_t i = 0; i < file->missing_count; i++)
        column_builder_add_null(&stream->set->columns[file->missing[i]]);
    return 1;
}

static int add_object(struct text_stream *stream, const struct text_record *record, size_t row,
                      struct err *err)
{
    const struct text_dialect *dialect = &file_of(stream)->head.dialect;
    struct text_marks marks = {.decimal = '.'};
    size_t count = stream->table->column_count;
    int got = record->count > count ? check_keys(stream, record, err) : 0;
    if (got != 0)
        return got < 0 ? -1 : 0;
    for (size_t i = 0; i < count; i++) {
        if (i >= record->count)
            column_builder_add_null(&stream->set->columns[i]);
        else if (!add_field(stream, i, &record->fields[i], dialect, marks)) {
            cut_row(stream->set, row);
            return reject_field(stream, i, &record->fields[i], marks, err);
        }
    }
    return 1;
}

static int take_record(struct text_stream *stream, const struct text_record *record, size_t row,
                       struct err *err)
{
    enum text_format format = file_of(stream)->head.dialect.format;
    if (stream->rows->wrong)
        return reject(stream, NULL, NULL, stream->rows->wrong, err);
    return format == TEXT_JSON || format == TEXT_JSON_LINES ? add_object(stream, record, row, err)
                                                            : add_record(stream, record, row, err);
}

/* 1: the columns hold rows; 0: none are left; -1: failed. */
static int fill_columns(struct text_stream *stream, struct err *err)
{
    struct text_rows *rows = stream->rows;
    size_t row = 0;
    int64_t start = rows->reader->position;
    struct text_record record;
    while (row < stream->set->cap && rows->reader->position - start < BATCH_BYTES) {
        int got = text_rows_next(rows, &record, err);
        if (got < 0)
            return -1;
        if (got == 0) {
            stream->is_done = true;
            break;
        }
        got = take_record(stream, &record, row, err);
        if (got < 0)
            return -1;
        row += (size_t)got;
    }
    text_rows_tell(rows);
    TRY(reserve(stream, column_set_bytes(stream->set), err));
    return row > 0 || !stream->is_done;
}

/* Columns to fill: those of the last batch when its reader has given them back, and they have not grown too much. */
static void ready_columns(struct text_stream *stream)
{
    struct column_set *set = stream->set;
    if (set && !column_set_is_lent(set) && column_set_bytes(set) <= TEXT_STREAM_BYTES) {
        column_set_clear(set);
        return;
    }
    struct column_set *fresh = column_set_new(stream->table->columns, stream->table->column_count,
                                              batch_rows(stream->table));
    for (size_t i = 0; set && i < set->count; i++) {
        fresh->columns[i].has_value = set->columns[i].has_value;
        fresh->columns[i].has_fraction = set->columns[i].has_fraction;
        fresh->columns[i].has_exponent = set->columns[i].has_exponent;
    }
    column_set_free(set);
    stream->set = fresh;
}

static int next(struct text_stream *stream, struct batch *ret_batch, struct err *err)
{
    if (!stream->rows)
        TRY(open_stream(stream, err));
    for (;;) {
        if (stream->source->is_cancelled && *stream->source->is_cancelled)
            return err_set(err, ERR_CANCELLED, "reading %s was stopped", stream->source->name);
        ready_columns(stream);
        int got = fill_columns(stream, err);
        if (got <= 0)
            return got;
        if (stream->set->columns[0].count == 0)
            continue; /* nothing but rejects so far */
        column_set_finish(stream->set, ret_batch);
        return 1;
    }
}

int text_stream_next(struct text_stream *stream, struct batch *ret_batch, struct err *err)
{
    if (stream->is_done)
        return 0;
    int got = next(stream, ret_batch, err);
    if (got >= 0 && stream->is_done)
        end_stream(stream);
    stream->is_done |= got < 0;
    if (got <= 0 || stream->is_done)
        text_stream_release(stream);
    return got;
}
