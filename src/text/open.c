/* SPDX-License-Identifier: Apache-2.0 */
#include "text/reconcile.h"
#include "text/rows.h"

static bool is_cancelled(const struct text_source *source)
{
    return source->is_cancelled && *source->is_cancelled;
}

typedef VEC(struct text_input_file) file_vec;

static int detect(const struct text_source *source, size_t path, struct arena *arena,
                  file_vec *files, struct err *err)
{
    struct text_files found;
    TRY(text_files_list(source->paths[path], source->member, arena, &found, err));
    for (size_t i = 0; i < found.count; i++) {
        struct text_input_file file = {.file = found.items[i], .path = path};
        if (is_cancelled(source))
            return err_set(err, ERR_CANCELLED, "reading %s was stopped", source->name);
        TRY(text_detect(&file.file, source->said, source->memory, arena, &file.head, err));
        text_repairs_find(source, arena, &file);
        VEC_PUSH(arena, *files, file);
    }
    return 0;
}

/* A repair may be of the one of several equal records, so the records of such a file are counted from its start. */
static int cut(const struct text_source *source, const struct text_input_file *file,
               struct arena *arena, struct text_cuts *ret_cuts, struct err *err)
{
    int64_t bytes = source->split_bytes ? source->split_bytes : TEXT_SPLIT_BYTES;
    if (file->repair_count == 0)
        return text_cut(&file->file, &file->head, bytes, arena, ret_cuts, err);
    struct text_range *whole = ARENA_NEW(arena, struct text_range);
    *whole = (struct text_range){.start_byte = file->head.start_byte,
                                 .end_byte = file->head.end_byte,
                                 .line = file->head.line};
    *ret_cuts = (struct text_cuts){.items = whole, .count = 1};
    return 0;
}

static int cut_all(const struct text_source *source, struct arena *arena, struct text_table *table,
                   struct err *err)
{
    VEC(struct text_split) splits = {0};
    for (size_t i = 0; i < table->file_count; i++) {
        struct text_cuts cuts;
        if (is_cancelled(source))
            return err_set(err, ERR_CANCELLED, "reading %s was stopped", source->name);
        TRY(cut(source, &table->files[i], arena, &cuts, err));
        for (size_t j = 0; j < cuts.count; j++)
            VEC_PUSH(arena, splits,
                     ((struct text_split){.file = i, .range = cuts.items[j], .row_count = -1}));
    }
    table->splits = splits.items;
    table->split_count = splits.count;
    return 0;
}

void text_table_end(struct arena *arena, struct text_table *table)
{
    const char **names = ARENA_ARRAY(arena, const char *, table->column_count + 1);
    for (size_t i = 0; i < table->column_count; i++)
        names[i] = table->columns[i].name;
    table->names = (struct text_names){.items = names, .count = table->column_count};
    struct text_findings *findings = ARENA_NEW(arena, struct text_findings);
    pthread_mutex_init(&findings->lock, NULL);
    findings->count = table->column_count;
    findings->typings = ARENA_ARRAY(arena, struct text_typing, table->column_count + 1);
    findings->notes = ARENA_ARRAY(arena, struct text_note, table->column_count + 1);
    for (size_t i = 0; i < table->column_count; i++)
        text_typing_init(&findings->typings[i]);
    table->findings = findings;
    for (size_t i = 0; i < table->file_count; i++)
        table->files[i].head.dialect.decimal = table->files[i].decimal;
}

int text_open(const struct text_source *source, struct arena *arena, struct text_table *ret_table,
              struct err *err)
{
    file_vec files = {0};
    for (size_t i = 0; i < source->path_count; i++)
        TRY(detect(source, i, arena, &files, err));
    struct text_table table = {.files = files.items, .file_count = files.count, .row_count = -1};
    if (files.count == 0)
        return err_set(err, ERR_NOT_FOUND, "source %s has no file", source->name);
    TRY(text_reconcile(source, arena, &table, err));
    TRY(cut_all(source, arena, &table, err));
    text_marks_find(source, arena, &table);
    enum text_format format = source->said->format;
    bool is_json = format == TEXT_JSON || format == TEXT_JSON_LINES;
    /* New keys of JSON are found by reading, and then only where they may be added. */
    table.is_typed = !is_json || (source->locked_count > 0 && !source->may_add_columns);
    for (size_t i = 0; i < table.column_count; i++)
        table.is_typed &= table.columns[i].is_typed;
    for (size_t i = 0; i < table.file_count; i++)
        table.is_typed &= table.files[i].decimal != 0;
    if (table.is_typed)
        text_table_end(arena, &table);
    *ret_table = table;
    return 0;
}
