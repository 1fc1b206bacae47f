/* SPDX-License-Identifier: Apache-2.0 */
#include "check/compile.h"
#include "check/unit.h"
#include "text/typing.h"

#include <string.h>
#include <strings.h>

void unit_free_result(struct result **result)
{
    if (*result)
        result_free(*result);
    *result = NULL;
}

/* One value of a JSON row `r`, as text or as JSON. Names that begin with $ or / would be paths. */
static void append_field(struct str *sql, const char *name, bool is_json)
{
    AUTO(str_release) struct str key = STR_INIT(UNIT_MAX_SQL_BYTES);
    if (*name == '$' || *name == '/')
        str_appendf(&key, "$.\"%s\"", name);
    else
        str_append(&key, name);
    str_append(sql, is_json ? "(r -> " : "(r ->> ");
    str_append_literal(sql, str_text(&key));
    str_append(sql, ")");
}

static void append_rows(struct str *sql)
{
    str_append(sql, " FROM (SELECT unnest(from_json($leat_rows, '[\"JSON\"]')) AS r)");
}

/* What a value must look like so that the cast changes nothing; NULL: the cast is strict itself. */
static const char *strict_pattern(const struct column *column, struct arena *arena)
{
    const char *type = column->type_text;
    if (str_eq(column->type.id, "DECIMAL"))
        return arena_printf(arena, "-?[0-9]+([.][0-9]{0,%d}0*)?", column->type.scale);
    if (str_ends(type, "INT") || str_eq(type, "INTEGER") || str_eq(type, "UINTEGER"))
        return "-?[0-9]+";
    if (str_eq(type, "DATE"))
        return "[0-9]{4}-[0-9]{2}-[0-9]{2}";
    if (str_eq(type, "BOOLEAN"))
        return "true|false";
    return NULL;
}

static void append_value(struct str *sql, const struct column *column, struct arena *arena)
{
    bool is_nested = column->type.child_count > 0;
    const char *pattern = strict_pattern(column, arena);
    if (pattern) {
        str_append(sql, "CASE WHEN NOT regexp_full_match(");
        append_field(sql, column->name, false);
        str_appendf(sql, ", '%s') THEN error('\"' || ", pattern);
        append_field(sql, column->name, false);
        str_append(sql, "|| '\" in column ' || ");
        str_append_literal(sql, column->name);
        str_append(sql, " || ' is no ' || ");
        str_append_literal(sql, column->type_text);
        str_append(sql, ") ELSE ");
    }
    str_append(sql, "CAST(");
    append_field(sql, column->name, is_nested || str_eq(column->type_text, "JSON"));
    str_appendf(sql, " AS %s)%s", column->type_text, pattern ? " END" : "");
}

/* Names a column of the test that the table does not have. */
static int check_names(const struct unit_run *run, const struct unit_table *table,
                       struct column_list columns, struct err *err)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (check_column(columns, table->columns[i]))
            continue;
        const char *nearest = check_nearest(columns, table->columns[i], run->arena);
        bool is_expected = table == &run->test->expect;
        err_set(err, ERR_CONFIG, "%s has no column \"%s\"",
                is_expected ? run->test->model : table->name, table->columns[i]);
        return nearest ? err_hint(err, "Did you mean \"%s\"?", nearest) : -1;
    }
    return 0;
}

static bool is_given(const struct unit_table *table, const char *name, const char **ret_written)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (strcasecmp(table->columns[i], name) == 0) {
            *ret_written = table->columns[i];
            return true;
        }
    }
    return false;
}

int unit_make_table(const struct unit_run *run, const struct unit_table *table, const char *into,
                    struct column_list columns, struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(UNIT_MAX_SQL_BYTES);
    AUTO(unit_free_result) struct result *result = NULL;
    TRY(check_names(run, table, columns, err));
    str_appendf(&sql, "CREATE TABLE %s AS SELECT ", into);
    for (size_t i = 0; i < columns.count; i++) {
        struct column column = columns.items[i];
        str_append(&sql, i ? ", " : "");
        if (is_given(table, column.name, &column.name))
            append_value(&sql, &column, run->arena);
        else
            str_appendf(&sql, "CAST(NULL AS %s)", column.type_text);
        str_append(&sql, " AS ");
        str_append_ident(&sql, columns.items[i].name);
    }
    append_rows(&sql);
    struct param rows = {.name = "leat_rows", .type = "VARCHAR", .value = table->rows};
    if (conn_query(run->conn, str_text(&sql), &rows, 1, &result, err) != 0)
        return err_context(err, "rows of %s",
                           table == &run->test->expect ? "\"expect\"" : table->name);
    return 0;
}

/* As a field of CSV without quotes. */
static void add_value(struct text_typing *typing, const char *text)
{
    static const struct text_marks marks = {.decimal = '.'};
    AUTO(str_release) struct str copy = STR_INIT(UNIT_MAX_SQL_BYTES); /* typing may change it */
    str_append(&copy, text);
    struct text_field field = {.text = copy.data, .len = copy.len, .token = TOKEN_PLAIN};
    if (copy.len > 0)
        text_typing_add(typing, &field, marks);
}

/* What the project says of the input's columns, then what else the test gives; spelled as in the test. */
static struct unit_table all_columns(const struct unit_run *run, const struct node *input,
                                     const struct unit_table *table)
{
    const char **names =
        ARENA_ARRAY(run->arena, const char *, input->column_count + table->column_count + 1);
    struct unit_table all = {.name = table->name, .rows = table->rows, .columns = names};
    for (size_t i = 0; i < input->column_count; i++) {
        const char *name = input->columns[i].name;
        (void)is_given(table, name, &name);
        names[all.column_count++] = name;
    }
    for (size_t i = 0; i < table->column_count; i++) {
        const char *written;
        if (!is_given(&all, table->columns[i], &written))
            names[all.column_count++] = table->columns[i];
    }
    return all;
}

/* As the project spells them, with the declared type, else the one found. */
static int make_column(const struct unit_run *run, const struct node *input, size_t index,
                       const char *name, struct text_typing *typing, struct column *ret_column,
                       struct err *err)
{
    char buffer[32];
    struct text_type found = text_typing_end(typing);
    const char *type = text_type_sql(&found, buffer);
    if (index < input->column_count) {
        name = input->columns[index].name;
        type = input->columns[index].type ? input->columns[index].type : type;
    }
    TRY(conn_parse_type(run->conn, arena_strdup(run->arena, type), run->arena, ret_column, err));
    ret_column->name = name;
    return 0;
}

int unit_guess_columns(const struct unit_run *run, const struct node *input,
                       const struct unit_table *given, struct column_list *ret_columns,
                       struct err *err)
{
    struct unit_table all = all_columns(run, input, given), *table = &all;
    struct column *columns = ARENA_ARRAY(run->arena, struct column, table->column_count + 1);
    struct text_typing *typings =
        ARENA_ARRAY(run->arena, struct text_typing, table->column_count + 1);
    AUTO(str_release) struct str sql = STR_INIT(UNIT_MAX_SQL_BYTES);
    AUTO(unit_free_result) struct result *result = NULL;
    str_append(&sql, "SELECT 1");
    for (size_t i = 0; i < table->column_count; i++) {
        text_typing_init(&typings[i]);
        typings[i].checks_doubles = true;
        str_append(&sql, ", ");
        append_field(&sql, table->columns[i], false);
    }
    append_rows(&sql);
    struct param rows = {.name = "leat_rows", .type = "VARCHAR", .value = table->rows};
    TRY(conn_query(run->conn, str_text(&sql), &rows, 1, &result, err));
    int got;
    while ((got = result_next(result, err)) > 0) {
        for (size_t i = 0; i < table->column_count; i++) {
            const char *text = result_text(result, i + 1);
            if (text)
                add_value(&typings[i], text);
        }
    }
    for (size_t i = 0; i < table->column_count && got == 0; i++)
        TRY(make_column(run, input, i, table->columns[i], &typings[i], &columns[i], err));
    *ret_columns = (struct column_list){.items = columns, .count = table->column_count};
    return got;
}
