/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/output.h"

#include <string.h>

#define MAX_NAME_BYTES 255

static void free_result(struct result **result)
{
    if (*result)
        result_free(*result);
}

int output_check_value(const char *column, const char *value, struct err *err)
{
    const char *why = NULL;
    if (*value == '\0')
        why = "it is empty";
    else if (strchr(value, '/'))
        why = "it holds \"/\"";
    else if (*value == '.')
        why = "it begins with a dot";
    else if (strstr(value, ".."))
        why = "it holds \"..\"";
    else if (strlen(value) > MAX_NAME_BYTES)
        why = "it is longer than 255 bytes";
    for (const char *p = value; !why && *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7F)
            why = "it holds a control character";
    if (!why)
        return 0;
    err_set(err, ERR_DATA, "the value \"%.200s\" of column \"%s\" cannot be part of a path: %s",
            value, column, why);
    return err_hint(
        err, "Make a column for the path in the model, with such values left out or rewritten.");
}

/* "leat output": the model's rows by path, and within a path in their order (or the one asked for). */
static int make_table(const struct output_job *job, const char *select_sql, struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(2 * OUTPUT_MAX_SQL_BYTES);
    str_append(&sql,
               "CREATE OR REPLACE TEMP TABLE \"leat output\" AS SELECT * EXCLUDE (\"leat row\"), ");
    for (size_t i = 0; i < job->template.count; i++) {
        str_append(&sql, i ? " || " : "");
        template_append_part(&sql, &job->template.parts[i], job->spec->timezone);
    }
    str_appendf(
        &sql,
        " AS \"leat path\" FROM (SELECT *, row_number() OVER () AS \"leat row\" FROM (%s\n)) ORDER BY "
        "\"leat path\", ",
        select_sql);
    if (job->spec->order_by)
        str_appendf(&sql, "%s, ", job->spec->order_by);
    str_append(&sql, "\"leat row\"");
    if (sql.is_failed)
        return err_set(err, ERR_CONFIG, "the output's query is too long");
    return conn_exec(job->conn, str_text(&sql), err);
}

/* One row per path: path, folded path, rows, whether it holds control bytes, the values of its parts. */
static int query_paths(const struct output_job *job, struct result **ret_result, struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(OUTPUT_MAX_SQL_BYTES);
    str_append(
        &sql,
        "SELECT \"leat path\", lower(nfc_normalize(\"leat path\")), min(rowid), max(rowid), count(*), "
        "regexp_matches(\"leat path\", '[\\x00-\\x1f\\x7f]')");
    for (size_t i = 0; i < job->template.count; i++) {
        if (job->template.parts[i].kind == TEMPLATE_TEXT)
            continue;
        str_append(&sql, ", ");
        template_append_part(&sql, &job->template.parts[i], job->spec->timezone);
    }
    str_append(&sql, " FROM \"leat output\" GROUP BY ALL ORDER BY min(rowid)");
    return conn_query(job->conn, str_text(&sql), NULL, 0, ret_result, err);
}

static int check_parts(const struct output_job *job, struct result *row, struct err *err)
{
    size_t column = 6;
    for (size_t i = 0; i < job->template.count; i++) {
        const struct template_part *part = &job->template.parts[i];
        if (part->kind == TEMPLATE_TEXT)
            continue;
        const char *value = result_text(row, column++);
        if (!value) {
            err_set(err, ERR_DATA,
                    "column \"%s\" has no %svalue in %lld rows, but is part of the path \"%s\"",
                    part->column, part->kind == TEMPLATE_TIME ? "(finite) " : "",
                    (long long)result_i64(row, 4), job->spec->path);
            return err_hint(err, "Leave such rows out in the model, or give them a value.");
        }
        if (part->kind == TEMPLATE_VALUE)
            TRY(output_check_value(part->column, value, err));
    }
    if (result_i64(row, 5) != 0)
        return err_set(err, ERR_DATA, "a value in the path \"%s\" holds a control character",
                       result_text(row, 0));
    return 0;
}

static int check_segments(const char *path, struct err *err)
{
    for (const char *at = path; *at;) {
        size_t len = strcspn(at, "/");
        if (len > MAX_NAME_BYTES)
            return err_set(err, ERR_DATA, "a name in the path \"%.200s…\" is longer than 255 bytes",
                           path);
        at += len + (at[len] == '/');
    }
    return 0;
}

/* Two paths that are one to a file system that does not tell upper from lower case (macOS, Windows), or to all. */
static int check_unique(struct map *by_folded, const char *folded, const char *path,
                        struct err *err)
{
    const char *other = map_get(by_folded, folded);
    map_put(by_folded, folded, (void *)path);
    if (!other)
        return 0;
    if (str_eq(other, path))
        err_set(err, ERR_DATA, "different values give one path, \"%s\"", path);
    else
        err_set(err, ERR_DATA, "the paths \"%s\" and \"%s\" differ in upper and lower case only",
                other, path);
    return err_hint(err, "Make the parts of the path differ, or give them folders of their own.");
}

int output_sort(const struct output_job *job, const char *select_sql,
                struct output_groups *ret_groups, struct err *err)
{
    struct map by_folded;
    map_init(&by_folded, job->arena);
    AUTO(free_result) struct result *row = NULL;
    TRY(make_table(job, select_sql, err));
    TRY(query_paths(job, &row, err));
    int got;
    while ((got = result_next(row, err)) > 0) {
        TRY(check_parts(job, row, err));
        struct output_group group = {.path = arena_strdup(job->arena, result_text(row, 0)),
                                     .first_row = result_i64(row, 2),
                                     .last_row = result_i64(row, 3)};
        TRY(check_segments(group.path, err));
        TRY(check_unique(&by_folded, result_text(row, 1), group.path, err));
        if (group.last_row - group.first_row + 1 != result_i64(row, 4))
            return err_set(err, ERR_INTERNAL, "the rows of \"%s\" do not lie together", group.path);
        VEC_PUSH(job->arena, ret_groups->list, group);
    }
    return got;
}
