/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "engine/duck.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/*
 * DuckDB's own names; the first spelling of an id is the one it prints. From DECIMAL on a name
 * alone does not make a type.
 */
static const struct type_name {
    const char *name;
    duckdb_type id;
} type_names[] = {
    {"BOOLEAN", DUCKDB_TYPE_BOOLEAN},
    {"TINYINT", DUCKDB_TYPE_TINYINT},
    {"SMALLINT", DUCKDB_TYPE_SMALLINT},
    {"INTEGER", DUCKDB_TYPE_INTEGER},
    {"BIGINT", DUCKDB_TYPE_BIGINT},
    {"HUGEINT", DUCKDB_TYPE_HUGEINT},
    {"UTINYINT", DUCKDB_TYPE_UTINYINT},
    {"USMALLINT", DUCKDB_TYPE_USMALLINT},
    {"UINTEGER", DUCKDB_TYPE_UINTEGER},
    {"UBIGINT", DUCKDB_TYPE_UBIGINT},
    {"UHUGEINT", DUCKDB_TYPE_UHUGEINT},
    {"FLOAT", DUCKDB_TYPE_FLOAT},
    {"DOUBLE", DUCKDB_TYPE_DOUBLE},
    {"VARCHAR", DUCKDB_TYPE_VARCHAR},
    {"BLOB", DUCKDB_TYPE_BLOB},
    {"BIT", DUCKDB_TYPE_BIT},
    {"BIGNUM", DUCKDB_TYPE_BIGNUM},
    {"UUID", DUCKDB_TYPE_UUID},
    {"DATE", DUCKDB_TYPE_DATE},
    {"TIME", DUCKDB_TYPE_TIME},
    {"TIME_NS", DUCKDB_TYPE_TIME_NS},
    {"TIME WITH TIME ZONE", DUCKDB_TYPE_TIME_TZ},
    {"TIMESTAMP", DUCKDB_TYPE_TIMESTAMP},
    {"TIMESTAMP_S", DUCKDB_TYPE_TIMESTAMP_S},
    {"TIMESTAMP_MS", DUCKDB_TYPE_TIMESTAMP_MS},
    {"TIMESTAMP_NS", DUCKDB_TYPE_TIMESTAMP_NS},
    {"TIMESTAMP WITH TIME ZONE", DUCKDB_TYPE_TIMESTAMP_TZ},
    {"TIMESTAMPTZ", DUCKDB_TYPE_TIMESTAMP_TZ},
    {"INTERVAL", DUCKDB_TYPE_INTERVAL},
    {"GEOMETRY", DUCKDB_TYPE_GEOMETRY},
    {"VARIANT", DUCKDB_TYPE_VARIANT},
    {"DECIMAL", DUCKDB_TYPE_DECIMAL},
    {"ENUM", DUCKDB_TYPE_ENUM},
    {"LIST", DUCKDB_TYPE_LIST},
    {"STRUCT", DUCKDB_TYPE_STRUCT},
    {"MAP", DUCKDB_TYPE_MAP},
    {"ARRAY", DUCKDB_TYPE_ARRAY},
    {"UNION", DUCKDB_TYPE_UNION},
    {"NULL", DUCKDB_TYPE_SQLNULL},
};

static const char *name_of(duckdb_type id)
{
    for (size_t i = 0; i < ARRAY_COUNT(type_names); i++) {
        if (type_names[i].id == id)
            return type_names[i].name;
    }
    return "UNKNOWN";
}

/* Quoted only where DuckDB would quote, so that our texts equal its own. */
static void append_name(struct conn *conn, struct str *text, const char *name)
{
    bool is_plain = !isdigit((unsigned char)name[0]);
    for (const char *at = name; *at != '\0' && is_plain; at++)
        is_plain = *at == '_' || isalnum((unsigned char)*at);
    enum keyword_kind kind = KEYWORD_NONE;
    if (is_plain && keyword_find(conn, name, &kind, NULL) == 0 && kind == KEYWORD_NONE)
        str_append(text, name);
    else
        str_append_ident(text, name);
}

static void append_type(struct conn *conn, struct str *text, duckdb_logical_type type);

static void append_child(struct conn *conn, struct str *text, duckdb_logical_type child,
                         const char *after)
{
    append_type(conn, text, child);
    str_append(text, after);
    duckdb_destroy_logical_type(&child);
}

static void append_fields(struct conn *conn, struct str *text, duckdb_logical_type type,
                          bool is_union)
{
    idx_t count =
        is_union ? duckdb_union_type_member_count(type) : duckdb_struct_type_child_count(type);
    str_append(text, is_union ? "UNION(" : "STRUCT(");
    for (idx_t i = 0; i < count; i++) {
        AUTO(text_destroy)
        char *name = is_union ? duckdb_union_type_member_name(type, i)
                              : duckdb_struct_type_child_name(type, i);
        str_append(text, i > 0 ? ", " : "");
        if (name[0] != '\0') { /* the fields of row() have no names */
            append_name(conn, text, name);
            str_append(text, " ");
        }
        append_child(conn, text,
                     is_union ? duckdb_union_type_member_type(type, i)
                              : duckdb_struct_type_child_type(type, i),
                     "");
    }
    str_append(text, ")");
}

static void append_enum(struct str *text, duckdb_logical_type type)
{
    str_append(text, "ENUM(");
    for (idx_t i = 0; i < duckdb_enum_dictionary_size(type); i++) {
        AUTO(text_destroy) char *word = duckdb_enum_dictionary_value(type, i);
        str_append(text, i > 0 ? ", " : "");
        str_append_literal(text, word);
    }
    str_append(text, ")");
}

static void append_geometry(struct str *text, duckdb_logical_type type)
{
    AUTO(text_destroy) char *crs = duckdb_geometry_type_get_crs(type);
    str_append(text, "GEOMETRY");
    if (crs == NULL || crs[0] == '\0')
        return;
    str_append(text, "(");
    str_append_literal(text, crs);
    str_append(text, ")");
}

static void append_type(struct conn *conn, struct str *text, duckdb_logical_type type)
{
    AUTO(text_destroy) char *alias = duckdb_logical_type_get_alias(type);
    duckdb_type id = duckdb_get_type_id(type);
    if (alias != NULL && alias[0] != '\0') {
        str_append(text, alias);
        return;
    }
    switch (id) {
    case DUCKDB_TYPE_DECIMAL:
        str_appendf(text, "DECIMAL(%d,%d)", duckdb_decimal_width(type), duckdb_decimal_scale(type));
        break;
    case DUCKDB_TYPE_LIST:
        append_child(conn, text, duckdb_list_type_child_type(type), "[]");
        break;
    case DUCKDB_TYPE_ARRAY:
        append_child(conn, text, duckdb_array_type_child_type(type), "");
        str_appendf(text, "[%zu]", (size_t)duckdb_array_type_array_size(type));
        break;
    case DUCKDB_TYPE_MAP:
        str_append(text, "MAP(");
        append_child(conn, text, duckdb_map_type_key_type(type), ", ");
        append_child(conn, text, duckdb_map_type_value_type(type), ")");
        break;
    case DUCKDB_TYPE_STRUCT:
    case DUCKDB_TYPE_UNION:
        append_fields(conn, text, type, id == DUCKDB_TYPE_UNION);
        break;
    case DUCKDB_TYPE_ENUM:
        append_enum(text, type);
        break;
    case DUCKDB_TYPE_GEOMETRY:
        append_geometry(text, type);
        break;
    default:
        str_append(text, id == DUCKDB_TYPE_SQLNULL ? "\"NULL\"" : name_of(id));
    }
}

char *type_text(struct conn *conn, duckdb_logical_type type, struct arena *arena)
{
    AUTO(str_release) struct str text = STR_INIT(64u << 20);
    append_type(conn, &text, type);
    return arena_strdup(arena, str_text(&text));
}

/* The children of a nested type; `ret_types` are the caller's to destroy. */
static size_t nested_children(duckdb_logical_type type, struct arena *arena,
                              struct column **ret_children, duckdb_logical_type **ret_types)
{
    duckdb_type id = duckdb_get_type_id(type);
    bool is_fields = id == DUCKDB_TYPE_STRUCT || id == DUCKDB_TYPE_UNION;
    size_t count = id == DUCKDB_TYPE_STRUCT  ? duckdb_struct_type_child_count(type)
                   : id == DUCKDB_TYPE_UNION ? duckdb_union_type_member_count(type)
                   : id == DUCKDB_TYPE_MAP   ? 2
                   : id == DUCKDB_TYPE_LIST || id == DUCKDB_TYPE_ARRAY ? 1
                                                                       : 0;
    struct column *children = ARENA_ARRAY(arena, struct column, count > 0 ? count : 1);
    duckdb_logical_type *types = ARENA_ARRAY(arena, duckdb_logical_type, count > 0 ? count : 1);
    if (id == DUCKDB_TYPE_LIST || id == DUCKDB_TYPE_ARRAY) {
        children[0].name = "element";
        types[0] = id == DUCKDB_TYPE_LIST ? duckdb_list_type_child_type(type)
                                          : duckdb_array_type_child_type(type);
    } else if (id == DUCKDB_TYPE_MAP) {
        children[0].name = "key";
        types[0] = duckdb_map_type_key_type(type);
        children[1].name = "value";
        types[1] = duckdb_map_type_value_type(type);
    }
    for (size_t i = 0; is_fields && i < count; i++) {
        bool is_union = id == DUCKDB_TYPE_UNION;
        AUTO(text_destroy)
        char *name = is_union ? duckdb_union_type_member_name(type, i)
                              : duckdb_struct_type_child_name(type, i);
        children[i].name = arena_strdup(arena, name);
        types[i] = is_union ? duckdb_union_type_member_type(type, i)
                            : duckdb_struct_type_child_type(type, i);
    }
    *ret_children = children;
    *ret_types = types;
    return count;
}

void type_tree(struct conn *conn, duckdb_logical_type type, struct arena *arena,
               struct column *ret_column)
{
    AUTO(text_destroy) char *alias = duckdb_logical_type_get_alias(type);
    duckdb_type id = duckdb_get_type_id(type);
    struct column *children;
    duckdb_logical_type *types;
    size_t count = nested_children(type, arena, &children, &types);
    for (size_t i = 0; i < count; i++) {
        type_tree(conn, types[i], arena, &children[i]);
        duckdb_destroy_logical_type(&types[i]);
    }
    bool has_alias = alias != NULL && alias[0] != '\0';
    ret_column->type_text = type_text(conn, type, arena);
    ret_column->type = (struct sql_type){
        .id = has_alias ? ret_column->type_text : name_of(id),
        .width = id == DUCKDB_TYPE_DECIMAL ? duckdb_decimal_width(type) : 0,
        .scale = id == DUCKDB_TYPE_DECIMAL ? duckdb_decimal_scale(type) : 0,
        .array_size = id == DUCKDB_TYPE_ARRAY ? (int64_t)duckdb_array_type_array_size(type) : 0,
        .child_count = count,
        .children = children,
    };
}

static duckdb_logical_type simple_type(const char *text, size_t len);

static duckdb_logical_type decimal_type(const char *text, size_t len)
{
    char copy[24];
    int width, scale, end = 0;
    if (len >= sizeof(copy))
        return NULL;
    memcpy(copy, text, len);
    copy[len] = '\0';
    if (sscanf(copy, "DECIMAL(%d,%d)%n", &width, &scale, &end) != 2 || copy[end] != '\0' ||
        width < 1 || width > 38 || scale < 0 || scale > width)
        return NULL;
    return duckdb_create_decimal_type((uint8_t)width, (uint8_t)scale);
}

static duckdb_logical_type list_type(const char *text, size_t len)
{
    AUTO(type_destroy) duckdb_logical_type element = simple_type(text, len);
    return element != NULL ? duckdb_create_list_type(element) : NULL;
}

/* Types that need no parser, NULL for the others: those go through a prepared CAST. */
static duckdb_logical_type simple_type(const char *text, size_t len)
{
    if (len > 2 && memcmp(text + len - 2, "[]", 2) == 0)
        return list_type(text, len - 2);
    for (size_t i = 0; i < ARRAY_COUNT(type_names) && type_names[i].id != DUCKDB_TYPE_DECIMAL;
         i++) {
        if (strlen(type_names[i].name) == len && strncasecmp(type_names[i].name, text, len) == 0)
            return duckdb_create_logical_type(type_names[i].id);
    }
    return decimal_type(text, len);
}

int type_parse(struct conn *conn, const char *text, duckdb_logical_type *ret_type, struct err *err)
{
    *ret_type = simple_type(text, strlen(text));
    if (*ret_type != NULL)
        return 0;
    AUTO(str_release) struct str sql = STR_INIT(64u << 20);
    str_appendf(&sql, "SELECT CAST(NULL AS %s)", text);
    AUTO(statement_destroy) duckdb_prepared_statement statement = NULL;
    TRY(duck_prepare(conn, sql_plain(str_text(&sql)), &statement, err));
    *ret_type = duckdb_prepared_statement_column_logical_type(statement, 0);
    return 0;
}

int conn_parse_type(struct conn *conn, const char *type_text, struct arena *arena,
                    struct column *ret_column, struct err *err)
{
    AUTO(type_destroy) duckdb_logical_type type = NULL;
    if (type_parse(conn, type_text, &type, err) != 0) {
        err_context(err, "type \"%s\"", type_text);
        return -1;
    }
    *ret_column = (struct column){.name = ""};
    type_tree(conn, type, arena, ret_column);
    return 0;
}
