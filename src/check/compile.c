/* SPDX-License-Identifier: Apache-2.0 */
#include "check/compile.h"
#include "text/value.h"

#include <string.h>
#include <strings.h>

const struct column *check_column(struct column_list columns, const char *name)
{
    for (size_t i = 0; i < columns.count; i++)
        if (strcasecmp(columns.items[i].name, name) == 0)
            return &columns.items[i];
    return NULL;
}

const char *check_nearest(struct column_list columns, const char *name, struct arena *arena)
{
    const char **names = ARENA_ARRAY(arena, const char *, columns.count + 1);
    for (size_t i = 0; i < columns.count; i++)
        names[i] = columns.items[i].name;
    return nearest_name(name, names, columns.count);
}

int check_fail(const struct check *check, struct err *err)
{
    if (check->place.file)
        err_where(err, "%s:%d:%d", check->place.file, check->place.line, check->place.column);
    return -1;
}

static bool is_integer(const char *type)
{
    return str_ends(type, "INT") || str_eq(type, "INTEGER") || str_eq(type, "UINTEGER");
}

static bool is_float(const char *type)
{
    return str_eq(type, "DOUBLE") || str_eq(type, "FLOAT");
}

/* Written as a number: a cast of text would round it to the column's type. */
static bool append_number(struct str *sql, const char *type, const char *text)
{
    struct text_number number;
    int128_t value;
    if (!text_number(text, strlen(text), '.', false, &number))
        return false;
    if (is_integer(type) && number.fraction_len > 0)
        return false;
    if (!is_float(type) &&
        !text_number_decimal(&number, TEXT_MAX_DECIMAL_DIGITS, (int)number.fraction_len, &value))
        return false;
    str_append(sql, text);
    return true;
}

static bool is_time_value(const char *type, const char *text)
{
    size_t len = strlen(text);
    int32_t days;
    int64_t us;
    bool has_offset;
    if (text_date(text, len, &days))
        return true;
    if (str_eq(type, "DATE") || !text_timestamp(text, len, &us, &has_offset))
        return false;
    return str_eq(type, "TIMESTAMP WITH TIME ZONE") || !has_offset;
}

static bool is_value(const char *type, const char *text)
{
    bool truth;
    int64_t us;
    if (str_eq(type, "BOOLEAN"))
        return text_boolean(text, strlen(text), &truth);
    if (str_eq(type, "UUID"))
        return text_uuid(text, strlen(text));
    if (str_eq(type, "TIME"))
        return text_time(text, strlen(text), &us);
    if (str_eq(type, "DATE") || str_starts(type, "TIMESTAMP"))
        return is_time_value(type, text);
    return true;
}

bool check_append_value(struct str *sql, const struct column *column, const char *text)
{
    const char *type = column->type_text;
    if (str_eq(column->type.id, "DECIMAL") || is_integer(type) || is_float(type))
        return append_number(sql, type, text);
    if (column->type.child_count > 0 || !is_value(type, text))
        return false;
    str_append(sql, "CAST(");
    str_append_literal(sql, text);
    str_appendf(sql, " AS %s)", str_eq(column->type.id, "ENUM") ? "VARCHAR" : type);
    return true;
}

bool check_is_per_row(const struct check *check)
{
    return check->kind != CHECK_UNIQUE && check->kind != CHECK_ROWS && check->kind != CHECK_SQL;
}

void check_append_names(struct str *sql, const struct check *check)
{
    for (size_t i = 0; i < check->column_count; i++) {
        str_append(sql, i ? ", " : "");
        str_append_ident(sql, check->columns[i]);
    }
}

static int append_values(struct str *sql, const struct check *check, const struct column *column,
                         struct err *err)
{
    for (size_t i = 0; i < check->value_count; i++) {
        str_append(sql, i ? ", " : "");
        if (!check_append_value(sql, column, check->values[i])) {
            err_set(err, ERR_CONFIG, "\"%s\" is no value of column \"%s\", which is %s",
                    check->values[i], column->name, column->type_text);
            return check_fail(check, err);
        }
    }
    return 0;
}

static int append_test(struct str *sql, const struct check *check, const struct column *column,
                       struct err *err)
{
    AUTO(str_release) struct str name = STR_INIT(65536);
    str_append_ident(&name, column->name);
    const char *text = str_text(&name);
    switch (check->kind) {
    case CHECK_NOT_NULL:
        str_appendf(sql, "%s IS NULL", text);
        return 0;
    case CHECK_PATTERN:
        str_appendf(sql, "NOT regexp_full_match(CAST(%s AS VARCHAR), ", text);
        str_append_literal(sql, check->text);
        str_append(sql, ")");
        return 0;
    case CHECK_MIN:
        /* The engine takes NaN for greater than all numbers. */
        if (is_float(column->type_text))
            str_appendf(sql, "isnan(%s) OR ", text);
        str_appendf(sql, "%s < ", text);
        return append_values(sql, check, column, err);
    case CHECK_MAX:
        str_appendf(sql, "%s > ", text);
        return append_values(sql, check, column, err);
    default:
        str_appendf(sql, "%s NOT IN (", text);
        TRY(append_values(sql, check, column, err));
        str_append(sql, ")");
        return 0;
    }
}

int check_append_condition(struct str *sql, const struct check *check, struct column_list columns,
                           struct arena *arena, struct err *err)
{
    str_append(sql, "coalesce(");
    for (size_t i = 0; i < check->column_count; i++) {
        const struct column *column = check_column(columns, check->columns[i]);
        if (!column) {
            const char *nearest = check_nearest(columns, check->columns[i], arena);
            err_set(err, ERR_CONFIG, "check \"%s\" names column \"%s\", which there is not",
                    check->name, check->columns[i]);
            if (nearest)
                err_hint(err, "Did you mean \"%s\"?", nearest);
            return check_fail(check, err);
        }
        str_append(sql, i ? " OR " : "");
        TRY(append_test(sql, check, column, err));
    }
    str_append(sql, ", false)");
    return 0;
}
