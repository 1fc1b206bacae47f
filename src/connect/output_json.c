/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/output_json.h"

#include <string.h>
#include <strings.h>

/*
 * DuckDB's to_json() is not enough: it writes a FLOAT as the DOUBLE next to it, a BIGNUM rounded, a DECIMAL without its
 * last zeros, NaN as NaN, and timestamps with a blank. So every value is put together from its parts.
 */
enum form {
    FORM_NUMBER,    /* as CAST writes it */
    FORM_DECIMAL,   /* as CAST writes it, with a digit before the point */
    FORM_REAL,      /* as CAST writes it, the shortest; NaN and infinity are errors */
    FORM_TIMESTAMP, /* ISO 8601 */
    FORM_INSTANT,   /* ISO 8601, UTC with Z */
    FORM_JSON,      /* as it is, in one line */
    FORM_LIST,
    FORM_STRUCT,
    FORM_MAP,
    FORM_TEXT /* all others: as CAST writes them, in quotes */
};
static const struct {
    const char *id;
    enum form form;
} forms[] = {
    {"BOOLEAN", FORM_NUMBER},
    {"TINYINT", FORM_NUMBER},
    {"SMALLINT", FORM_NUMBER},
    {"INTEGER", FORM_NUMBER},
    {"BIGINT", FORM_NUMBER},
    {"HUGEINT", FORM_NUMBER},
    {"UTINYINT", FORM_NUMBER},
    {"USMALLINT", FORM_NUMBER},
    {"UINTEGER", FORM_NUMBER},
    {"UBIGINT", FORM_NUMBER},
    {"UHUGEINT", FORM_NUMBER},
    {"BIGNUM", FORM_NUMBER},
    {"DECIMAL", FORM_DECIMAL},
    {"FLOAT", FORM_REAL},
    {"DOUBLE", FORM_REAL},
    {"TIMESTAMP", FORM_TIMESTAMP},
    {"TIMESTAMP_S", FORM_TIMESTAMP},
    {"TIMESTAMP_MS", FORM_TIMESTAMP},
    {"TIMESTAMP_NS", FORM_TIMESTAMP},
    {"TIMESTAMP WITH TIME ZONE", FORM_INSTANT},
    {"JSON", FORM_JSON},
    {"LIST", FORM_LIST},
    {"ARRAY", FORM_LIST},
    {"STRUCT", FORM_STRUCT},
    {"MAP", FORM_MAP},
};

static enum form form_of(const struct column *column)
{
    for (size_t i = 0; i < ARRAY_COUNT(forms); i++)
        if (str_eq(forms[i].id, column->type.id))
            return forms[i].form;
    return FORM_TEXT;
}

bool output_is_nested(const struct column *column)
{
    enum form form = form_of(column);
    return form == FORM_LIST || form == FORM_STRUCT || form == FORM_MAP;
}

/* Not for "infinity" and years before 1, which ISO 8601 does not have. */
static void append_moment(struct str *sql, const char *value, bool has_zone)
{
    str_appendf(sql, "CASE WHEN isfinite(%s) AND year(%s) > 0 THEN ", value, value);
    str_appendf(sql,
                has_zone ? "regexp_replace(replace(CAST(%s AS VARCHAR), ' ', 'T'), '[+]00$', 'Z')"
                         : "replace(CAST(%s AS VARCHAR), ' ', 'T')",
                value);
    str_appendf(sql, " ELSE CAST(%s AS VARCHAR) END", value);
}

void output_append_text(struct str *sql, const char *value, const struct column *column)
{
    switch (form_of(column)) {
    case FORM_TIMESTAMP:
    case FORM_INSTANT:
        append_moment(sql, value, form_of(column) == FORM_INSTANT);
        break;
    case FORM_DECIMAL: /* DuckDB writes a DECIMAL(2,2) as .50 */
        str_appendf(sql,
                    column->type.width > column->type.scale
                        ? "CAST(%s AS VARCHAR)"
                        : "regexp_replace(CAST(%s AS VARCHAR), '^(-?)[.]', '\\10.')",
                    value);
        break;
    default:
        str_appendf(sql, "CAST(%s AS VARCHAR)", value);
    }
}

/* In quotes and escaped. */
static void append_string(struct str *sql, const char *value, const struct column *column)
{
    str_append(sql, "CAST(to_json(");
    output_append_text(sql, value, column);
    str_append(sql, ") AS VARCHAR)");
}

static void append_real(struct str *sql, const char *value, const char *name)
{
    AUTO(str_release) struct str why = STR_INIT(65536 + 200);
    str_appendf(&why, "column \"%s\" holds NaN or infinity, which JSON has no number for", name);
    str_appendf(sql, "CASE WHEN isfinite(%s) THEN CAST(%s AS VARCHAR) ELSE error(", value, value);
    str_append_literal(sql, str_text(&why));
    str_append(sql, ") END");
}

void output_append_key(struct str *sql, const char *name, bool is_first)
{
    AUTO(str_release) struct str key = STR_INIT(262144);
    str_append(&key, is_first ? "" : ",");
    str_append_json(&key, name);
    str_append_char(&key, ':');
    str_append_literal(sql, str_text(&key));
    str_append(sql, " || ");
}

/* The value of a field, entry or element, which is not named by a column. */
static void append_part(struct str *sql, const char *whole, size_t index, const struct column *part,
                        const char *name, int depth)
{
    AUTO(str_release) struct str value = STR_INIT(OUTPUT_MAX_SQL_BYTES);
    str_appendf(&value, "struct_extract_at(%s, %zu)", whole, index + 1);
    if (value.is_failed)
        sql->is_failed = true;
    else
        output_append_json(sql, str_text(&value), part, name, depth);
}

static void append_struct(struct str *sql, const char *value, const struct column *column,
                          const char *name, int depth)
{
    str_append(sql, "'{' || ");
    for (size_t i = 0; i < column->type.child_count; i++) {
        const struct column *child = &column->type.children[i];
        output_append_key(sql, child->name ? child->name : "", i == 0);
        append_part(sql, value, i, child, name, depth);
        str_append(sql, " || ");
    }
    str_append(sql, "'}'");
}

static void append_list(struct str *sql, const char *value, const struct column *column,
                        const char *name, int depth)
{
    char item[32];
    snprintf(item, sizeof(item), "leat_%d", depth);
    str_appendf(sql, "'[' || array_to_string(list_transform(%s, lambda %s: ", value, item);
    output_append_json(sql, item, &column->type.children[0], name, depth + 1);
    str_append(sql, "), ',') || ']'");
}

static void append_map(struct str *sql, const char *value, const struct column *column,
                       const char *name, int depth)
{
    char entry[32], key[64];
    snprintf(entry, sizeof(entry), "leat_%d", depth);
    snprintf(key, sizeof(key), "struct_extract_at(%s, 1)", entry);
    str_appendf(sql, "'{' || array_to_string(list_transform(map_entries(%s), lambda %s: ", value,
                entry);
    append_string(sql, key, &column->type.children[0]);
    str_append(sql, " || ':' || ");
    append_part(sql, entry, 1, &column->type.children[1], name, depth + 1);
    str_append(sql, "), ',') || '}'");
}

static void append_value(struct str *sql, const char *value, const struct column *column,
                         const char *name, int depth)
{
    switch (form_of(column)) {
    case FORM_NUMBER:
    case FORM_DECIMAL:
        output_append_text(sql, value, column);
        break;
    case FORM_REAL:
        append_real(sql, value, name);
        break;
    case FORM_JSON:
        str_appendf(sql, "translate(CAST(%s AS VARCHAR), chr(10) || chr(13), '  ')", value);
        break;
    case FORM_LIST:
        append_list(sql, value, column, name, depth);
        break;
    case FORM_STRUCT:
        append_struct(sql, value, column, name, depth);
        break;
    case FORM_MAP:
        append_map(sql, value, column, name, depth);
        break;
    default:
        append_string(sql, value, column);
    }
}

void output_append_json(struct str *sql, const char *value, const struct column *column,
                        const char *name, int depth)
{
    if (depth > OUTPUT_MAX_DEPTH)
        sql->is_failed = true;
    if (sql->is_failed)
        return;
    str_appendf(sql, "CASE WHEN %s IS NULL THEN 'null' ELSE ", value);
    append_value(sql, value, column, name, depth);
    str_append(sql, " END");
}
