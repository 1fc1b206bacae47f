/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/source.h"
#include "connect/source_index.h"
#include "text/table.h"

#include <stdatomic.h>

/*
 * Text is read twice: once to type every column by all of its values and to find where to split, once
 * to convert. Each split is a stream of its own.
 */
struct csv_reading {
    struct source_reading reading; /* first, so that the one is the other */
    struct text_source source;
    struct text_table table;
    struct ArrowSchema schema;
    struct text_stream *streams;
    size_t stream_count;
};

static int plan_csv(const struct source_spec *spec, const struct input_list *known,
                    const struct conn_opener *opener, struct arena *arena,
                    struct source_plan *ret_plan, struct err *err)
{
    (void)opener;
    struct file_index index;
    TRY(file_index_list(spec, known, arena, &index, err));
    for (size_t i = 0; i < index.new_count; i++) {
        struct input_file *file = &index.plan.files[index.new_files[i]];
        struct hash hash;
        TRY(hash_file(file->path, &hash, err));
        file->hash = arena_strdup(arena, hash.hex);
    }
    file_index_finish(&index);
    *ret_plan = index.plan;
    return 0;
}

static int columns_csv(const struct source_spec *spec, const struct source_plan *plan,
                       struct conn *conn, struct arena *arena, struct column_list *ret_columns,
                       struct err *err)
{
    (void)spec;
    (void)plan;
    (void)conn;
    (void)arena;
    (void)err;
    *ret_columns = (struct column_list){0}; /* only all values tell */
    return 0;
}

static void release_csv(struct source_reading *reading)
{
    struct csv_reading *csv = (struct csv_reading *)reading;
    for (size_t i = 0; i < csv->stream_count; i++)
        text_stream_release(&csv->streams[i]);
    if (csv->schema.release)
        csv->schema.release(&csv->schema);
}

static int next_batch(void *context, struct batch *ret_batch, struct err *err)
{
    return text_stream_next(context, ret_batch, err);
}

/* One stream per split, and one that ends at once when there are no rows. */
static int register_streams(struct csv_reading *csv, struct engine *engine, const char *key,
                            struct arena *arena, struct err *err)
{
    size_t count = csv->table.split_count > 0 ? csv->table.split_count : 1;
    struct batch_stream *streams = ARENA_ARRAY(arena, struct batch_stream, count);
    csv->streams = ARENA_ARRAY(arena, struct text_stream, count);
    csv->stream_count = count;
    for (size_t i = 0; i < count; i++) {
        csv->streams[i] = (struct text_stream){.source = &csv->source,
                                               .table = &csv->table,
                                               .split = csv->table.splits + i,
                                               .read_bytes = &csv->reading.read_bytes,
                                               .is_done = csv->table.split_count == 0};
        streams[i] = (struct batch_stream){.context = &csv->streams[i], .next = next_batch};
    }
    text_schema(&csv->table, &csv->schema);
    return engine_register_batches(engine, key, &csv->schema, streams, count, err);
}

static char *select_sql(const struct text_table *table, const char *key, struct arena *arena)
{
    AUTO(str_release) struct str sql = STR_INIT((size_t)64 << 20);
    for (size_t i = 0; i < table->column_count; i++) {
        const char *type = text_column_cast(table->columns[i].type), *name = table->columns[i].name;
        str_append(&sql, i ? ", " : "SELECT ");
        str_append(&sql, type ? "CAST(" : "");
        str_append_ident(&sql, name);
        if (type) {
            str_appendf(&sql, " AS %s) AS ", type);
            str_append_ident(&sql, name);
        }
    }
    str_append(&sql, " FROM leat_batches(");
    str_append_literal(&sql, key);
    str_append(&sql, ")");
    return arena_strdup(arena, str_text(&sql));
}

static int check_time(const struct source_spec *spec, const struct text_table *table,
                      struct err *err)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (!spec->time || str_eq(table->columns[i].name, spec->time))
            return 0;
    return err_set(err, ERR_CONFIG, "source %s has no column \"%s\", which `time` names",
                   spec->name, spec->time);
}

static int read_csv(const struct source_spec *spec, const struct source_plan *plan,
                    struct engine *engine, struct conn *conn, struct memory *memory, int threads,
                    struct arena *arena, struct source_reading **ret_reading, struct err *err)
{
    (void)conn;
    (void)threads; /* the engine reads as many streams at a time as it has threads */
    static _Atomic unsigned serial;
    struct csv_reading *csv = ARENA_NEW(arena, struct csv_reading);
    const char **paths = ARENA_ARRAY(arena, const char *, plan->file_count);
    for (size_t i = 0; i < plan->file_count; i++)
        paths[i] = plan->files[i].path;
    csv->source =
        (struct text_source){.paths = paths, .path_count = plan->file_count, .memory = memory};
    csv->source.dialect =
        (struct text_dialect){.delimiter = str_eq(spec->format, "tsv") ? '\t' : ',',
                              .null_words = spec->null_words,
                              .null_word_count = spec->null_word_count};
    TRY(text_infer(&csv->source, arena, &csv->table, err));
    TRY(check_time(spec, &csv->table, err));
    for (size_t i = 0; i < plan->file_count; i++)
        plan->files[i].row_count = csv->table.file_rows[i];
    char *key = arena_printf(arena, "%s#%u", spec->name, serial++);
    if (register_streams(csv, engine, key, arena, err) != 0) {
        release_csv(&csv->reading);
        return -1;
    }
    csv->reading.select_sql = select_sql(&csv->table, key, arena);
    csv->reading.total_bytes = plan->total_bytes;
    csv->reading.rows_in = csv->table.row_count;
    csv->reading.engine = engine;
    csv->reading.batch_key = key;
    csv->reading.release = release_csv;
    *ret_reading = &csv->reading;
    return 0;
}

const struct source_ops source_csv = {
    .format = "csv", .plan = plan_csv, .columns = columns_csv, .read = read_csv};
const struct source_ops source_tsv = {
    .format = "tsv", .plan = plan_csv, .columns = columns_csv, .read = read_csv};
