/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/source_text.h"
#include "connect/source_index.h"

/*
 * Text is read once where the lock is known, else twice: to type every column by all of its values, and to
 * convert. Each split is a stream of its own, parts are contiguous splits.
 */

/* Most that are looked for when none may be kept: the first ten are shown, and how many there are. */
#define MAX_COUNTED_REJECTS 10000

static int plan_text(const struct source_spec *spec, const struct input_list *known,
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

static void release_text(struct source_reading *reading)
{
    struct text_reading *text = (struct text_reading *)reading;
    for (size_t i = 0; i < text->stream_count; i++)
        text_stream_release(&text->streams[i].stream);
    text->stream_count = 0;
    if (text->schema.release)
        text->schema.release(&text->schema);
    text_rejects_free(text->source.rejects);
    text->source.rejects = reading->rejects = NULL;
}

void text_reading_finish(struct text_reading *text)
{
    if (text->is_finished)
        return;
    text->is_finished = true;
    text_finish(&text->source, text->arena, &text->table);
    for (size_t i = 0; i < text->plan->file_count; i++)
        text->plan->files[i].row_count = 0;
    for (size_t i = 0; i < text->table.file_count; i++)
        text->plan->files[text->table.files[i].path].row_count += text->table.files[i].row_count;
}

static int64_t rows_in(struct source_reading *reading)
{
    struct text_reading *text = (struct text_reading *)reading;
    text_reading_finish(text);
    return text->table.row_count;
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

static struct text_source source_of(const struct source_spec *spec, const struct source_plan *plan,
                                    struct memory *memory, int threads, struct arena *arena)
{
    const char **paths = ARENA_ARRAY(arena, const char *, plan->file_count);
    for (size_t i = 0; i < plan->file_count; i++)
        paths[i] = plan->files[i].path;
    return (struct text_source){
        .name = spec->name,
        .paths = paths,
        .path_count = plan->file_count,
        .member = spec->member,
        .said = &spec->said,
        .declared = spec->declared,
        .declared_count = spec->declared_count,
        .may_add_columns = spec->on_change == ON_CHANGE_ADD_COLUMNS,
        .may_miss_columns = spec->on_change == ON_CHANGE_ADD_COLUMNS,
        .rejects_files = spec->on_change == ON_CHANGE_REJECT,
        .repairs = spec->repairs,
        .repair_count = spec->repair_count,
        .memory = memory,
        .threads = threads,
        .is_cancelled = spec->is_cancelled,
        .read_bytes = spec->typed_bytes,
    };
}

static int open_text(struct text_reading *text, struct engine *engine, struct conn *conn,
                     int threads, struct err *err)
{
    const struct source_spec *spec = text->spec;
    TRY(text_lock_read(spec, conn, text->arena, &text->source, err));
    TRY(text_open(&text->source, text->arena, &text->table, err));
    if (!text->table.is_typed)
        TRY(text_infer(&text->source, text->arena, &text->table, err));
    TRY(check_time(spec, &text->table, err));
    text->source.read_bytes = &text->reading.read_bytes;
    text->reading.lock = text_lock_make(&text->table, text->arena);
    return text_parts_make(text, engine, threads, err);
}

static int read_text(const struct source_spec *spec, const struct source_plan *plan,
                     struct engine *engine, struct conn *conn, struct memory *memory, int threads,
                     struct arena *arena, struct source_reading **ret_reading, struct err *err)
{
    struct text_reading *text = ARENA_NEW(arena, struct text_reading);
    text->spec = spec;
    text->plan = plan;
    text->arena = arena;
    text->source = source_of(spec, plan, memory, threads, arena);
    text->source.rejects =
        text_rejects_new(spec->keeps_rejects ? spec->max_rejects : MAX_COUNTED_REJECTS, memory);
    text->reading.engine = engine;
    text->reading.total_bytes = plan->total_bytes;
    text->reading.rejects = text->source.rejects;
    text->reading.table = &text->table;
    text->reading.rows_in = rows_in;
    text->reading.release = release_text;
    if (open_text(text, engine, conn, threads, err) != 0) {
        reading_release(&text->reading);
        return -1;
    }
    *ret_reading = &text->reading;
    return 0;
}

#define TEXT_SOURCE(name)                                      \
    {                                                          \
        .format = (name), .plan = plan_text, .read = read_text \
    }
const struct source_ops source_csv = TEXT_SOURCE("csv");
const struct source_ops source_tsv = TEXT_SOURCE("tsv");
const struct source_ops source_json = TEXT_SOURCE("json");
const struct source_ops source_jsonl = TEXT_SOURCE("jsonl");
const struct source_ops source_fixed_width = TEXT_SOURCE("fixed_width");
