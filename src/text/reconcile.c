/* SPDX-License-Identifier: Apache-2.0 */
#include "text/reconcile.h"

#include <ctype.h>
#include <string.h>

char *text_fold(struct arena *arena, const char *name)
{
    char *folded = arena_strdup(arena, name);
    for (char *p = folded; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    return folded;
}

int reconcile_find(const struct reconciling *all, const char *name)
{
    const int *index = map_get(&all->by_name, text_fold(all->arena, name));
    return index ? *index : -1;
}

int reconcile_add(struct reconciling *all, struct text_column column)
{
    VEC_PUSH(all->arena, all->columns, column);
    VEC_PUSH(all->arena, all->is_seen, false);
    int *index = ARENA_NEW(all->arena, int);
    *index = (int)all->columns.count - 1;
    map_put(&all->by_name, text_fold(all->arena, column.name), index);
    return *index;
}

void text_change_add(struct arena *arena, struct text_table *table, struct text_change change)
{
    struct text_change *changes = ARENA_ARRAY(arena, struct text_change, table->change_count + 1);
    if (table->change_count > 0)
        memcpy(changes, table->changes, table->change_count * sizeof(*changes));
    changes[table->change_count++] = change;
    table->changes = changes;
}

/* A column without a name gets that of its place, as where there is no header at all. */
static void name_nameless(const struct reconciling *all, struct text_head *head)
{
    const char **names = ARENA_ARRAY(all->arena, const char *, head->name_count + 1);
    for (size_t i = 0; i < head->name_count; i++)
        names[i] =
            *head->names[i] != '\0' ? head->names[i] : arena_printf(all->arena, "column%zu", i + 1);
    head->names = names;
}

/* Every column has a name of its own. */
static int check_names(const struct reconciling *all, struct text_input_file *file, struct err *err)
{
    struct text_head *head = &file->head;
    struct map seen;
    map_init(&seen, all->arena);
    name_nameless(all, head);
    for (size_t i = 0; i < head->name_count; i++) {
        const char *name = head->names[i];
        char *folded = text_fold(all->arena, name);
        const size_t *before = map_get(&seen, folded);
        if (before) {
            const char *first = head->names[*before - 1];
            if (str_eq(first, name))
                err_set(err, ERR_DATA,
                        "columns %zu and %zu of the header are both named \"%.100s\"", *before,
                        i + 1, name);
            else
                err_set(err, ERR_DATA,
                        "columns %zu and %zu of the header are named \"%.100s\" and \"%.100s\"",
                        *before, i + 1, first, name);
            err_hint(err, "SQL does not tell upper from lower case in names.");
            return err_where(err, "%s:%lld:1", file->file.label, (long long)head->header_line);
        }
        size_t *place = ARENA_NEW(all->arena, size_t);
        *place = i + 1;
        map_put(&seen, folded, place);
    }
    return 0;
}

/* Without a lock all files have the columns of the first one, unless it is said that they need not. */
static int fail_differs(const struct reconciling *all, const struct text_input_file *file,
                        const char *name, bool is_extra, struct err *err)
{
    const char *first = all->table->files[0].file.label;
    err_set(err, ERR_DATA, "column \"%.100s\" is in \"%.150s\", but not in \"%.150s\"", name,
            is_extra ? file->file.label : first, is_extra ? first : file->file.label);
    err_hint(
        err,
        "The files of a source have the same columns, in any order; with `on_change: add_columns` "
        "nulls stand for those a file has not.");
    return err_where(err, "%s:%lld:1", file->file.label, (long long)file->head.header_line);
}

static int match_fields(struct reconciling *all, const struct text_input_file *file, int *column_of,
                        struct err *err)
{
    const struct text_source *source = all->source;
    bool is_first = all->columns.count == 0;
    for (size_t i = 0; i < file->head.name_count; i++) {
        const char *name = file->head.names[i];
        column_of[i] = reconcile_find(all, name);
        if (column_of[i] >= 0 || source->locked_count > 0)
            continue;
        if (!is_first && !source->may_add_columns)
            return fail_differs(all, file, name, true, err);
        column_of[i] =
            reconcile_add(all, (struct text_column){.name = name, .type.kind = TEXT_VARCHAR});
    }
    return 0;
}

/* The columns that the file has not. */
static size_t find_missing(const struct reconciling *all, const int *column_of, size_t count,
                           int *missing)
{
    bool *is_there = ARENA_ARRAY(all->arena, bool, all->columns.count + 1);
    size_t missing_count = 0;
    for (size_t i = 0; i < count; i++)
        if (column_of[i] >= 0)
            is_there[column_of[i]] = true;
    for (size_t i = 0; i < all->columns.count; i++) {
        all->is_seen.items[i] |= is_there[i];
        if (!is_there[i])
            missing[missing_count++] = (int)i;
    }
    return missing_count;
}

static int match_file(struct reconciling *all, struct text_input_file *file, struct err *err)
{
    size_t count = file->head.name_count;
    int *column_of = ARENA_ARRAY(all->arena, int, count + 1);
    TRY(check_names(all, file, err));
    TRY(match_fields(all, file, column_of, err));
    int *missing = ARENA_ARRAY(all->arena, int, all->columns.count + 1);
    size_t missing_count = find_missing(all, column_of, count, missing);
    if (all->source->locked_count > 0)
        reconcile_drift(all, file, column_of, missing, missing_count);
    else if (missing_count > 0 && !all->source->may_miss_columns)
        return fail_differs(all, file, all->columns.items[missing[0]].name, false, err);
    file->column_of = column_of;
    return 0;
}

static int declare(struct reconciling *all, const struct text_column *declared, struct err *err)
{
    const struct text_type *type = &declared->type;
    const char *problem = type->format ? text_format_check(type->format, type->kind) : NULL;
    if (problem) {
        err_set(err, ERR_CONFIG, "the format \"%.60s\" of column \"%.60s\" of %s: %s", type->format,
                declared->name, all->source->name, problem);
        return -1;
    }
    int index = reconcile_find(all, declared->name);
    if (index < 0)
        return 1;
    struct text_column *column = &all->columns.items[index];
    column->type = *type;
    column->is_typed = column->is_declared = true;
    return 0;
}

static int declare_all(struct reconciling *all, bool is_json, struct err *err)
{
    for (size_t i = 0; i < all->source->declared_count; i++) {
        const struct text_column *declared = &all->source->declared[i];
        int got = declare(all, declared, err);
        if (got < 0)
            return -1;
        if (got == 0 || is_json) /* keys of JSON may show up in any record, or in none */
            continue;
        const char **names = ARENA_ARRAY(all->arena, const char *, all->columns.count);
        for (size_t j = 0; j < all->columns.count; j++)
            names[j] = all->columns.items[j].name;
        const char *nearest = nearest_name(declared->name, names, all->columns.count);
        err_set(err, ERR_CONFIG, "source %s declares a column \"%.100s\", which no file has",
                all->source->name, declared->name);
        return nearest ? err_hint(err, "Did you mean \"%s\"?", nearest) : -1;
    }
    return 0;
}

/* What each file has not, now that all columns are known. */
static void find_all_missing(struct reconciling *all)
{
    for (size_t f = 0; f < all->table->file_count; f++) {
        struct text_input_file *file = &all->table->files[f];
        int *missing = ARENA_ARRAY(all->arena, int, all->columns.count + 1);
        if (file->head.name_count > 0)
            file->missing_count =
                find_missing(all, file->column_of, file->head.name_count, missing);
        file->missing = missing;
    }
}

/* Of the first file that shows it; where there is a lock it has been told before. */
static void note_doubt(struct reconciling *all)
{
    for (size_t i = 0; i < all->table->file_count && all->source->locked_count == 0; i++) {
        const struct text_input_file *file = &all->table->files[i];
        if (!file->head.doubt)
            continue;
        VEC_PUSH(all->arena, all->changes,
                 (struct text_change){
                     .kind = NOTE_DOUBT, .is = file->head.doubt, .file = file->file.label});
        return;
    }
}

int text_reconcile(const struct text_source *source, struct arena *arena, struct text_table *table,
                   struct err *err)
{
    struct reconciling all = {.source = source, .arena = arena, .table = table};
    enum text_format format = table->files[0].head.dialect.format;
    bool is_json = format == TEXT_JSON || format == TEXT_JSON_LINES;
    map_init(&all.by_name, arena);
    for (size_t i = 0; i < source->locked_count; i++) {
        struct text_column column = source->locked[i];
        column.is_typed = true;
        column.is_declared = false;
        reconcile_add(&all, column);
    }
    for (size_t i = 0; i < table->file_count && !is_json; i++)
        TRY(match_file(&all, &table->files[i], err));
    TRY(declare_all(&all, is_json, err));
    find_all_missing(&all);
    note_doubt(&all);
    for (size_t i = 0; i < source->locked_count && !is_json; i++)
        if (!all.is_seen.items[i] && source->may_miss_columns)
            VEC_PUSH(arena, all.changes,
                     (struct text_change){.kind = CHANGE_REMOVED,
                                          .column = all.columns.items[i].name,
                                          .file = table->files[0].file.label});
    table->columns = all.columns.items;
    table->column_count = all.columns.count;
    table->changes = all.changes.items;
    table->change_count = all.changes.count;
    return 0;
}
