/* SPDX-License-Identifier: Apache-2.0 */
#include "run/grid.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* From the rows of the SELECT and of the registry to series of a grid and columns of files. */

struct mapped { /* a row of the SELECT */
    struct series *series;
    const char *column;
    enum grid_method method;
    const char **values;
};
struct mapping {
    struct execution *execution;
    struct job *job;
    struct arena *arena;
    struct grid_map *map;
    struct map by_id; /* series id → struct series */
    VEC(struct mapped) rows;
    int series_at, column_at, method_at;
    int *value_at; /* by key of the path */
};

static void free_result(struct result **result)
{
    result_free(*result);
}

/* "cell_2" before "cell_10": runs of digits compare as numbers. */
static int natural_order(const char *a, const char *b)
{
    while (*a != '\0' && *b != '\0') {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            size_t a_zeros = strspn(a, "0");
            size_t b_zeros = strspn(b, "0");
            size_t a_len = strspn(a + a_zeros, "0123456789");
            size_t b_len = strspn(b + b_zeros, "0123456789");
            int order = a_len != b_len ? (a_len < b_len ? -1 : 1)
                                       : strncmp(a + a_zeros, b + b_zeros, a_len);
            if (order != 0)
                return order;
            a += a_zeros + a_len;
            b += b_zeros + b_len;
        } else if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        } else {
            a++;
            b++;
        }
    }
    return (*a != '\0') - (*b != '\0');
}

static int order_values(const struct mapped *a, const struct mapped *b, size_t count)
{
    int order = 0;
    for (size_t i = 0; i < count && order == 0; i++) {
        order = natural_order(a->values[i], b->values[i]);
        if (order == 0)
            order = strcmp(a->values[i], b->values[i]);
    }
    return order;
}

static int by_key_and_column(const void *left, const void *right, void *context)
{
    const struct mapped *a = left;
    const struct mapped *b = right;
    int order = order_values(a, b, *(const size_t *)context);
    if (order == 0)
        order = natural_order(a->column, b->column);
    return order != 0 ? order : strcmp(a->column, b->column);
}

/* ---- the registry ---- */

static int restore_row(struct mapping *mapping, struct result *result, struct err *err)
{
    struct series known = {.id = result_i64(result, 0),
                           .kind = str_eq(result_text(result, 2), "text") ? SERIES_TEXT
                                                                          : SERIES_NUMBER};
    return registry_restore_json(mapping->map->registry, &known, result_text(result, 1), err);
}

static int load_registry(struct mapping *mapping, const struct node *samples, struct err *err)
{
    AUTO(free_result) struct result *result = NULL;
    AUTO(str_release) struct str sql = STR_INIT(1 << 16);
    int got;
    str_append(&sql, "SELECT series, labels, kind FROM ");
    str_append_ident(&sql, samples->schema);
    str_append_char(&sql, '.');
    str_append_ident(&sql, arena_printf(mapping->arena, "%s_series", samples->name));
    str_append(&sql, " ORDER BY series");
    mapping->map->registry = registry_new(mapping->execution->session->memory);
    TRY(conn_query(mapping->job->conn, str_text(&sql), NULL, 0, &result, err));
    while ((got = result_next(result, err)) > 0)
        TRY(restore_row(mapping, result, err));
    TRY(got);
    map_init(&mapping->by_id, mapping->arena);
    mapping->map->series_count = registry_count(mapping->map->registry);
    for (size_t i = 0; i < mapping->map->series_count; i++) {
        struct series *series = registry_get(mapping->map->registry, i);
        map_put(&mapping->by_id, arena_printf(mapping->arena, "%lld", (long long)series->id),
                series);
    }
    return 0;
}

/* ---- the SELECT ---- */

static int find_column(const struct result *result, const char *name)
{
    for (size_t i = 0; i < result_column_count(result); i++)
        if (strcasecmp(result_column_name(result, i), name) == 0)
            return (int)i;
    return -1;
}

static int find_columns(struct mapping *mapping, const struct result *result, struct err *err)
{
    struct grid_path_keys names = mapping->map->names;
    const char *missing = NULL;
    mapping->series_at = find_column(result, "series");
    mapping->column_at = find_column(result, "column_name");
    mapping->method_at = find_column(result, "method");
    mapping->value_at = ARENA_ARRAY(mapping->arena, int, names.count + 1);
    missing = mapping->column_at < 0 ? "column_name" : missing;
    missing = mapping->series_at < 0 ? "series" : missing;
    for (size_t i = 0; i < names.count; i++) {
        mapping->value_at[i] = find_column(result, names.items[i]);
        missing = mapping->value_at[i] < 0 ? names.items[i] : missing;
    }
    if (missing == NULL)
        return 0;
    err_set(err, ERR_CONFIG, "a grid's SELECT needs a column \"%s\"", missing);
    return err_hint(
        err,
        "It gives `series`, `column_name`, the columns named in the path, and if wanted `method`.");
}

static int take_method(const struct mapping *mapping, struct result *result,
                       const struct series *series, enum grid_method *ret_method, struct err *err)
{
    const char *name =
        mapping->method_at >= 0 ? result_text(result, (size_t)mapping->method_at) : NULL;
    *ret_method = series->kind == SERIES_TEXT ? GRID_LAST : GRID_MEAN;
    if (name == NULL)
        return 0;
    if (!grid_method_find(name, ret_method))
        return err_set(err, ERR_DATA,
                       "the method \"%.60s\" is not mean, first, last, min, max, sum or count",
                       name);
    if (series->kind == SERIES_TEXT &&
        (*ret_method == GRID_MEAN || *ret_method == GRID_SUM || *ret_method == GRID_COUNT))
        return err_set(err, ERR_DATA, "a series of texts has no %s", name);
    return 0;
}

/* The files have columns of the grid's own. */
static int check_column(const struct mapping *mapping, const char *column, struct err *err)
{
    enum grid_flag flag = mapping->job->node->model.grid.flag;
    size_t len = strlen(column);
    bool is_taken =
        strcasecmp(column, "time") == 0 ||
        (flag == GRID_FLAG_BITMASK && strcasecmp(column, "carried") == 0) ||
        (flag == GRID_FLAG_COLUMN && len > 8 && strcasecmp(column + len - 8, "_carried") == 0);
    if (!is_taken)
        return 0;
    err_set(err, ERR_DATA, "the column \"%.60s\" is the grid's own", column);
    return err_hint(err, "Give it another name in the SELECT.");
}

/* Rows without a column or a key take no part. */
static int take_row(struct mapping *mapping, struct result *result, struct err *err)
{
    struct mapped row = {0};
    size_t key_count = mapping->map->names.count;
    const char *id = result_text(result, (size_t)mapping->series_at);
    row.series = map_get(&mapping->by_id, id != NULL ? id : "");
    if (row.series == NULL)
        return err_set(err, ERR_DATA, "the SELECT gives series %s, which there is not",
                       id != NULL ? id : "NULL");
    row.column = arena_strdup(mapping->arena, result_text(result, (size_t)mapping->column_at));
    if (row.column == NULL)
        return 0;
    if (*row.column == '\0')
        return err_set(err, ERR_DATA, "series %s has an empty column_name", id);
    TRY(check_column(mapping, row.column, err));
    TRY(take_method(mapping, result, row.series, &row.method, err));
    row.values = ARENA_ARRAY(mapping->arena, const char *, key_count + 1);
    for (size_t i = 0; i < key_count; i++) {
        row.values[i] =
            arena_strdup(mapping->arena, result_text(result, (size_t)mapping->value_at[i]));
        if (row.values[i] == NULL)
            return 0;
    }
    TRY(grid_path_check(mapping->map->path, row.values, err));
    VEC_PUSH(mapping->arena, mapping->rows, row);
    return 0;
}

static int read_rows(struct mapping *mapping, struct err *err)
{
    AUTO(free_result) struct result *result = NULL;
    struct job *job = mapping->job;
    struct param *params = NULL;
    int got;
    size_t count = project_sql_params(mapping->execution->session->project, job->node, NULL, NULL,
                                      mapping->arena, &params);
    if (conn_query(job->conn, model_select(job->node, mapping->arena), params, count, &result,
                   err) != 0)
        return model_error(job->node, err);
    TRY(find_columns(mapping, result, err));
    while ((got = result_next(result, err)) > 0)
        TRY(take_row(mapping, result, err));
    return got;
}

/* ---- keys and columns ---- */

static int fail_twice(const struct mapping *mapping, const struct mapped *a, const struct mapped *b,
                      struct err *err)
{
    char first[200];
    char second[200];
    series_describe(a->series, first, sizeof(first));
    series_describe(b->series, second, sizeof(second));
    err_set(err, ERR_DATA, "two series are column \"%.60s\" of one file: {%s} and {%s}", a->column,
            first, second);
    (void)mapping;
    return err_hint(err, "Give them names of their own, or leave one out with a WHERE.");
}

static const char *key_text(const struct mapping *mapping, const struct mapped *row)
{
    AUTO(str_release) struct str text = STR_INIT(1 << 16);
    for (size_t i = 0; i < mapping->map->names.count; i++)
        str_appendf(&text, "%s%s=%s", i > 0 ? ", " : "", mapping->map->names.items[i],
                    row->values[i]);
    return arena_strdup(mapping->arena, str_text(&text));
}

static void add_key(struct mapping *mapping, size_t first, size_t end)
{
    struct grid_map *map = mapping->map;
    struct grid_key *key = &map->keys[map->key_count];
    size_t count = end - first;
    const char **names = ARENA_ARRAY(mapping->arena, const char *, count);
    uint32_t *series = ARENA_ARRAY(mapping->arena, uint32_t, count);
    for (size_t i = 0; i < count; i++) {
        const struct mapped *row = &mapping->rows.items[first + i];
        names[i] = row->column;
        series[i] = (uint32_t)row->series->index;
        map->series[series[i]] = (struct grid_series){.key = (int)map->key_count,
                                                      .column = (int)i,
                                                      .is_text = row->series->kind == SERIES_TEXT,
                                                      .method = row->method};
    }
    *key = (struct grid_key){.values = mapping->rows.items[first].values,
                             .file = {.names = names, .series = series, .column_count = count},
                             .text = key_text(mapping, &mapping->rows.items[first])};
    map->files[map->key_count++] = key->file;
}

static int make_keys(struct mapping *mapping, struct err *err)
{
    struct grid_map *map = mapping->map;
    struct mapped *rows = mapping->rows.items;
    size_t count = mapping->rows.count;
    map->series = ARENA_ARRAY(mapping->arena, struct grid_series, map->series_count + 1);
    map->keys = ARENA_ARRAY(mapping->arena, struct grid_key, count + 1);
    map->files = ARENA_ARRAY(mapping->arena, struct grid_file_key, count + 1);
    for (size_t i = 0; i < map->series_count; i++)
        map->series[i] = (struct grid_series){
            .key = -1, .is_text = registry_get(map->registry, i)->kind == SERIES_TEXT};
    if (count > 0)
        qsort_r(rows, count, sizeof(*rows), by_key_and_column, &map->names.count);
    for (size_t first = 0, i = 1; i <= count; i++) {
        bool is_same_key = i < count && order_values(&rows[i - 1], &rows[i], map->names.count) == 0;
        if (is_same_key && strcasecmp(rows[i - 1].column, rows[i].column) == 0)
            return fail_twice(mapping, &rows[i - 1], &rows[i], err);
        if (!is_same_key) {
            add_key(mapping, first, i);
            first = i;
        }
    }
    return 0;
}

/* A series that is in two rows would be in two places, which a grid's one pass cannot do. */
static int check_once(const struct mapping *mapping, struct err *err)
{
    bool *seen = ARENA_ARRAY(mapping->arena, bool, mapping->map->series_count + 1);
    for (size_t i = 0; i < mapping->rows.count; i++) {
        const struct series *series = mapping->rows.items[i].series;
        if (seen[series->index])
            return err_set(err, ERR_DATA, "the SELECT gives series %lld twice",
                           (long long)series->id);
        seen[series->index] = true;
    }
    return 0;
}

static struct hash version_of(const struct mapping *mapping)
{
    struct hasher *hasher = hasher_new();
    for (size_t i = 0; i < mapping->rows.count; i++) {
        const struct mapped *row = &mapping->rows.items[i];
        for (size_t j = 0; j < mapping->map->names.count; j++)
            hasher_add_text(hasher, row->values[j]);
        hasher_add_text(hasher, row->column);
        hasher_add_i64(hasher, row->series->id);
        hasher_add_i64(hasher, row->method);
        hasher_add_i64(hasher, row->series->kind);
    }
    return hasher_end(hasher);
}

int grid_map_load(struct execution *execution, struct job *job, struct grid_map *ret_map,
                  struct err *err)
{
    struct mapping mapping = {
        .execution = execution, .job = job, .arena = &job->arena, .map = ret_map};
    const struct node *samples =
        map_get(&execution->session->project->node_by_id, job->node->model.grid.samples);
    *ret_map = (struct grid_map){0};
    TRY(grid_path_new(job->node->model.grid.path, &job->arena, &ret_map->path, err));
    ret_map->names = grid_path_keys(ret_map->path);
    TRY(load_registry(&mapping, samples, err));
    if (read_rows(&mapping, err) != 0 || check_once(&mapping, err) != 0 ||
        make_keys(&mapping, err) != 0) {
        return err != NULL && err->where[0] == '\0' ? model_error(job->node, err) : -1;
    }
    ret_map->version = version_of(&mapping);
    return 0;
}

void grid_map_release(struct grid_map *map)
{
    registry_free(map->registry);
    map->registry = NULL;
}
