/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/source_text.h"

/*
 * Parts: contiguous splits that one connection reads. DuckDB reads a table function with one thread where the
 * order of rows counts, so several parts are how both cores work; and no part makes a very long file.
 */
#define PART_BYTES (INT64_C(256) << 20)    /* at most about so much text */
#define ONE_PART_BYTES (INT64_C(64) << 20) /* less text is one part */

static int64_t split_bytes(const struct text_reading *text, const struct text_split *split)
{
    const struct text_input_file *file = &text->table.files[split->file];
    int64_t end = split->range.end_byte;
    if (end < 0)
        end = text->plan->files[file->path].id.size_bytes;
    return end > split->range.start_byte ? end - split->range.start_byte : 1;
}

/* As many as keep all threads busy to the end: a multiple of their number. */
static size_t count_parts(int64_t total, size_t splits, int threads)
{
    size_t each = threads > 1 ? (size_t)threads : 1;
    if (total <= ONE_PART_BYTES || splits <= 1)
        return 1;
    size_t count = (size_t)((total + PART_BYTES - 1) / PART_BYTES);
    count = (count + each - 1) / each * each;
    return count < splits ? count : splits;
}

/* The last stream that ends says when there were rejects and none were to be. */
static int next_batch(void *context, struct batch *ret_batch, struct err *err)
{
    struct split_stream *stream = context;
    struct text_reading *text = stream->owner;
    int got = text_stream_next(&stream->stream, ret_batch, err);
    if (got != 0 || stream->is_ended)
        return got;
    stream->is_ended = true;
    if (atomic_fetch_sub(&text->streams_left, 1) != 1)
        return 0;
    if (text->spec->keeps_rejects || text_rejects_count(text->source.rejects) == 0)
        return 0;
    text_reading_finish(text);
    return text_rejects_fail(text->source.rejects, text->spec->name, err);
}

static char *select_sql(const struct text_table *table, const char *key, struct arena *arena)
{
    AUTO(str_release) struct str sql = STR_INIT((size_t)64 << 20);
    for (size_t i = 0; i < table->column_count; i++) {
        const struct text_column *column = &table->columns[i];
        const char *type = text_column_cast(&column->type);
        bool is_nested = column->type.kind == TEXT_OTHER;
        str_append(&sql, i ? ", " : "SELECT ");
        str_append(&sql, type ? (is_nested ? "CAST(CAST(" : "CAST(") : "");
        str_append_ident(&sql, column->name);
        if (type) {
            str_appendf(&sql, "%s AS %s) AS ", is_nested ? " AS JSON)" : "", type);
            str_append_ident(&sql, column->name);
        }
    }
    str_append(&sql, " FROM leat_batches(");
    str_append_literal(&sql, key);
    str_append(&sql, ")");
    return arena_strdup(arena, str_text(&sql));
}

static bool needs_casts(const struct text_table *table)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (text_column_cast(&table->columns[i].type))
            return true;
    return false;
}

/* The streams [first, end) under a key of their own; none is a stream that ends at once. */
static int register_part(struct text_reading *text, struct engine *engine, size_t first, size_t end,
                         struct err *err)
{
    static _Atomic unsigned serial;
    struct batch_stream *streams = ARENA_ARRAY(text->arena, struct batch_stream, end - first);
    struct reading_part *part = &text->reading.parts[text->reading.part_count];
    for (size_t i = first; i < end; i++)
        streams[i - first] =
            (struct batch_stream){.context = &text->streams[i], .next = next_batch};
    char *key = arena_printf(text->arena, "%s#%u", text->spec->name, serial++);
    TRY(engine_register_batches(engine, key, &text->schema, streams, end - first, err));
    part->batch_key = key;
    part->select_sql = select_sql(&text->table, key, text->arena);
    if (!needs_casts(&text->table)) {
        part->streams = streams;
        part->stream_count = end - first;
        part->schema = &text->schema;
    }
    text->reading.part_count++;
    return 0;
}

static void make_streams(struct text_reading *text)
{
    size_t count = text->table.split_count;
    text->stream_count = count > 0 ? count : 1;
    text->streams = ARENA_ARRAY(text->arena, struct split_stream, text->stream_count);
    for (size_t i = 0; i < text->stream_count; i++) {
        text->streams[i].owner = text;
        text->streams[i].stream = (struct text_stream){.source = &text->source,
                                                       .table = &text->table,
                                                       .split = text->table.splits + i,
                                                       .is_done = count == 0};
    }
    atomic_init(&text->streams_left, text->stream_count);
}

int text_parts_make(struct text_reading *text, struct engine *engine, int threads, struct err *err)
{
    int64_t total = 0, done = 0;
    make_streams(text);
    text_schema(&text->table, &text->schema);
    for (size_t i = 0; i < text->table.split_count; i++)
        total += split_bytes(text, &text->table.splits[i]);
    size_t count = count_parts(total, text->table.split_count, threads), first = 0;
    text->reading.parts = ARENA_ARRAY(text->arena, struct reading_part, count);
    for (size_t i = 0; i < text->stream_count; i++) {
        if (i < text->table.split_count)
            done += split_bytes(text, &text->table.splits[i]);
        size_t part = text->reading.part_count;
        bool is_last = i + 1 == text->stream_count;
        /* A part ends where its share of the bytes is reached. */
        if (!is_last && (part + 1 == count || done < total / (int64_t)count * (int64_t)(part + 1)))
            continue;
        TRY(register_part(text, engine, first, i + 1, err));
        first = i + 1;
    }
    return 0;
}
