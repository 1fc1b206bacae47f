/* SPDX-License-Identifier: Apache-2.0 */
#include "lake/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Words that DuckDB takes for syntax where a field's name may stand (duckdb_keywords(), 1.5). */
static const char *const reserved[] = {
    "all",
    "analyse",
    "analyze",
    "and",
    "anti",
    "any",
    "array",
    "as",
    "asc",
    "asof",
    "asymmetric",
    "at",
    "authorization",
    "binary",
    "both",
    "by",
    "case",
    "cast",
    "check",
    "collate",
    "collation",
    "column",
    "columns",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "default",
    "deferrable",
    "desc",
    "describe",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "generated",
    "glob",
    "group",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "lambda",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "map",
    "natural",
    "not",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "pivot",
    "pivot_longer",
    "pivot_wider",
    "placing",
    "positional",
    "primary",
    "qualify",
    "references",
    "returning",
    "right",
    "select",
    "semi",
    "show",
    "similar",
    "some",
    "struct",
    "summarize",
    "symmetric",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "true",
    "try_cast",
    "union",
    "unique",
    "unpack",
    "unpivot",
    "using",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
};

static bool is_reserved(const char *name)
{
    for (size_t i = 0; i < ARRAY_COUNT(reserved); i++)
        if (strcasecmp(reserved[i], name) == 0)
            return true;
    return false;
}

void type_append_name(struct str *text, const char *name)
{
    bool is_plain = isalpha((unsigned char)name[0]) || name[0] == '_';
    for (const char *c = name; is_plain && *c != '\0'; c++)
        is_plain = isalnum((unsigned char)*c) || *c == '_';
    if (is_plain && !is_reserved(name))
        str_append(text, name);
    else
        str_append_ident(text, name);
}

static void append_type(struct str *text, const struct sql_type *type);

static void append_fields(struct str *text, const struct sql_type *type)
{
    str_append(text, "STRUCT(");
    for (size_t i = 0; i < type->child_count; i++) {
        str_append(text, i > 0 ? ", " : "");
        type_append_name(text, type->children[i].name);
        str_append_char(text, ' ');
        append_type(text, &type->children[i].type);
    }
    str_append_char(text, ')');
}

static void append_type(struct str *text, const struct sql_type *type)
{
    if (str_eq(type->id, "STRUCT")) {
        append_fields(text, type);
    } else if (str_eq(type->id, "LIST")) {
        append_type(text, &type->children[0].type);
        str_append(text, "[]");
    } else if (str_eq(type->id, "MAP")) {
        str_append(text, "MAP(");
        append_type(text, &type->children[0].type);
        str_append(text, ", ");
        append_type(text, &type->children[1].type);
        str_append_char(text, ')');
    } else if (str_eq(type->id, "DECIMAL")) {
        str_appendf(text, "DECIMAL(%d,%d)", type->width, type->scale);
    } else {
        const struct type_rule *rule = type_rule_find(type);
        str_append(text, rule != NULL ? rule->id : type->id);
    }
}

char *type_make_text(const struct sql_type *type, struct arena *arena)
{
    AUTO(str_release) struct str text = STR_INIT(1 << 20);
    append_type(&text, type);
    return arena_strdup(arena, str_text(&text));
}

const char *type_to_ducklake(const struct sql_type *type, struct arena *arena)
{
    const struct type_rule *rule = type_rule_find(type);
    if (rule == NULL)
        return NULL;
    if (str_eq(rule->id, "DECIMAL"))
        return arena_printf(arena, "decimal(%d,%d)", type->width, type->scale);
    return rule->ducklake;
}

static bool read_decimal(const char *name, struct sql_type *ret_type)
{
    char *end = NULL;
    if (!str_starts(name, "decimal("))
        return false;
    long width = strtol(name + strlen("decimal("), &end, 10);
    if (*end != ',' || width < 1 || width > 38)
        return false;
    long scale = strtol(end + 1, &end, 10);
    if (strcmp(end, ")") != 0 || scale < 0 || scale > width)
        return false;
    *ret_type = (struct sql_type){.id = "DECIMAL", .width = (int)width, .scale = (int)scale};
    return true;
}

bool type_from_ducklake(const char *name, struct sql_type *ret_type)
{
    if (read_decimal(name, ret_type))
        return true;
    const struct type_rule *rule = type_rule_by_ducklake(name);
    if (rule == NULL || str_eq(rule->id, "DECIMAL"))
        return false;
    *ret_type = (struct sql_type){.id = rule->id};
    return true;
}
