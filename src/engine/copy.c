/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/wrap.h"
#include "engine/write_direct.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * COPY … (RETURN_STATS) answers with one row: file name, rows, size, size of the footer, and the
 * statistics as MAP(VARCHAR, MAP(VARCHAR, VARCHAR)), column path → name → value.
 */
enum { COL_ROWS = 1, COL_SIZE, COL_FOOTER, COL_STATS };

/* The entries of one MAP: `keys` and `values` are the children, [begin, end) the entries. */
struct map_view {
    duckdb_vector keys, values;
    idx_t begin, end;
};

static struct map_view map_at(duckdb_vector map, idx_t row)
{
    const duckdb_list_entry *lists = duckdb_vector_get_data(map);
    duckdb_vector entries = duckdb_list_vector_get_child(map);
    return (struct map_view){
        .keys = duckdb_struct_vector_get_child(entries, 0),
        .values = duckdb_struct_vector_get_child(entries, 1),
        .begin = lists[row].offset,
        .end = lists[row].offset + lists[row].length,
    };
}

static char *string_at(duckdb_vector vector, idx_t row, struct arena *arena)
{
    if (vector_is_null(vector, row))
        return NULL;
    size_t len;
    const char *text = vector_string(vector, row, &len);
    /* A bound that cannot be told whole must not be told in part: a reader would prune by it. */
    return memchr(text, '\0', len) != NULL ? NULL : arena_strndup(arena, text, len);
}

/* "s"."b ""x"""."element" → s ␟ b "x" ␟ element */
static char *unquote_path(char *text)
{
    char *to = text;
    for (const char *at = text; *at != '\0';) {
        if (*at == '"') {
            for (at++; *at != '\0' && !(at[0] == '"' && at[1] != '"'); at++) {
                at += at[0] == '"'; /* a doubled quote is one */
                *to++ = *at;
            }
            at += *at == '"';
        } else {
            *to++ = *at == '.' ? '\x1f' : *at;
            at++;
        }
    }
    *to = '\0';
    return text;
}

static void set_stat(struct column_stats *stats, const char *name, char *value)
{
    if (value == NULL)
        return;
    if (str_eq(name, "column_size_bytes"))
        stats->size_bytes = strtoll(value, NULL, 10);
    else if (str_eq(name, "num_values"))
        stats->value_count = strtoll(value, NULL, 10);
    else if (str_eq(name, "null_count"))
        stats->null_count = strtoll(value, NULL, 10);
    else if (str_eq(name, "min"))
        stats->min = value;
    else if (str_eq(name, "max"))
        stats->max = value;
    else if (str_eq(name, "has_nan"))
        stats->contains_nan = str_eq(value, "true");
}

static void read_column(duckdb_vector map, idx_t row, struct arena *arena,
                        struct column_stats *stats)
{
    struct map_view view = map_at(map, row);
    for (idx_t i = view.begin; i < view.end; i++) {
        char name[32] = "";
        size_t len;
        const char *text = vector_string(view.keys, i, &len);
        if (len < sizeof(name)) {
            memcpy(name, text, len);
            set_stat(stats, name, string_at(view.values, i, arena));
        }
    }
}

static void read_columns(duckdb_vector map, struct arena *arena, struct parquet_stats *ret_stats)
{
    struct map_view view = map_at(map, 0);
    ret_stats->columns = ARENA_ARRAY(arena, struct column_stats, view.end - view.begin + 1);
    for (idx_t i = view.begin; i < view.end; i++) {
        struct column_stats *stats = &ret_stats->columns[ret_stats->column_count++];
        stats->path = unquote_path(string_at(view.keys, i, arena));
        stats->contains_nan = -1;
        read_column(view.values, i, arena, stats);
    }
}

static int64_t u64_at(duckdb_data_chunk chunk, idx_t column)
{
    const uint64_t *data = duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, column));
    return (int64_t)data[0];
}

static int read_stats(duckdb_result *result, struct arena *arena, struct parquet_stats *ret_stats,
                      struct err *err)
{
    duckdb_data_chunk chunk = duckdb_fetch_chunk(*result);
    *ret_stats = (struct parquet_stats){0};
    if (chunk == NULL || duckdb_data_chunk_get_column_count(chunk) <= COL_STATS) {
        if (chunk != NULL)
            duckdb_destroy_data_chunk(&chunk);
        return err_set(err, ERR_INTERNAL, "COPY gave no statistics");
    }
    if (duckdb_data_chunk_get_size(chunk) > 0) {
        ret_stats->row_count = u64_at(chunk, COL_ROWS);
        ret_stats->size_bytes = u64_at(chunk, COL_SIZE);
        ret_stats->footer_bytes = u64_at(chunk, COL_FOOTER);
        read_columns(duckdb_data_chunk_get_vector(chunk, COL_STATS), arena, ret_stats);
    }
    duckdb_destroy_data_chunk(&chunk);
    return 0;
}

static void append_copy_options(struct str *after, const char *path,
                                const struct parquet_options *options)
{
    str_append(after, ") TO ");
    str_append_literal(after, path);
    str_append(after, " (FORMAT parquet, RETURN_STATS, COMPRESSION ");
    str_append_literal(after, options->compression != NULL ? options->compression : "zstd");
    if (options->row_group_rows > 0)
        str_appendf(after, ", ROW_GROUP_SIZE %" PRId64, options->row_group_rows);
    if (options->field_ids != NULL)
        str_appendf(after, ", FIELD_IDS %s", options->field_ids);
    str_append(after, options->is_any_order ? ", PRESERVE_ORDER false)" : ")");
}

/*
 * To keep the order with several threads, COPY holds all rows that come of one row group of the
 * input until the group is through: 1.7 GB where unnesting made 17 million rows (measured), and
 * 90 MB for the same rows when it writes them as they come. It does so when some source cannot
 * number its batches, so one that never gives a row is put beside the query; rows travel as one
 * struct, as a UNION needs to know the number of columns.
 */
static const char in_order_before[] = "COPY (SELECT leat_row.* FROM ((SELECT leat_rows AS leat_row "
                                      "FROM (";
static const char in_order_after[] = ") AS leat_rows) UNION ALL (SELECT NULL FROM leat_nothing()))";

static int copy(struct conn *conn, const char *select_sql, const struct param *params,
                size_t param_count, const char *path, const struct parquet_options *options,
                struct arena *arena, struct parquet_stats *ret_stats, struct err *err)
{
    bool is_plain = options->is_any_order || conn->engine->threads == 1;
    AUTO(str_release) struct str after = STR_INIT(SQL_MAX_BYTES);
    AUTO(str_release) struct str buffer = STR_INIT(SQL_MAX_BYTES);
    str_append(&after, is_plain ? "" : in_order_after);
    append_copy_options(&after, path, options);
    struct sql_text text =
        sql_wrap(&buffer, is_plain ? "COPY (" : in_order_before, select_sql, str_text(&after));
    duckdb_result result = {0};
    TRY(duck_run(conn, text, params, param_count, &result, err));
    int rc = read_stats(&result, arena, ret_stats, err);
    duckdb_destroy_result(&result);
    return rc;
}

int conn_write_parquet(struct conn *conn, const char *select_sql, const struct param *params,
                       size_t param_count, const char *path, const struct parquet_options *options,
                       struct arena *arena, struct parquet_stats *ret_stats, struct err *err)
{
    static const struct parquet_options defaults;
    options = options != NULL ? options : &defaults;
    int written = write_direct(conn, select_sql, path, options, arena, ret_stats, err);
    if (written != 0)
        return written > 0 ? 0 : -1;
    return copy(conn, select_sql, params, param_count, path, options, arena, ret_stats, err);
}
