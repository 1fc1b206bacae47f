/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "text/infer.h"

#include <stdlib.h>
#include <string.h>

/* JSON has no header: the columns are the keys, in the order in which they first appear. */

#define LOOK_EVERY 1024
#define MAX_SHOWN 10000 /* wrong records that are looked for, when there is no right one */

struct typings { /* by the names of a reader */
    struct text_typing *items;
    size_t count, cap;
};

static void typings_release(struct typings *typings)
{
    free(typings->items);
}

static void grow(const struct inference *all, struct typings *typings, size_t count)
{
    if (count > typings->cap) {
        typings->cap = 2 * count;
        typings->items = realloc(typings->items, typings->cap * sizeof(*typings->items));
        if (!typings->items)
            alloc_die("out of memory for the keys of JSON");
    }
    for (; typings->count < count; typings->count++) {
        text_typing_init(&typings->items[typings->count]);
        typings->items[typings->count].checks_doubles = all->checks_doubles;
    }
}

static bool is_before(size_t split, size_t index, const struct key *key)
{
    return split < key->split || (split == key->split && index < key->index);
}

/* With the lock held. The second time no key is new. */
static void add_keys(struct inference *all, const struct text_names *names,
                     const struct typings *typings, size_t split)
{
    for (size_t i = 0; i < typings->count; i++) {
        struct key *key = map_get(&all->keys_by_name, names->items[i]);
        if (!key) {
            key = ARENA_NEW(all->arena, struct key);
            *key = (struct key){
                .name = arena_strdup(all->arena, names->items[i]), .split = split, .index = i};
            text_typing_init(&key->typing);
            map_put(&all->keys_by_name, key->name, key);
            VEC_PUSH(all->arena, all->keys, key);
        } else if (is_before(split, i, key)) {
            key->split = split;
            key->index = i;
        }
        text_typing_merge(&key->typing, &typings->items[i]);
    }
}

static void add_record(const struct inference *all, struct typings *typings,
                       const struct text_record *record)
{
    struct text_marks marks = {.decimal = '.'};
    grow(all, typings, record->count);
    for (size_t i = 0; i < record->count; i++)
        if (record->fields[i].token != TOKEN_NULL)
            text_typing_add(&typings->items[i], &record->fields[i], marks);
}

/* A repaired record has names of its own. */
static void add_mended(struct inference *all, const struct text_rows *rows,
                       const struct text_record *record, size_t split)
{
    AUTO(typings_release) struct typings typings = {0};
    add_record(all, &typings, record);
    pthread_mutex_lock(&all->lock);
    add_keys(all, rows->names, &typings, split);
    pthread_mutex_unlock(&all->lock);
}

int infer_json_split(struct inference *all, struct text_rows *rows, size_t job, struct err *err)
{
    size_t split = all->jobs[job];
    AUTO(typings_release) struct typings typings = {0};
    struct text_record record;
    int got;
    while ((got = text_rows_next(rows, &record, err)) > 0) {
        if (!rows->wrong && rows->is_mended)
            add_mended(all, rows, &record, split);
        else if (!rows->wrong)
            add_record(all, &typings, &record);
        if (rows->count % LOOK_EVERY == 0) {
            text_rows_tell(rows);
            if (infer_is_stopped(all, job))
                return err_set(err, ERR_CANCELLED, "reading %s was stopped", all->source->name);
        }
    }
    if (got < 0)
        return -1;
    pthread_mutex_lock(&all->lock);
    add_keys(all, &rows->reader->names, &typings, split);
    pthread_mutex_unlock(&all->lock);
    return 0;
}

static int compare(const void *a, const void *b)
{
    const struct key *x = *(struct key *const *)a, *y = *(struct key *const *)b;
    return is_before(x->split, x->index, y) ? -1 : is_before(y->split, y->index, x);
}

/* The line of the first record that has the key; 0: not found again. */
static int64_t find_line(const struct inference *all, const struct key *key)
{
    const struct text_split *split = &all->table->splits[key->split];
    AUTO(text_rows_release)
    struct text_rows rows = {
        .source = all->source, .file = &all->table->files[split->file], .range = split->range};
    struct text_record record;
    if (text_rows_open(&rows, NULL) != 0)
        return 0;
    while (text_rows_next(&rows, &record, NULL) > 0)
        if (!rows.is_mended && rows.names->count > key->index)
            return str_eq(rows.names->items[key->index], key->name) ? record.line : 0;
    return 0;
}

static int fail_same(const struct inference *all, const char *before, const struct key *key,
                     struct err *err)
{
    const struct text_split *split = &all->table->splits[key->split];
    int64_t line = find_line(all, key);
    err_set(err, ERR_DATA, "the records of %s have both a key \"%.100s\" and a key \"%.100s\"",
            all->source->name, before, key->name);
    err_where(err, "%s:%lld", all->table->files[split->file].file.label,
              (long long)(line > 0 ? line : 1));
    return err_hint(err, "SQL does not tell upper from lower case in names.");
}

static int add_column(struct inference *all, struct reconciling *columns, struct key *key,
                      struct err *err)
{
    int index = reconcile_find(columns, key->name);
    if (index >= 0 && !str_eq(columns->columns.items[index].name, key->name))
        return fail_same(all, columns->columns.items[index].name, key, err);
    if (index >= 0)
        return 0;
    if (columns->columns.count >= TEXT_MAX_FIELDS)
        return err_set(err, ERR_DATA, "the records of %s have more than %d keys", all->source->name,
                       TEXT_MAX_FIELDS);
    struct text_column column = {.name = key->name, .type = text_typing_end(&key->typing)};
    for (size_t i = 0; i < all->source->declared_count; i++) {
        const struct text_column *declared = &all->source->declared[i];
        if (str_eq(declared->name, key->name)) {
            column = *declared;
            column.is_typed = column.is_declared = true;
        }
    }
    reconcile_add(columns, column);
    if (all->source->locked_count > 0)
        text_change_add(all->arena, all->table,
                        (struct text_change){.kind = CHANGE_ADDED,
                                             .column = key->name,
                                             .is = key->name,
                                             .file = all->table->files[0].file.label});
    return 0;
}

/* What is declared is a column even when no record has it. */
static void add_declared(const struct inference *all, struct reconciling *columns)
{
    for (size_t i = 0; i < all->source->declared_count; i++) {
        struct text_column column = all->source->declared[i];
        column.is_typed = column.is_declared = true;
        if (reconcile_find(columns, column.name) < 0)
            reconcile_add(columns, column);
    }
}

/* The records of a split that are wrong in themselves. */
static int collect_wrong(const struct inference *all, size_t index, struct text_rejects *rejects,
                         struct err *err)
{
    const struct text_split *split = &all->table->splits[index];
    const struct text_file *file = &all->table->files[split->file].file;
    AUTO(text_rows_release)
    struct text_rows rows = {
        .source = all->source, .file = &all->table->files[split->file], .range = split->range};
    struct text_record record;
    int got;
    TRY(text_rows_open(&rows, err));
    while ((got = text_rows_next(&rows, &record, err)) > 0) {
        if (!rows.wrong)
            continue;
        struct text_reject reject = {.file = file->label,
                                     .path = file->path,
                                     .line = record.line,
                                     .offset = record.offset,
                                     .fault_line = record.wrong_line,
                                     .fault_byte = record.wrong_column,
                                     .text = "",
                                     .reason = rows.wrong,
                                     .raw = ""};
        TRY(text_reject_add(rejects, split->file, &reject, err));
    }
    return got;
}

static void free_rejects(struct text_rejects **rejects)
{
    text_rejects_free(*rejects);
}

/* Without a key there are no columns to hold what was found, so the first wrong records are all there is to tell. */
static int fail_no_key(const struct inference *all, struct err *err)
{
    const struct text_source *source = all->source;
    AUTO(free_rejects)
    struct text_rejects *rejects = text_rejects_new(MAX_SHOWN, source->memory);
    for (size_t i = 0; i < all->table->split_count; i++)
        TRY(collect_wrong(all, i, rejects, err));
    if (text_rejects_count(rejects) > 0) {
        (void)!text_rejects_fail(rejects, source->name, err);
        return err_hint(err, "No other record has a key, so there are no columns.");
    }
    err_set(err, ERR_DATA, "no record of %s has a key, so there are no columns", source->name);
    return err_where(err, "%s:1:1", all->table->files[0].file.label);
}

int infer_json_columns(struct inference *all, struct err *err)
{
    struct reconciling columns = {.source = all->source, .arena = all->arena, .table = all->table};
    map_init(&columns.by_name, all->arena);
    for (size_t i = 0; i < all->table->column_count; i++)
        reconcile_add(&columns, all->table->columns[i]);
    if (all->keys.count > 0)
        qsort(all->keys.items, all->keys.count, sizeof(struct key *), compare);
    for (size_t i = 0; i < all->keys.count; i++)
        TRY(add_column(all, &columns, all->keys.items[i], err));
    add_declared(all, &columns);
    if (columns.columns.count == 0)
        return fail_no_key(all, err);
    all->table->columns = columns.columns.items;
    all->table->column_count = columns.columns.count;
    return 0;
}
