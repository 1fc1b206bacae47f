/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/parquet_schema.h"

#include <stdlib.h>
#include <string.h>

#define MAX_SQL_BYTES ((size_t)256 << 20)

void parquet_result_free(struct result **result)
{
    if (*result)
        result_free(*result);
    *result = NULL;
}

static void append_path(struct str *sql, const char *path)
{
    AUTO(str_release) struct str exact = STR_INIT(32768);
    for (const char *p = path; *p; p++)
        str_appendf(&exact, strchr("*?[", *p) ? "[%c]" : "%c", *p);
    str_append_literal(sql, str_text(&exact));
}

void parquet_append_list(struct str *sql, const struct source_plan *plan, const size_t *which,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        str_append(sql, i ? ", " : "[");
        append_path(sql, plan->files[which ? which[i] : i].path);
    }
    str_append(sql, "]");
}

int parquet_describe(const struct source_plan *plan, size_t file, struct conn *conn,
                     struct arena *arena, struct column_list *ret_columns, struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(65536);
    str_append(&sql, "SELECT * FROM read_parquet(");
    parquet_append_list(&sql, plan, &file, 1);
    str_append(&sql, ", hive_partitioning = false)");
    if (conn_describe(conn, str_text(&sql), NULL, 0, arena, ret_columns, err) == 0)
        return 0;
    /* The engine does not always say which file it could not read. */
    if (err && !strstr(err->message, plan->files[file].path))
        err_context(err, "\"%s\"", plan->files[file].path);
    return -1;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct column *)a)->name, ((const struct column *)b)->name);
}

/* The engine reads columns by name, so their order does not matter. */
static struct column *sorted(struct column_list columns, struct arena *arena)
{
    struct column *items = ARENA_ARRAY(arena, struct column, columns.count);
    memcpy(items, columns.items, columns.count * sizeof(*items));
    qsort(items, columns.count, sizeof(*items), by_name);
    return items;
}

static int compare(const struct source_plan *plan, size_t file, struct column_list first,
                   struct column_list other, struct arena *arena, struct err *err)
{
    const char *path = plan->files[file].path, *path0 = plan->files[0].path;
    const struct column *a = sorted(first, arena), *b = sorted(other, arena);
    size_t i = 0;
    while (i < first.count && i < other.count && str_eq(a[i].name, b[i].name) &&
           str_eq(a[i].type_text, b[i].type_text))
        i++;
    if (i == first.count && i == other.count)
        return 0;
    int order = i == first.count ? 1 : i == other.count ? -1 : strcmp(a[i].name, b[i].name);
    if (order == 0)
        err_set(err, ERR_DATA, "column \"%s\" is %s in \"%s\", but %s in \"%s\"", a[i].name,
                a[i].type_text, path0, b[i].type_text, path);
    else
        err_set(err, ERR_DATA, "column \"%s\" %s is in \"%s\", but not in \"%s\"",
                order < 0 ? a[i].name : b[i].name, order < 0 ? a[i].type_text : b[i].type_text,
                order < 0 ? path0 : path, order < 0 ? path : path0);
    return err_hint(
        err,
        "All files of a source have the same columns. Files of another kind need a source of their own.");
}

static size_t file_of_path(const struct source_plan *plan, const char *path)
{
    size_t i = 0;
    while (i < plan->file_count && !str_eq(plan->files[i].path, path))
        i++;
    return i;
}

/* One file for each way the schemas are written; most often one. Different writers can mean the same columns. */
static int schema_kinds(const struct source_plan *plan, const size_t *new_files, size_t new_count,
                        struct conn *conn, struct result **ret_result, struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(MAX_SQL_BYTES);
    str_append(
        &sql,
        "SELECT min(file_name) FROM (SELECT file_name, string_agg(concat_ws(chr(31), name, duckdb_type, "
        "num_children), chr(30) ORDER BY column_id) AS kind FROM parquet_schema(");
    parquet_append_list(&sql, plan, new_files, new_count);
    str_append(&sql, ") WHERE column_id > 0 GROUP BY file_name) GROUP BY kind ORDER BY 1");
    if (sql.is_failed)
        return err_set(err, ERR_MEMORY_LIMIT, "the paths of %zu files are too long", new_count);
    return conn_query(conn, str_text(&sql), NULL, 0, ret_result, err);
}

/* When one of many files cannot be read: the same again, one by one, to tell which. */
static int name_broken(const struct source_plan *plan, const size_t *new_files, size_t new_count,
                       struct conn *conn, struct arena *arena, struct err *err)
{
    struct err one = {0};
    struct column_list unused;
    for (size_t i = 0; i < new_count; i++) {
        if (parquet_describe(plan, new_files[i], conn, arena, &unused, &one) == 0)
            continue;
        if (err)
            *err = one;
        break;
    }
    return -1;
}

int parquet_check_schemas(const struct source_plan *plan, const size_t *new_files, size_t new_count,
                          struct conn *conn, struct arena *arena, struct column_list *ret_columns,
                          struct err *err)
{
    struct column_list first, other;
    TRY(parquet_describe(plan, 0, conn, arena, &first, err));
    if (new_count == 1 && plan->file_count == 1) {
        *ret_columns = first;
        return 0;
    }
    VEC(size_t) kinds = {0};
    AUTO(parquet_result_free) struct result *result = NULL;
    if (schema_kinds(plan, new_files, new_count, conn, &result, err) != 0)
        return name_broken(plan, new_files, new_count, conn, arena, err);
    int got;
    while ((got = result_next(result, err)) > 0)
        VEC_PUSH(arena, kinds, file_of_path(plan, result_text(result, 0)));
    if (got < 0)
        return name_broken(plan, new_files, new_count, conn, arena, err);
    /* The first file may itself be the new one: then an old one is the other side. */
    size_t old = 0;
    while (old < new_count && new_files[old] == old)
        old++;
    if (old < plan->file_count)
        VEC_PUSH(arena, kinds, old);
    for (size_t i = 0; i < kinds.count; i++) {
        if (kinds.items[i] == plan->file_count)
            return err_set(err, ERR_INTERNAL, "the engine read a file that is not in the plan");
        TRY(parquet_describe(plan, kinds.items[i], conn, arena, &other, err));
        TRY(compare(plan, kinds.items[i], first, other, arena, err));
    }
    *ret_columns = first;
    return 0;
}
