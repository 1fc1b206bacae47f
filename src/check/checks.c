/* SPDX-License-Identifier: Apache-2.0 */
#include "check/compile.h"

#include <string.h>

#define SAMPLE_ROWS 10
#define MAX_SAMPLE_BYTES ((size_t)64 << 10)

struct checking {
    const struct node *node;
    struct conn *conn;
    const struct param *params;
    size_t param_count;
    struct arena *arena;
    struct column_list columns;
    struct check_result *results; /* one per check of the node */
    int64_t row_count;
};

static void free_result(struct result **result)
{
    if (*result)
        result_free(*result);
}

/* The first row of a query that gives one. */
static int query_row(const struct checking *checking, const char *sql, struct result **ret_result,
                     struct err *err)
{
    AUTO(free_result) struct result *result = NULL;
    TRY(conn_query(checking->conn, sql, checking->params, checking->param_count, &result, err));
    int got = result_next(result, err);
    if (got < 0)
        return -1;
    if (got == 0)
        return err_set(err, ERR_INTERNAL, "a check's query gave no row");
    *ret_result = TAKE(result);
    return 0;
}

/* All checks that look at one row at a time, and the number of rows, in one scan. */
static int scan(struct checking *checking, struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(CHECK_MAX_SQL_BYTES);
    AUTO(free_result) struct result *row = NULL;
    str_append(&sql, "SELECT count(*)");
    for (size_t i = 0; i < checking->node->check_count; i++) {
        const struct check *check = &checking->node->checks[i];
        if (!check_is_per_row(check))
            continue;
        str_append(&sql, ", count_if(");
        TRY(check_append_condition(&sql, check, checking->columns, checking->arena, err));
        str_append(&sql, ")");
    }
    str_append(&sql, " FROM this");
    if (sql.is_failed)
        return err_set(err, ERR_CONFIG, "the checks of \"%s\" are too long", checking->node->id);
    TRY(query_row(checking, str_text(&sql), &row, err));
    checking->row_count = result_i64(row, 0);
    for (size_t i = 0, column = 1; i < checking->node->check_count; i++)
        if (check_is_per_row(&checking->node->checks[i]))
            checking->results[i].failure_count = result_i64(row, column++);
    return 0;
}

/* Groups of rows that agree in all columns. As in SQL, rows with a null in one of them are equal to none. */
static void append_groups(struct str *sql, const struct check *check, const char *what)
{
    str_appendf(sql, "SELECT %s FROM this WHERE ", what);
    for (size_t i = 0; i < check->column_count; i++) {
        str_append(sql, i ? " AND " : "");
        str_append_ident(sql, check->columns[i]);
        str_append(sql, " IS NOT NULL");
    }
    str_append(sql, " GROUP BY ");
    check_append_names(sql, check);
    str_append(sql, " HAVING count(*) > 1");
}

static int run_unique(struct checking *checking, const struct check *check,
                      struct check_result *result, struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(CHECK_MAX_SQL_BYTES), names = STR_INIT(65536);
    AUTO(free_result) struct result *row = NULL;
    str_append(&sql, "SELECT count(*), CAST(coalesce(sum(n), 0) AS BIGINT) FROM (");
    append_groups(&sql, check, "count(*) AS n");
    str_append(&sql, ")");
    TRY(query_row(checking, str_text(&sql), &row, err));
    result->failure_count = result_i64(row, 0);
    check_append_names(&names, check);
    result->message = arena_printf(
        checking->arena, "%lld %s of %s %s more than once, in %lld of %lld rows",
        (long long)result->failure_count, result->failure_count == 1 ? "value" : "values",
        str_text(&names), result->failure_count == 1 ? "occurs" : "occur",
        (long long)result_i64(row, 1), (long long)checking->row_count);
    return 0;
}

static void run_rows(struct checking *checking, const struct check *check,
                     struct check_result *result)
{
    int64_t rows = checking->row_count;
    if (check->min_rows >= 0 && rows < check->min_rows) {
        result->failure_count = check->min_rows - rows;
        result->message = arena_printf(checking->arena, "found %lld rows, expected at least %lld",
                                       (long long)rows, (long long)check->min_rows);
    } else if (check->max_rows >= 0 && rows > check->max_rows) {
        result->failure_count = rows - check->max_rows;
        result->message = arena_printf(checking->arena, "found %lld rows, expected at most %lld",
                                       (long long)rows, (long long)check->max_rows);
    }
}

/* The user's query without a last semicolon, which could not stand in parentheses. */
static char *own_query(const struct check *check, struct arena *arena)
{
    size_t len = strlen(check->text);
    while (len > 0 && (check->text[len - 1] == ';' || (unsigned char)check->text[len - 1] <= ' '))
        len--;
    return arena_strndup(arena, check->text, len);
}

static int run_sql(struct checking *checking, const struct check *check,
                   struct check_result *result, struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(CHECK_MAX_SQL_BYTES);
    AUTO(free_result) struct result *row = NULL;
    str_appendf(&sql, "SELECT count(*) FROM (%s\n)", own_query(check, checking->arena));
    TRY(query_row(checking, str_text(&sql), &row, err));
    result->failure_count = result_i64(row, 0);
    result->message = arena_printf(checking->arena, "%lld %s given by the query of the check",
                                   (long long)result->failure_count,
                                   result->failure_count == 1 ? "row was" : "rows were");
    return 0;
}

static const char *row_message(const struct checking *checking, const struct check *check,
                               int64_t failures)
{
    AUTO(str_release) struct str text = STR_INIT(CHECK_MAX_SQL_BYTES);
    str_appendf(&text, "%lld of %lld rows %s ", (long long)failures, (long long)checking->row_count,
                failures == 1 ? "has" : "have");
    if (check->kind == CHECK_MIN || check->kind == CHECK_MAX)
        str_appendf(&text, "a value %s %s in ", check->kind == CHECK_MIN ? "below" : "above",
                    check->values[0]);
    else
        str_append(&text, check->kind == CHECK_NOT_NULL ? "no value in " : "a value in ");
    check_append_names(&text, check);
    if (check->kind == CHECK_ACCEPTED)
        str_append(&text, " that is not accepted");
    else if (check->kind == CHECK_PATTERN)
        str_appendf(&text, " that does not match %s", check->text);
    return arena_strdup(checking->arena, str_text(&text));
}

static int append_sample_query(struct str *sql, const struct checking *checking,
                               const struct check *check, struct err *err)
{
    str_append(sql, "SELECT to_json(\"leat row\") FROM (");
    if (check->kind == CHECK_UNIQUE) {
        AUTO(str_release) struct str names = STR_INIT(65536);
        check_append_names(&names, check);
        str_append(&names, ", count(*) AS rows");
        append_groups(sql, check, str_text(&names));
        str_append(sql, " ORDER BY count(*) DESC, ");
        check_append_names(sql, check);
    } else if (check->kind == CHECK_SQL) {
        str_append(sql, own_query(check, checking->arena));
    } else {
        str_append(sql, "SELECT * FROM this WHERE ");
        TRY(check_append_condition(sql, check, checking->columns, checking->arena, err));
    }
    str_appendf(sql, "\n) AS \"leat row\" LIMIT %d", SAMPLE_ROWS);
    return 0;
}

/* The first failing rows; rows too large to show are left out. */
static int take_samples(struct checking *checking, const struct check *check,
                        struct check_result *result, struct err *err)
{
    AUTO(str_release)
    struct str sql = STR_INIT(CHECK_MAX_SQL_BYTES), json = STR_INIT(MAX_SAMPLE_BYTES + 1);
    AUTO(free_result) struct result *rows = NULL;
    TRY(append_sample_query(&sql, checking, check, err));
    TRY(conn_query(checking->conn, str_text(&sql), checking->params, checking->param_count, &rows,
                   err));
    int got;
    while ((got = result_next(rows, err)) > 0) {
        const char *row = result_text(rows, 0);
        if (!row || json.len + strlen(row) + 2 > MAX_SAMPLE_BYTES)
            continue;
        str_append(&json, json.len ? "," : "[");
        str_append(&json, row);
    }
    if (json.len > 0) {
        str_append(&json, "]");
        result->samples = arena_strdup(checking->arena, str_text(&json));
    }
    return got;
}

static int run_check(struct checking *checking, const struct check *check,
                     struct check_result *result, struct err *err)
{
    if (check->kind == CHECK_UNIQUE)
        TRY(run_unique(checking, check, result, err));
    else if (check->kind == CHECK_SQL)
        TRY(run_sql(checking, check, result, err));
    else if (check->kind == CHECK_ROWS)
        run_rows(checking, check, result);
    else
        result->message = row_message(checking, check, result->failure_count);
    if (result->failure_count == 0)
        result->message = NULL;
    else if (check->kind != CHECK_ROWS)
        TRY(take_samples(checking, check, result, err));
    return 0;
}

int checks_run(const struct node *node, struct conn *conn, const struct param *params,
               size_t param_count, struct arena *arena, struct check_results *ret_results,
               struct err *err)
{
    struct checking checking = {
        .node = node, .conn = conn, .params = params, .param_count = param_count, .arena = arena};
    struct check_results results = {.count = node->check_count};
    results.items = checking.results =
        ARENA_ARRAY(arena, struct check_result, node->check_count + 1);
    TRY(conn_describe(conn, "SELECT * FROM this", NULL, 0, arena, &checking.columns, err));
    TRY(scan(&checking, err));
    for (size_t i = 0; i < node->check_count; i++) {
        const struct check *check = &node->checks[i];
        results.items[i].check = check;
        if (run_check(&checking, check, &results.items[i], err) != 0) {
            err_context(err, "check \"%s\"", check->name);
            return check_fail(check, err);
        }
        if (results.items[i].failure_count > 0 && check->severity == SEVERITY_ERROR)
            results.error_count++;
        else if (results.items[i].failure_count > 0)
            results.warn_count++;
    }
    *ret_results = results;
    return 0;
}
