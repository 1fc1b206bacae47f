/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/write_direct.h"

#include "memory/memory.h"
#include "parquet/write.h"

/*
 * The rows of a streamed result go chunk by chunk, as Arrow arrays, to our own writer. That takes
 * less CPU than COPY for a handful of rows and for millions (measured).
 */
#define ROW_GROUP_BYTES (INT64_C(32) << 20)
/* Below it a row group of ours could take more than DuckDB leaves; COPY writes then. */
#define ENOUGH_MEMORY (INT64_C(512) << 20)

/*
 * Types that DuckDB gives as Arrow, our writer writes and DuckDB reads again as they are. A UUID
 * would come as text, and of JSON the name would be lost; nested types are COPY's.
 */
static bool is_type_direct(duckdb_logical_type type)
{
    static const duckdb_type types[] = {
        DUCKDB_TYPE_BOOLEAN,      DUCKDB_TYPE_TINYINT,   DUCKDB_TYPE_SMALLINT,
        DUCKDB_TYPE_INTEGER,      DUCKDB_TYPE_BIGINT,    DUCKDB_TYPE_UTINYINT,
        DUCKDB_TYPE_UINTEGER,     DUCKDB_TYPE_USMALLINT, DUCKDB_TYPE_UBIGINT,
        DUCKDB_TYPE_FLOAT,        DUCKDB_TYPE_DOUBLE,    DUCKDB_TYPE_DECIMAL,
        DUCKDB_TYPE_VARCHAR,      DUCKDB_TYPE_BLOB,      DUCKDB_TYPE_DATE,
        DUCKDB_TYPE_TIME,         DUCKDB_TYPE_TIMESTAMP, DUCKDB_TYPE_TIMESTAMP_NS,
        DUCKDB_TYPE_TIMESTAMP_TZ,
    };
    AUTO(text_destroy) char *alias = duckdb_logical_type_get_alias(type);
    duckdb_type id = duckdb_get_type_id(type);
    for (size_t i = 0; alias == NULL && i < ARRAY_COUNT(types); i++)
        if (types[i] == id)
            return true;
    return false;
}

static bool is_asked(const struct parquet_options *options)
{
    bool has_memory =
        options->memory == NULL || memory_limit_of(options->memory).bytes >= ENOUGH_MEMORY;
    return options->field_numbers != NULL && options->compression == NULL &&
           !options->is_any_order && has_memory;
}

/* What parameters are is only known once the statement runs. */
static bool is_statement_direct(duckdb_prepared_statement statement,
                                const struct parquet_options *options)
{
    if (duckdb_prepared_statement_type(statement) != DUCKDB_STATEMENT_TYPE_SELECT ||
        duckdb_nparams(statement) > 0)
        return false;
    idx_t count = duckdb_prepared_statement_column_count(statement);
    for (idx_t i = 0; i < count; i++) {
        AUTO(type_destroy)
        duckdb_logical_type type = duckdb_prepared_statement_column_logical_type(statement, i);
        if (type == NULL || !is_type_direct(type))
            return false;
    }
    return count > 0 && count == options->column_count;
}

static int check_arrow(duckdb_error_data error, struct err *err)
{
    int rc = 0;
    if (duckdb_error_data_has_error(error))
        rc = duck_err(err, duckdb_error_data_message(error), NULL, 0, 0);
    duckdb_destroy_error_data(&error);
    return rc;
}

static int find_schema(duckdb_result *result, duckdb_arrow_options arrow,
                       const struct parquet_options *options, struct arena *arena,
                       struct ArrowSchema *ret_schema, struct err *err)
{
    idx_t count = options->column_count;
    duckdb_logical_type *types = ARENA_ARRAY(arena, duckdb_logical_type, count);
    const char **names = ARENA_ARRAY(arena, const char *, count);
    bool is_direct = true;
    for (idx_t i = 0; i < count; i++) {
        types[i] = duckdb_column_logical_type(result, i);
        names[i] = duckdb_column_name(result, i);
        is_direct &= is_type_direct(types[i]);
    }
    int rc = is_direct
                 ? check_arrow(duckdb_to_arrow_schema(arrow, types, names, count, ret_schema), err)
                 : err_set(err, ERR_INTERNAL, "the columns changed while the statement began");
    for (idx_t i = 0; i < count; i++)
        type_destroy(&types[i]);
    return rc;
}

static int make_layout(duckdb_result *result, duckdb_arrow_options arrow,
                       const struct parquet_options *options, struct arena *arena,
                       struct parquet_layout **ret_layout, struct err *err)
{
    struct parquet_layout_options layout = {.codec = PARQUET_ZSTD,
                                            .level = 1,
                                            .row_group_rows = options->row_group_rows,
                                            .row_group_bytes = ROW_GROUP_BYTES,
                                            .field_ids = options->field_numbers};
    struct ArrowSchema schema = {0};
    TRY(find_schema(result, arrow, options, arena, &schema, err));
    int rc = parquet_layout_new(&schema, &layout, ret_layout, err);
    if (schema.release != NULL)
        schema.release(&schema);
    return rc;
}

/* Takes the chunk, of which there is no use once its values are copied. */
static int write_chunk(duckdb_data_chunk chunk, duckdb_arrow_options arrow,
                       struct parquet_writer *writer, struct err *err)
{
    struct batch batch = {0};
    int rc = check_arrow(duckdb_data_chunk_to_arrow(arrow, chunk, &batch.array), err);
    duckdb_destroy_data_chunk(&chunk);
    if (rc == 0)
        rc = parquet_writer_add(writer, &batch.array, err);
    batch_release(&batch);
    return rc;
}

static int write_chunks(duckdb_result *result, struct sql_text text, duckdb_arrow_options arrow,
                        struct parquet_writer *writer, struct err *err)
{
    for (;;) {
        duckdb_data_chunk chunk = duckdb_fetch_chunk(*result);
        if (chunk == NULL)
            break;
        TRY(write_chunk(chunk, arrow, writer, err));
    }
    const char *message = duckdb_result_error(result);
    return message != NULL ? duck_err(err, message, text.sql, text.skip, text.len) : 0;
}

static int write_result(duckdb_result *result, struct sql_text text, const char *path,
                        const struct parquet_options *options, struct arena *arena,
                        struct parquet_stats *ret_stats, struct err *err)
{
    AUTO(parquet_layout_free) struct parquet_layout *layout = NULL;
    struct parquet_target target = {.path = path};
    struct parquet_written written = {0};
    duckdb_arrow_options arrow = duckdb_result_get_arrow_options(result);
    int rc = make_layout(result, arrow, options, arena, &layout, err);
    AUTO(parquet_writer_free) struct parquet_writer *writer = parquet_writer_new(options->memory);
    if (rc == 0)
        rc = parquet_writer_open(writer, layout, &target, err);
    if (rc == 0)
        rc = write_chunks(result, text, arrow, writer, err);
    duckdb_destroy_arrow_options(&arrow);
    TRY(rc);
    TRY(parquet_writer_close(writer, arena, &written, err));
    parquet_stats_of(&written, arena, ret_stats);
    return 0;
}

int write_direct(struct conn *conn, const char *select_sql, const char *path,
                 const struct parquet_options *options, struct arena *arena,
                 struct parquet_stats *ret_stats, struct err *err)
{
    AUTO(statement_destroy) duckdb_prepared_statement statement = NULL;
    duckdb_result result = {0};
    struct sql_text text = sql_plain(select_sql);
    /* What is wrong with the statement COPY tells as well. */
    if (!is_asked(options) || duck_prepare(conn, text, &statement, NULL) != 0 ||
        !is_statement_direct(statement, options))
        return 0;
    TRY(duck_execute(statement, true, text, &result, err));
    int rc = write_result(&result, text, path, options, arena, ret_stats, err);
    duckdb_destroy_result(&result);
    return rc == 0 ? 1 : -1;
}

void parquet_stats_of(const struct parquet_written *written, struct arena *arena,
                      struct parquet_stats *ret_stats)
{
    struct column_stats *columns = ARENA_ARRAY(arena, struct column_stats, written->column_count);
    for (size_t i = 0; i < written->column_count; i++) {
        const struct parquet_column_written *column = &written->columns[i];
        columns[i] = (struct column_stats){.path = column->path,
                                           .size_bytes = column->size_bytes,
                                           .value_count = column->value_count,
                                           .null_count = column->null_count,
                                           .min = column->min,
                                           .max = column->max,
                                           .contains_nan = column->contains_nan};
    }
    *ret_stats = (struct parquet_stats){.row_count = written->row_count,
                                        .size_bytes = written->size_bytes,
                                        .footer_bytes = written->footer_bytes,
                                        .columns = columns,
                                        .column_count = written->column_count};
}
