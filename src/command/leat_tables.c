/* SPDX-License-Identifier: Apache-2.0 */
#include "command/leat_tables.h"

#include <inttypes.h>

enum { ALL_RUNS = 1000000, BATCH_ROWS = 500, SQL_MAX = 64 * 1024 * 1024 };

/* Rows of one table on their way as INSERT statements of some hundred rows. */
struct filler {
    struct conn *conn;
    const char *table;
    struct str sql;
    size_t row_count;
    bool is_first_cell;
};

static int flush(struct filler *filler, struct err *err)
{
    if (filler->row_count == 0)
        return 0;
    if (filler->sql.is_failed)
        return err_set(err, ERR_INTERNAL, "the rows of %s are too long", filler->table);
    int result = conn_exec(filler->conn, str_text(&filler->sql), err);
    str_clear(&filler->sql);
    filler->row_count = 0;
    return result;
}

static void begin_row(struct filler *filler)
{
    if (filler->row_count == 0)
        str_appendf(&filler->sql, "INSERT INTO leat.%s VALUES (", filler->table);
    else
        str_append(&filler->sql, ", (");
    filler->is_first_cell = true;
}

static void separate(struct filler *filler)
{
    str_append(&filler->sql, filler->is_first_cell ? "" : ", ");
    filler->is_first_cell = false;
}

static void add_text(struct filler *filler, const char *text)
{
    separate(filler);
    if (text == NULL)
        str_append(&filler->sql, "NULL");
    else
        str_append_literal(&filler->sql, text);
}

static void add_number(struct filler *filler, int64_t value)
{
    separate(filler);
    str_appendf(&filler->sql, "%" PRId64, value);
}

/* 0 is no time. */
static void add_time(struct filler *filler, int64_t us)
{
    separate(filler);
    if (us == 0)
        str_append(&filler->sql, "NULL");
    else
        str_appendf(&filler->sql, "make_timestamptz(%" PRId64 ")", us);
}

static int end_row(struct filler *filler, struct err *err)
{
    str_append_char(&filler->sql, ')');
    filler->row_count++;
    return filler->row_count < BATCH_ROWS ? 0 : flush(filler, err);
}

static int fill_runs(struct session *session, struct filler *filler, struct err *err)
{
    struct run_list runs = {0};
    TRY(journal_runs(session->journal, ALL_RUNS, &session->arena, &runs, err));
    for (size_t i = 0; i < runs.count; i++) {
        const struct run_row *run = &runs.items[i];
        begin_row(filler);
        add_text(filler, run->run_id);
        add_time(filler, run->started_us);
        add_time(filler, run->finished_us);
        add_text(filler, run->state);
        add_text(filler, run->command);
        add_number(filler, run->node_count);
        add_number(filler, run->failed_count);
        add_number(filler, run->peak_bytes);
        add_number(filler, run->snapshot_id);
        TRY(end_row(filler, err));
    }
    return flush(filler, err);
}

static int fill_nodes(struct session *session, struct filler *filler, struct err *err)
{
    struct run_node_list nodes = {0};
    TRY(journal_run_nodes(session->journal, NULL, &session->arena, &nodes, err));
    for (size_t i = 0; i < nodes.count; i++) {
        const struct run_node_row *node = &nodes.items[i];
        begin_row(filler);
        add_text(filler, node->run_id);
        add_text(filler, node->node);
        add_text(filler, node->partition);
        add_text(filler, node->state);
        add_text(filler, node->reason);
        add_text(filler, node->error);
        add_time(filler, node->started_us);
        add_time(filler, node->finished_us);
        add_number(filler, node->rows_in);
        add_number(filler, node->rows_out);
        add_number(filler, node->rows_rejected);
        TRY(end_row(filler, err));
    }
    return flush(filler, err);
}

static int fill_inputs(struct session *session, struct filler *filler, struct err *err)
{
    struct input_list inputs = {0};
    TRY(lake_inputs_load(session->lake, NULL, &session->arena, &inputs, err));
    for (size_t i = 0; i < inputs.count; i++) {
        const struct input_file *file = &inputs.items[i];
        begin_row(filler);
        add_text(filler, file->source);
        add_text(filler, file->path);
        add_number(filler, file->id.size_bytes);
        add_time(filler, file->id.mtime_ns / 1000);
        add_time(filler, file->indexed_us);
        add_number(filler, file->row_count);
        add_text(filler, file->min_time);
        add_text(filler, file->max_time);
        add_text(filler, file->hash);
        TRY(end_row(filler, err));
    }
    return flush(filler, err);
}

static int fill_outputs(struct session *session, struct filler *filler, struct err *err)
{
    struct delivered_list files = {0};
    TRY(lake_delivered_load(session->lake, NULL, &session->arena, &files, err));
    for (size_t i = 0; i < files.count; i++) {
        const struct delivered_file *file = &files.items[i];
        begin_row(filler);
        add_text(filler, file->node);
        add_text(filler, file->path);
        add_number(filler, file->id.size_bytes);
        add_number(filler, file->row_count);
        add_text(filler, file->hash);
        add_text(filler, file->run_id);
        TRY(end_row(filler, err));
    }
    return flush(filler, err);
}

static const struct {
    const char *name, *columns;
    int (*fill)(struct session *session, struct filler *filler, struct err *err);
} tables[] = {
    {"runs",
     "run_id VARCHAR, started_at TIMESTAMPTZ, finished_at TIMESTAMPTZ, state VARCHAR, "
     "command VARCHAR, node_count BIGINT, failed_count BIGINT, peak_bytes BIGINT, "
     "snapshot_id BIGINT",
     fill_runs},
    {"run_nodes",
     "run_id VARCHAR, node VARCHAR, \"partition\" VARCHAR, state VARCHAR, reason VARCHAR, "
     "error VARCHAR, started_at TIMESTAMPTZ, finished_at TIMESTAMPTZ, rows_in BIGINT, "
     "rows_out BIGINT, rows_rejected BIGINT",
     fill_nodes},
    {"inputs",
     "source VARCHAR, path VARCHAR, size_bytes BIGINT, modified_at TIMESTAMPTZ, "
     "indexed_at TIMESTAMPTZ, row_count BIGINT, min_time VARCHAR, max_time VARCHAR, hash VARCHAR",
     fill_inputs},
    {"outputs",
     "node VARCHAR, path VARCHAR, size_bytes BIGINT, row_count BIGINT, hash VARCHAR, "
     "run_id VARCHAR",
     fill_outputs},
};

int leat_tables_create(struct session *session, struct conn *conn, bool has_rows, struct err *err)
{
    TRY(conn_exec(conn, "CREATE SCHEMA IF NOT EXISTS leat", err));
    for (size_t i = 0; i < ARRAY_COUNT(tables); i++) {
        struct filler filler = {.conn = conn, .table = tables[i].name, .sql = STR_INIT(SQL_MAX)};
        int result =
            conn_execf(conn, err, "CREATE TABLE leat.%s (%s)", tables[i].name, tables[i].columns);
        if (result == 0 && has_rows)
            result = tables[i].fill(session, &filler, err);
        str_release(&filler.sql);
        TRY(result);
    }
    return 0;
}
