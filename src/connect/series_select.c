/* SPDX-License-Identifier: Apache-2.0 */
#include "base/batch_table.h"
#include "connect/series_facts.h"
#include "parquet/read.h"

#include <stdlib.h>
#include <string.h>

/* The registry of series as rows. */

struct label_names {
    struct arena *arena;
    struct map known;
    VEC(const char *) list; /* sorted */
};

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static int check_name(const char *name, const struct series_reading *series, struct err *err)
{
    static const char *const taken[] = {"series",     "labels",    "kind",
                                        "first_seen", "last_seen", "samples"};
    for (size_t i = 0; i < ARRAY_COUNT(taken); i++) {
        if (strcasecmp(taken[i], name) == 0) {
            err_set(err, ERR_DATA, "a label of %s is named \"%s\", as a column of its own",
                    series->spec->name, name);
            return err_hint(err, "Rename the label where the files are made.");
        }
    }
    return 0;
}

static int find_names(const struct series_reading *series, struct label_names *names,
                      struct err *err)
{
    map_init(&names->known, names->arena);
    for (size_t i = 0; i < registry_count(series->registry); i++) {
        const struct label_set *labels = &registry_get(series->registry, i)->labels;
        for (size_t j = 0; j < labels->count; j++) {
            const char *name = labels->items[j].name;
            if (map_get(&names->known, name) != NULL)
                continue;
            TRY(check_name(name, series, err));
            map_put(&names->known, name, (void *)name);
            VEC_PUSH(names->arena, names->list, name);
        }
    }
    qsort(names->list.items, names->list.count, sizeof(const char *), by_text);
    for (size_t i = 1; i < names->list.count; i++)
        if (strcasecmp(names->list.items[i - 1], names->list.items[i]) == 0)
            return err_set(err, ERR_DATA, "two labels of %s are named \"%s\" and \"%s\"",
                           series->spec->name, names->list.items[i - 1], names->list.items[i]);
    return 0;
}

static const char *value_of(const struct label_set *labels, const char *name)
{
    for (size_t i = 0; i < labels->count; i++)
        if (str_eq(labels->items[i].name, name))
            return labels->items[i].value;
    return NULL;
}

static bool is_flat(const struct series_layout *layout, const char *name)
{
    for (size_t i = 0; i < layout->label_count; i++)
        if (str_eq(layout->labels[i], name))
            return true;
    return false;
}

/* The label column that is a list: it holds what no text column does. NULL: none. */
static int find_list(const struct series_reading *series, const char **ret_list, struct err *err)
{
    AUTO(parquet_close) struct parquet_file *file = NULL;
    const struct series_layout *layout = series->spec->series;
    const char *foreign = NULL;
    *ret_list = NULL;
    TRY(parquet_open(series->plan->files[0].path, series->memory, &file, &foreign, err));
    for (size_t i = 0; file != NULL && i < layout->label_count; i++) {
        int32_t leaf = parquet_find_column(file, layout->labels[i]);
        const struct parquet_footer *footer = parquet_footer(file);
        if (leaf < 0 || footer->nodes[footer->leaves[leaf]].max_repetition == 0)
            continue;
        if (*ret_list != NULL)
            return err_set(err, ERR_CONFIG, "%s has two label columns that are lists",
                           series->spec->name);
        *ret_list = layout->labels[i];
    }
    return 0;
}

/* ---- columns ---- */

struct registry_rows {
    const struct series_reading *series;
    struct series **items; /* by id */
    struct batch_table *table;
    struct arena *arena;
    const char **texts; /* of one column */
    int64_t *words;
    bool *is_null;
};

static const char *labels_json(const struct label_set *labels, struct arena *arena)
{
    AUTO(str_release) struct str json = STR_INIT(1 << 20);
    for (size_t i = 0; i < labels->count; i++) {
        str_append(&json, i > 0 ? "," : "{");
        str_append_json(&json, labels->items[i].name);
        str_append_char(&json, ':');
        str_append_json(&json, labels->items[i].value);
    }
    str_append(&json, labels->count > 0 ? "}" : "{}");
    return arena_strdup(arena, str_text(&json));
}

/* The labels that are in no text column, as the list column has them, sorted by name. */
static const char *list_json(const struct label_set *labels, const struct series_layout *layout,
                             struct arena *arena)
{
    AUTO(str_release) struct str json = STR_INIT(1 << 20);
    str_append_char(&json, '[');
    for (size_t i = 0; i < labels->count; i++) {
        if (is_flat(layout, labels->items[i].name))
            continue;
        str_append(&json, json.len > 1 ? ",[" : "[");
        str_append_json(&json, labels->items[i].name);
        str_append_char(&json, ',');
        str_append_json(&json, labels->items[i].value);
        str_append_char(&json, ']');
    }
    str_append_char(&json, ']');
    return arena_strdup(arena, str_text(&json));
}

static void add_labels(struct registry_rows *rows, const struct label_names *names,
                       const char *list)
{
    size_t count = rows->table->row_count;
    for (size_t i = 0; i < count; i++)
        rows->texts[i] = labels_json(&rows->items[i]->labels, rows->arena);
    batch_table_texts(rows->table, "labels", rows->texts);
    for (size_t n = 0; n < names->list.count; n++) {
        for (size_t i = 0; i < count; i++)
            rows->texts[i] = value_of(&rows->items[i]->labels, names->list.items[n]);
        batch_table_texts(rows->table, names->list.items[n], rows->texts);
    }
    for (size_t i = 0; list != NULL && i < count; i++)
        rows->texts[i] =
            list_json(&rows->items[i]->labels, rows->series->spec->series, rows->arena);
    if (list != NULL)
        batch_table_texts(rows->table, list, rows->texts);
}

static void add_instants(struct registry_rows *rows, const char *name, bool is_first)
{
    int64_t tick_us = rows->series->spec->series->tick_us;
    for (size_t i = 0; i < rows->table->row_count; i++) {
        const struct series *one = rows->items[i];
        rows->is_null[i] = one->sample_count == 0;
        rows->words[i] =
            rows->is_null[i] ? 0 : (is_first ? one->first_tick : one->last_tick) * tick_us;
    }
    batch_table_words(rows->table, name, "tsu:UTC", rows->words, rows->is_null);
}

static void add_facts(struct registry_rows *rows)
{
    static const char *const kinds[] = {
        [SERIES_UNKNOWN] = "none", [SERIES_NUMBER] = "number", [SERIES_TEXT] = "text"};
    for (size_t i = 0; i < rows->table->row_count; i++)
        rows->texts[i] = kinds[rows->items[i]->kind];
    batch_table_texts(rows->table, "kind", rows->texts);
    add_instants(rows, "first_seen", true);
    add_instants(rows, "last_seen", false);
    for (size_t i = 0; i < rows->table->row_count; i++)
        rows->words[i] = rows->items[i]->sample_count;
    batch_table_words(rows->table, "samples", "l", rows->words, NULL);
}

static int register_rows(struct series_reading *series, struct batch_table *table, const char *list,
                         struct arena *arena, struct err *err)
{
    static _Atomic unsigned serial;
    AUTO(str_release) struct str sql = STR_INIT(1 << 16);
    struct reading_part *part = &series->reading.parts[0];
    struct batch_stream stream = {.context = table, .next = batch_table_next};
    struct ArrowSchema schema;
    char *key = arena_printf(arena, "%s#%u", series->spec->name, serial++);
    batch_table_schema(table, &schema);
    TRY(engine_register_batches(series->reading.engine, key, &schema, &stream, 1, err));
    part->batch_key = key;
    str_append(&sql, "SELECT *");
    if (list != NULL) {
        str_append(&sql, " REPLACE (CAST(CAST(");
        str_append_ident(&sql, list);
        str_append(&sql, " AS JSON) AS VARCHAR[][]) AS ");
        str_append_ident(&sql, list);
        str_append(&sql, ")");
    }
    str_append(&sql, " FROM leat_batches(");
    str_append_literal(&sql, key);
    str_append(&sql, ")");
    part->select_sql = arena_strdup(arena, str_text(&sql));
    return 0;
}

static int by_id(const void *left, const void *right)
{
    const struct series *a = *(const struct series *const *)left;
    const struct series *b = *(const struct series *const *)right;
    return (a->id > b->id) - (a->id < b->id);
}

int series_select(struct series_reading *series, struct arena *arena, struct err *err)
{
    struct label_names names = {.arena = arena};
    const char *list = NULL;
    size_t count = registry_count(series->registry);
    TRY(find_names(series, &names, err));
    TRY(find_list(series, &list, err));
    if (count == 0)
        return err_set(err, ERR_DATA, "the files of %s hold no samples", series->spec->name);
    struct batch_table *table = ARENA_NEW(arena, struct batch_table);
    table->arena = arena;
    table->row_count = count;
    struct registry_rows rows = {.series = series,
                                 .items = ARENA_ARRAY(arena, struct series *, count),
                                 .table = table,
                                 .arena = arena,
                                 .texts = ARENA_ARRAY(arena, const char *, count),
                                 .words = ARENA_ARRAY(arena, int64_t, count),
                                 .is_null = ARENA_ARRAY(arena, bool, count)};
    for (size_t i = 0; i < count; i++)
        rows.items[i] = registry_get(series->registry, i);
    qsort(rows.items, count, sizeof(struct series *), by_id);
    for (size_t i = 0; i < count; i++)
        rows.words[i] = rows.items[i]->id;
    batch_table_words(table, "series", "l", rows.words, NULL);
    add_labels(&rows, &names, list);
    add_facts(&rows);
    return register_rows(series, table, list, arena, err);
}
