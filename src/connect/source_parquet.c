/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/parquet_footer.h"
#include "connect/parquet_schema.h"
#include "connect/source.h"
#include "connect/source_index.h"

#include <stdlib.h>

#define MAX_SQL_BYTES ((size_t)256 << 20)

/* How the range of a time column is written down: so that instant_parse() reads it. */
static const char *time_format(const char *type)
{
    if (str_eq(type, "TIMESTAMP WITH TIME ZONE"))
        return "strftime(%s, '%%Y-%%m-%%dT%%H:%%M:%%S.%%fZ')";
    if (str_starts(type, "TIMESTAMP"))
        return "strftime(CAST(%s AS TIMESTAMP), '%%Y-%%m-%%dT%%H:%%M:%%S.%%f')";
    return "CAST(%s AS VARCHAR)";
}

/* min() or max() over row groups, null unless all of them know theirs. */
static void append_bound(struct str *sql, const char *function, const char *type)
{
    AUTO(str_release) struct str value = STR_INIT(1000);
    str_appendf(&value, "%s(TRY_CAST(stats_%s_value AS %s)) FILTER (is_time)", function, function,
                type);
    str_appendf(
        sql,
        ", CASE WHEN count(*) FILTER (is_time) = count(TRY_CAST(stats_%s_value AS %s)) FILTER (is_time) THEN ",
        function, type);
    str_appendf(sql, time_format(type), str_text(&value));
    str_append(sql, " END");
}

static int check_time(const struct source_spec *spec, struct column_list columns,
                      struct arena *arena, const struct column **ret_column, struct err *err)
{
    const char **names = ARENA_ARRAY(arena, const char *, columns.count);
    for (size_t i = 0; i < columns.count; i++) {
        names[i] = columns.items[i].name;
        if (str_eq(names[i], spec->time)) {
            *ret_column = &columns.items[i];
            return 0;
        }
    }
    const char *nearest = nearest_name(spec->time, names, columns.count);
    err_set(err, ERR_CONFIG, "source %s has no column \"%s\", which `time` names", spec->name,
            spec->time);
    return nearest ? err_hint(err, "Did you mean \"%s\"?", nearest) : -1;
}

/* Rows and the range of the time column, from the footers of the new files. */
static int read_facts(const struct source_spec *spec, struct file_index *index,
                      struct column_list columns, struct conn *conn, struct arena *arena,
                      struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(MAX_SQL_BYTES);
    const struct column *time = NULL;
    if (spec->time)
        TRY(check_time(spec, columns, arena, &time, err));
    str_append(&sql, "SELECT file_name, sum(row_group_num_rows) FILTER (column_id = 0)");
    if (time) {
        append_bound(&sql, "min", time->type_text);
        append_bound(&sql, "max", time->type_text);
    }
    str_append(&sql, " FROM (SELECT *, path_in_schema = ");
    str_append_literal(&sql, spec->time ? spec->time : "");
    str_append(&sql, " AS is_time FROM parquet_metadata(");
    parquet_append_list(&sql, &index->plan, index->new_files, index->new_count);
    str_append(&sql, ")) GROUP BY file_name");
    if (sql.is_failed)
        return err_set(err, ERR_MEMORY_LIMIT, "the paths of %zu files are too long",
                       index->new_count);
    struct map by_path;
    map_init(&by_path, arena);
    for (size_t i = 0; i < index->new_count; i++) {
        struct input_file *file = &index->plan.files[index->new_files[i]];
        map_put(&by_path, file->path, file);
    }
    AUTO(parquet_result_free) struct result *result = NULL;
    TRY(conn_query(conn, str_text(&sql), NULL, 0, &result, err));
    int got;
    while ((got = result_next(result, err)) > 0) {
        struct input_file *file = map_get(&by_path, result_text(result, 0));
        if (!file)
            return err_set(err, ERR_INTERNAL, "the engine read \"%s\", which is not in the plan",
                           result_text(result, 0));
        const char *rows = result_text(result, 1);
        file->row_count = rows ? strtoll(rows, NULL, 10) : 0; /* no row group: no rows */
        if (time) {
            file->min_time = arena_strdup(arena, result_text(result, 2));
            file->max_time = arena_strdup(arena, result_text(result, 3));
        }
    }
    return got;
}

static int plan_parquet(const struct source_spec *spec, const struct input_list *known,
                        const struct conn_opener *opener, struct arena *arena,
                        struct source_plan *ret_plan, struct err *err)
{
    struct file_index index;
    TRY(file_index_list(spec, known, arena, &index, err));
    for (size_t i = 0; i < index.new_count; i++) {
        struct input_file *file = &index.plan.files[index.new_files[i]];
        struct hash hash;
        TRY(parquet_footer_hash(file->path, &hash, err));
        file->hash = arena_strdup(arena, hash.hex);
    }
    if (index.new_count > 0) {
        struct column_list columns;
        struct conn *conn;
        TRY(opener->open(opener->context, &conn, err));
        TRY(parquet_check_schemas(&index.plan, index.new_files, index.new_count, conn, arena,
                                  &columns, err));
        TRY(read_facts(spec, &index, columns, conn, arena, err));
    }
    file_index_finish(&index);
    *ret_plan = index.plan;
    return 0;
}

static int columns_parquet(const struct source_spec *spec, const struct source_plan *plan,
                           struct conn *conn, struct arena *arena, struct column_list *ret_columns,
                           struct err *err)
{
    (void)spec;
    return parquet_describe(plan, 0, conn, arena, ret_columns, err);
}

static int64_t count_rows(struct source_reading *reading)
{
    return *(const int64_t *)reading->context;
}

static int read_parquet(const struct source_spec *spec, const struct source_plan *plan,
                        struct engine *engine, struct conn *conn, struct memory *memory,
                        int threads, struct arena *arena, struct source_reading **ret_reading,
                        struct err *err)
{
    (void)memory; /* the engine's own share */
    (void)threads;
    struct column_list columns;
    TRY(columns_parquet(spec, plan, conn, arena, &columns, err));
    AUTO(str_release) struct str sql = STR_INIT(MAX_SQL_BYTES);
    for (size_t i = 0; i < columns.count; i++) {
        str_append(&sql, i ? ", " : "SELECT ");
        str_append_ident(&sql, columns.items[i].name);
    }
    str_append(&sql, " FROM read_parquet(");
    parquet_append_list(&sql, plan, NULL, plan->file_count);
    str_append(&sql, ", hive_partitioning = false)");
    if (sql.is_failed)
        return err_set(err, ERR_MEMORY_LIMIT, "the paths of %zu files are too long",
                       plan->file_count);
    struct source_reading *reading = ARENA_NEW(arena, struct source_reading);
    int64_t *row_count = ARENA_NEW(arena, int64_t);
    for (size_t i = 0; i < plan->file_count; i++)
        *row_count += plan->files[i].row_count;
    reading->parts = ARENA_NEW(arena, struct reading_part);
    reading->part_count = 1;
    reading->parts[0].select_sql = arena_strdup(arena, str_text(&sql));
    reading->total_bytes = plan->total_bytes;
    reading->engine = engine;
    reading->context = row_count;
    reading->rows_in = count_rows;
    *ret_reading = reading;
    return 0;
}

const struct source_ops source_parquet = {
    .format = "parquet", .plan = plan_parquet, .columns = columns_parquet, .read = read_parquet};
