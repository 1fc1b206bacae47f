/* SPDX-License-Identifier: Apache-2.0 */
#include "base/instant.h"
#include "check/unit.h"
#include "connect/connect.h"
#include "engine/zones.h"

#include <stdatomic.h>
#include <string.h>

static const struct unit_table *given_table(const struct unit_test *test, const char *name)
{
    for (size_t i = 0; i < test->given_count; i++)
        if (str_eq(test->given[i].name, name))
            return &test->given[i];
    return NULL;
}

/* Every table of the test is one the model reads. */
static int check_given(const struct unit_run *run, struct err *err)
{
    const char **names = ARENA_ARRAY(run->arena, const char *, run->model->input_count + 1);
    for (size_t i = 0; i < run->model->input_count; i++)
        names[i] = run->project->nodes[run->model->inputs[i]].id;
    for (size_t i = 0; i < run->test->given_count; i++) {
        bool is_input = false;
        const char *name = run->test->given[i].name;
        for (size_t j = 0; j < run->model->input_count; j++)
            is_input = is_input || str_eq(names[j], name);
        if (is_input)
            continue;
        const char *nearest = nearest_name(name, names, run->model->input_count);
        err_set(err, ERR_CONFIG, "%s does not read \"%s\"", run->model->id, name);
        return nearest ? err_hint(err, "Did you mean \"%s\"?", nearest) : -1;
    }
    return 0;
}

/* An input the test says nothing of has no rows. */
static int make_input(const struct unit_run *run, const struct node *input, struct err *err)
{
    static const struct unit_table none = {.rows = "[]"};
    const struct unit_table *given = given_table(run->test, input->id);
    const struct unit_table *table = given ? given : &none;
    struct column_list columns = input->bound;
    AUTO(str_release) struct str name = STR_INIT(65536);
    if (columns.count == 0 && table->column_count == 0 && input->column_count == 0) {
        err_set(err, ERR_CONFIG, "the columns of %s are not known", input->id);
        return err_hint(
            err, "It was never read. Give it at least one row in \"given\", or run it once.");
    }
    if (columns.count == 0)
        TRY(unit_guess_columns(run, input, table, &columns, err));
    TRY(conn_execf(run->conn, err, "CREATE SCHEMA IF NOT EXISTS \"%s\"", input->schema));
    str_append_ident(&name, input->schema);
    char *schema = arena_strdup(run->arena, str_text(&name));
    str_append_char(&name, '.');
    str_append_ident(&name, input->name);
    TRY(unit_make_table(run, table, str_text(&name), columns, err));
    if (input->kind == NODE_SOURCE && input->source.format == FORMAT_SAMPLES)
        return series_macro_over_table(run->conn, schema, input->name, err);
    return 0;
}

static const char *test_param(const struct unit_test *test, const char *name)
{
    for (size_t i = 0; i < test->param_count; i++)
        if (str_eq(test->params[i].name, name))
            return test->params[i].value;
    return NULL;
}

/* $start and $end by the clock of the model's partitions; $end follows from $start when it is not said. */
static int make_interval(const struct unit_run *run, struct interval *ret_interval, struct err *err)
{
    const char *start = test_param(run->test, "start"), *end = test_param(run->test, "end");
    const struct zone *zone = NULL;
    if (!start) {
        err_set(err, ERR_CONFIG, "%s is partitioned, and the test says no \"start\"",
                run->model->id);
        return err_hint(err, "Write it below \"params\": {start: 2024-06-05}.");
    }
    TRY(zone_load(run->conn, run->model->model.timezone ? run->model->model.timezone : "UTC",
                  run->arena, &zone, err));
    TRY(instant_parse(start, zone, &ret_interval->start_us, err));
    ret_interval->end_us = period_next(run->model->model.every, zone, ret_interval->start_us);
    return end ? instant_parse(end, zone, &ret_interval->end_us, err) : 0;
}

static int make_params(const struct unit_run *run, struct param **ret_params, size_t *ret_count,
                       struct err *err)
{
    struct interval interval;
    bool is_partitioned = run->model->model.materialized == MATERIALIZED_PARTITIONED;
    if (is_partitioned)
        TRY(make_interval(run, &interval, err));
    *ret_count = project_sql_params(run->project, run->model, is_partitioned ? &interval : NULL,
                                    test_param(run->test, "last"), run->arena, ret_params);
    for (size_t i = 0; i < *ret_count; i++) {
        struct param *param = &(*ret_params)[i];
        const char *value = test_param(run->test, param->name);
        if (value && !str_eq(param->name, "start") && !str_eq(param->name, "end"))
            param->value = value;
    }
    return 0;
}

static int run_model(const struct unit_run *run, struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(UNIT_MAX_SQL_BYTES);
    AUTO(unit_free_result) struct result *result = NULL;
    struct param *params;
    size_t count;
    TRY(make_params(run, &params, &count, err));
    str_appendf(&sql, "CREATE TABLE \"leat actual\" AS %s", run->model->model.sql);
    if (conn_query(run->conn, str_text(&sql), params, count, &result, err) != 0)
        return err_context(err, "%s", run->model->id);
    return 0;
}

static int run_test(const struct unit_run *run, const char **ret_difference, struct err *err)
{
    struct column_list columns;
    TRY(check_given(run, err));
    for (size_t i = 0; i < run->model->input_count; i++)
        TRY(make_input(run, &run->project->nodes[run->model->inputs[i]], err));
    TRY(run_model(run, err));
    TRY(conn_describe(run->conn, "SELECT * FROM \"leat actual\"", NULL, 0, run->arena, &columns,
                      err));
    TRY(unit_make_table(run, &run->test->expect, "\"leat expected\"", columns, err));
    return unit_compare(run, columns, ret_difference, err);
}

static int fail_no_model(const struct project *project, const struct unit_test *test,
                         struct arena *arena, struct err *err)
{
    const char **names = ARENA_ARRAY(arena, const char *, project->node_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < project->node_count; i++)
        if (project->nodes[i].kind == NODE_MODEL)
            names[count++] = project->nodes[i].id;
    const char *nearest = nearest_name(test->model, names, count);
    err_set(err, ERR_CONFIG, "there is no model \"%s\"", test->model);
    return nearest ? err_hint(err, "Did you mean \"%s\"?", nearest) : -1;
}

/*
 * In a catalog of its own, so that the names of the models mean the rows of this test. Macros of the
 * engine are still found behind it.
 */
static int run_apart(const struct unit_run *run, struct unit_result *result, struct err *err)
{
    static _Atomic unsigned serial;
    unsigned number = serial++;
    char *home;
    TRY(conn_value(run->conn, "SELECT current_database()", run->arena, &home, err));
    TRY(conn_execf(run->conn, err, "ATTACH ':memory:' AS \"leat test %u\"", number));
    TRY(conn_execf(run->conn, err, "SET search_path = '\"leat test %u\".main,\"%s\".main'", number,
                   home));
    result->is_passed =
        run_test(run, &result->difference, &result->err) == 0 && !result->difference;
    return conn_execf(run->conn, err, "SET search_path = '\"%s\".main'; DETACH \"leat test %u\"",
                      home, number);
}

int unit_test_run(const struct project *project, const struct unit_test *test, struct conn *conn,
                  struct arena *arena, struct unit_result *ret_result, struct err *err)
{
    const struct node *model = project_node(project, test->model);
    struct unit_run run = {
        .project = project, .test = test, .model = model, .conn = conn, .arena = arena};
    struct unit_result result = {.test = test};
    if (!model || model->kind != NODE_MODEL)
        (void)fail_no_model(project, test, arena, &result.err);
    else
        TRY(run_apart(&run, &result, err));
    if (result.err.kind != ERR_NONE && result.err.where[0] == '\0' && test->place.file)
        err_where(&result.err, "%s:%d:%d", test->place.file, test->place.line, test->place.column);
    *ret_result = result;
    return 0;
}
