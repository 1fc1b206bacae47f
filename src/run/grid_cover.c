/* SPDX-License-Identifier: Apache-2.0 */
#include "base/batch_table.h"
#include "run/grid.h"

/*
 * The account of a batch as rows: key columns, time, column_name, series, samples, used, duplicates, conflicts, measured,
 * carried, missing, min, max, mean.
 */
enum { COUNTS = 8, MEASURES = 3 };
static const char *const count_names[COUNTS] = {"series",    "samples",  "used",    "duplicates",
                                                "conflicts", "measured", "carried", "missing"};
static const char *const measure_names[MEASURES] = {"min", "max", "mean"};

struct cover {
    struct batch_table *table;
    struct grid_stage *stage;
    void *words; /* of one column */
    bool *is_null;
    const char **texts;
};

/* `which` < key count: a value of the key; else the name of the column. */
static void add_texts(struct cover *cover, const char *name, size_t which)
{
    const struct grid_map *map = &cover->stage->map;
    for (size_t i = 0; i < cover->table->row_count; i++) {
        const struct cover_row *cell = &cover->stage->cover.items[i];
        const struct grid_key *key = &map->keys[cell->key];
        cover->texts[i] =
            which < map->names.count ? key->values[which] : key->file.names[cell->column];
    }
    batch_table_texts(cover->table, name, cover->texts);
}

static void add_times(struct cover *cover)
{
    int64_t *values = cover->words;
    for (size_t i = 0; i < cover->table->row_count; i++)
        values[i] = cover->stage->cover.items[i].start_us;
    batch_table_words(cover->table, "time", "tsu:UTC", values, NULL);
}

static int64_t count_at(const struct cover *cover, const struct cover_row *cell, size_t which)
{
    const struct grid_file_key *file = &cover->stage->map.keys[cell->key].file;
    const int64_t counts[COUNTS] = {
        registry_get(cover->stage->map.registry, file->series[cell->column])->id,
        cell->samples,
        cell->samples - cell->duplicates,
        cell->duplicates,
        cell->conflicts,
        cell->measured,
        cell->carried,
        cell->buckets - cell->measured - cell->carried};
    return counts[which];
}

static void add_counts(struct cover *cover)
{
    int64_t *values = cover->words;
    for (size_t c = 0; c < COUNTS; c++) {
        for (size_t i = 0; i < cover->table->row_count; i++)
            values[i] = count_at(cover, &cover->stage->cover.items[i], c);
        batch_table_words(cover->table, count_names[c], "l", values, NULL);
    }
}

static void add_measures(struct cover *cover)
{
    double *values = cover->words;
    for (size_t m = 0; m < MEASURES; m++) {
        for (size_t i = 0; i < cover->table->row_count; i++) {
            const struct cover_row *cell = &cover->stage->cover.items[i];
            int64_t used = cell->samples - cell->duplicates;
            cover->is_null[i] = cell->is_text || used == 0;
            values[i] = cover->is_null[i] ? 0
                        : m == 0          ? cell->min
                        : m == 1          ? cell->max
                                          : cell->sum / (double)used;
        }
        batch_table_words(cover->table, measure_names[m], "g", values, cover->is_null);
    }
}

int grid_cover_register(struct grid_stage *stage, const char *key, struct err *err)
{
    struct batch_table *table = ARENA_NEW(&stage->arena, struct batch_table);
    struct ArrowSchema schema;
    table->arena = &stage->arena;
    table->row_count = stage->cover.count;
    struct cover cover = {.table = table,
                          .stage = stage,
                          .words = ARENA_ARRAY(&stage->arena, int64_t, table->row_count + 1),
                          .is_null = ARENA_ARRAY(&stage->arena, bool, table->row_count + 1),
                          .texts = ARENA_ARRAY(&stage->arena, const char *, table->row_count + 1)};
    for (size_t i = 0; i < stage->map.names.count; i++)
        add_texts(&cover, stage->map.names.items[i], i);
    add_times(&cover);
    add_texts(&cover, "column_name", stage->map.names.count);
    add_counts(&cover);
    add_measures(&cover);
    batch_table_schema(table, &schema);
    struct batch_stream stream = {.context = table, .next = batch_table_next};
    return engine_register_batches(stage->execution->session->engine, key, &schema, &stream, 1,
                                   err);
}
