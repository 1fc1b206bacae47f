/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/parquet_schema.h"
#include "connect/series_bounds.h"
#include "connect/series_facts.h"
#include "parquet/read.h"

/* The samples of series as SQL: (time, series, value), read by the engine from the files. */

#define MAX_SQL_BYTES ((size_t)256 << 20)

static const struct parquet_node *find_node(const struct parquet_file *file, const char *name)
{
    int32_t leaf = parquet_find_column(file, name);
    const struct parquet_footer *footer = parquet_footer(file);
    return leaf < 0 ? NULL : &footer->nodes[footer->leaves[leaf]];
}

static void append_time(struct str *sql, const struct parquet_node *node,
                        const struct series_layout *layout)
{
    bool is_timestamp = node->logical.kind == PARQUET_LOGICAL_TIMESTAMP;
    str_append(sql, is_timestamp ? "p." : "make_timestamptz(p.");
    str_append_ident(sql, layout->time);
    if (!is_timestamp)
        str_appendf(sql, " * %lld)", (long long)layout->tick_us);
    else if (!node->logical.is_adjusted_to_utc)
        str_append(sql, " AT TIME ZONE 'UTC'");
}

static int append_join(struct str *sql, const struct parquet_file *file,
                       const struct series_layout *layout, const char *registry, struct err *err)
{
    str_append(sql, " AS p JOIN (SELECT *");
    for (size_t i = 0; i < layout->label_count; i++) {
        str_append(sql, ", labels ->> ");
        str_append_literal(sql, layout->labels[i]);
        str_appendf(sql, " AS \"leat label %zu\"", i);
    }
    str_appendf(sql, " FROM %s) AS s ON ", registry);
    for (size_t i = 0; i < layout->label_count; i++) {
        const struct parquet_node *node = find_node(file, layout->labels[i]);
        if (node == NULL)
            return err_set(err, ERR_CONFIG, "the files have no label column \"%s\"",
                           layout->labels[i]);
        str_append(sql, i > 0 ? " AND s." : "s.");
        if (node->max_repetition == 0) {
            str_appendf(sql, "\"leat label %zu\" IS NOT DISTINCT FROM p.", i);
            str_append_ident(sql, layout->labels[i]);
        } else {
            str_append_ident(sql, layout->labels[i]);
            str_append(sql, " IS NOT DISTINCT FROM list_sort(p.");
            str_append_ident(sql, layout->labels[i]);
            str_append(sql, ")");
        }
    }
    return 0;
}

/* Rows that are rejects have no place in the view: a time out of all range could not even be an instant. */
static void append_is_sample(struct str *sql, const struct parquet_node *time,
                             const struct series_layout *layout)
{
    int64_t lowest;
    int64_t highest;
    series_tick_bounds(layout->tick_us, &lowest, &highest);
    str_append(sql, " WHERE p.");
    str_append_ident(sql, layout->time);
    if (time->logical.kind == PARQUET_LOGICAL_TIMESTAMP)
        str_append(sql, " IS NOT NULL AND p.");
    else
        str_appendf(sql, " BETWEEN %lld AND %lld AND p.", (long long)lowest, (long long)highest);
    str_append_ident(sql, layout->value);
    str_append(sql, " IS NOT NULL");
}

static int append_select(struct str *sql, const struct source_plan *plan,
                         const struct parquet_file *file, const struct series_layout *layout,
                         const char *registry, struct err *err)
{
    const struct parquet_node *time = find_node(file, layout->time);
    if (time == NULL)
        return err_set(err, ERR_CONFIG, "the files have no time column \"%s\"", layout->time);
    str_append(sql, "SELECT * FROM (SELECT ");
    append_time(sql, time, layout);
    str_append(sql, " AS time, s.series AS series, p.");
    str_append_ident(sql, layout->value);
    str_append(sql, " AS value FROM read_parquet(");
    TRY(series_append_files(sql, plan, err));
    str_append(sql, ", hive_partitioning = false)");
    TRY(append_join(sql, file, layout, registry, err));
    append_is_sample(sql, time, layout);
    str_append(sql, ") WHERE true"); /* outside, where `time` can only be that of the sample */
    return 0;
}

int series_macro_create(const struct source_spec *spec, const struct source_plan *plan,
                        const struct series_names *names, struct memory *memory, struct conn *conn,
                        struct err *err)
{
    AUTO(parquet_close) struct parquet_file *file = NULL;
    AUTO(str_release) struct str sql = STR_INIT(MAX_SQL_BYTES);
    const char *foreign = NULL;
    TRY(parquet_open(plan->files[0].path, memory, &file, &foreign, err));
    if (file == NULL)
        return series_foreign(plan->files[0].path, foreign, err);
    series_append_head(&sql, names->schema, names->samples);
    TRY(append_select(&sql, plan, file, spec->series, names->registry, err));
    series_append_bounds(&sql);
    if (sql.is_failed)
        return err_set(err, ERR_MEMORY_LIMIT, "the paths of %zu files are too long",
                       plan->file_count);
    return conn_exec(conn, str_text(&sql), err);
}
