/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"
#include "base/str.h"
#include "text/value.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* The first name of each kind is the one that is written. */
static const struct {
    enum text_kind kind;
    const char *name;
} names[] = {
    {TEXT_BOOLEAN, "BOOLEAN"},
    {TEXT_BOOLEAN, "BOOL"},
    {TEXT_BOOLEAN, "LOGICAL"},
    {TEXT_BIGINT, "BIGINT"},
    {TEXT_BIGINT, "INT8"},
    {TEXT_BIGINT, "INT64"},
    {TEXT_BIGINT, "LONG"},
    {TEXT_DECIMAL, "DECIMAL"},
    {TEXT_DECIMAL, "NUMERIC"},
    {TEXT_DECIMAL, "DEC"},
    {TEXT_DOUBLE, "DOUBLE"},
    {TEXT_DOUBLE, "DOUBLE PRECISION"},
    {TEXT_DOUBLE, "FLOAT8"},
    {TEXT_DATE, "DATE"},
    {TEXT_TIMESTAMP, "TIMESTAMP"},
    {TEXT_TIMESTAMP, "DATETIME"},
    {TEXT_TIMESTAMP, "TIMESTAMP WITHOUT TIME ZONE"},
    {TEXT_TIMESTAMPTZ, "TIMESTAMP WITH TIME ZONE"},
    {TEXT_TIMESTAMPTZ, "TIMESTAMPTZ"},
    {TEXT_TIME, "TIME"},
    {TEXT_TIME, "TIME WITHOUT TIME ZONE"},
    {TEXT_UUID, "UUID"},
    {TEXT_UUID, "GUID"},
    {TEXT_VARCHAR, "VARCHAR"},
    {TEXT_VARCHAR, "TEXT"},
    {TEXT_VARCHAR, "STRING"},
    {TEXT_VARCHAR, "CHAR"},
    {TEXT_VARCHAR, "BPCHAR"},
    {TEXT_TINYINT, "TINYINT"},
    {TEXT_TINYINT, "INT1"},
    {TEXT_SMALLINT, "SMALLINT"},
    {TEXT_SMALLINT, "INT2"},
    {TEXT_SMALLINT, "INT16"},
    {TEXT_SMALLINT, "SHORT"},
    {TEXT_INTEGER, "INTEGER"},
    {TEXT_INTEGER, "INT"},
    {TEXT_INTEGER, "INT4"},
    {TEXT_INTEGER, "INT32"},
    {TEXT_INTEGER, "SIGNED"},
    {TEXT_UTINYINT, "UTINYINT"},
    {TEXT_UTINYINT, "UINT8"},
    {TEXT_USMALLINT, "USMALLINT"},
    {TEXT_USMALLINT, "UINT16"},
    {TEXT_UINTEGER, "UINTEGER"},
    {TEXT_UINTEGER, "UINT32"},
    {TEXT_UBIGINT, "UBIGINT"},
    {TEXT_UBIGINT, "UINT64"},
    {TEXT_FLOAT, "FLOAT"},
    {TEXT_FLOAT, "REAL"},
    {TEXT_FLOAT, "FLOAT4"},
    {TEXT_BLOB, "BLOB"},
    {TEXT_BLOB, "BYTEA"},
    {TEXT_BLOB, "BINARY"},
    {TEXT_BLOB, "VARBINARY"},
};

const char *text_type_sql(const struct text_type *type, char *buffer)
{
    if (type->kind == TEXT_OTHER)
        return type->sql;
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        if (names[i].kind != type->kind)
            continue;
        if (type->kind == TEXT_DECIMAL)
            snprintf(buffer, 32, "DECIMAL(%d,%d)", type->width, type->scale);
        else
            snprintf(buffer, 32, "%s", names[i].name);
        break;
    }
    return buffer;
}

/* Upper case, one blank where there were several, none around; false: longer than any name. */
static bool normalize(const char *sql, char *buffer, size_t size)
{
    size_t len = 0;
    for (const char *p = sql; *p; p++) {
        bool is_blank = isspace((unsigned char)*p);
        if (is_blank && (len == 0 || buffer[len - 1] == ' '))
            continue;
        if (len + 1 >= size)
            return false;
        buffer[len++] = is_blank ? ' ' : (char)toupper((unsigned char)*p);
    }
    while (len > 0 && buffer[len - 1] == ' ')
        len--;
    buffer[len] = '\0';
    return len > 0;
}

/* "(10,2)", "(10)" or nothing after DECIMAL. */
static bool read_decimal(const char *text, struct text_type *type)
{
    int end = -1;
    type->width = 18;
    type->scale = 3;
    if (*text == '\0')
        return true;
    if (sscanf(text, " ( %d , %d ) %n", &type->width, &type->scale, &end) != 2 || end < 0) {
        type->scale = 0;
        if (sscanf(text, " ( %d ) %n", &type->width, &end) != 1 || end < 0)
            return false;
    }
    return text[end] == '\0' && type->width >= 1 && type->width <= TEXT_MAX_DECIMAL_DIGITS &&
           type->scale >= 0 && type->scale <= type->width;
}

static bool is_nested(const char *name)
{
    return str_ends(name, "]") || str_eq(name, "JSON") ||
           (str_ends(name, ")") && (str_starts(name, "STRUCT(") || str_starts(name, "STRUCT (") ||
                                    str_starts(name, "MAP(") || str_starts(name, "MAP (")));
}

bool text_type_parse(const char *sql, struct text_type *ret_type)
{
    char name[64];
    struct text_type type = {.kind = TEXT_OTHER, .sql = sql};
    bool is_short = normalize(sql, name, sizeof(name)) && !str_ends(name, "]");
    for (size_t i = 0; is_short && i < ARRAY_COUNT(names); i++) {
        size_t len = strlen(names[i].name);
        bool is_it = str_eq(name, names[i].name);
        if (names[i].kind == TEXT_DECIMAL && str_starts(name, names[i].name))
            is_it = name[len] == '\0' || name[len] == '(' || name[len] == ' ';
        if (!is_it)
            continue;
        type = (struct text_type){.kind = names[i].kind};
        if (type.kind == TEXT_DECIMAL && !read_decimal(name + len, &type))
            return false;
        *ret_type = type;
        return true;
    }
    AUTO(str_release) struct str upper = STR_INIT((size_t)1 << 20);
    for (const char *p = sql; *p; p++)
        str_append_char(&upper, (char)toupper((unsigned char)*p));
    if (!is_nested(str_text(&upper)))
        return false;
    *ret_type = type;
    return true;
}
