/* SPDX-License-Identifier: Apache-2.0 */
#include "lake/internal.h"

#include <string.h>

/* What stands in the way of storing a column: the nested field, its type and the type to write. */
struct refusal {
    const char *path; /* "s.b.element" */
    const char *type_text, *cast;
};

static bool map_type(const struct column *from, const char *path, struct arena *arena,
                     struct column *ret_to, bool *is_changed, struct refusal *ret_refusal);

static bool refuse(const struct column *column, const char *path, const char *cast,
                   struct refusal *ret_refusal)
{
    *ret_refusal = (struct refusal){path, column->type_text, cast};
    return false;
}

static bool map_children(const struct column *from, const char *path, struct arena *arena,
                         struct sql_type *to, bool *is_changed, struct refusal *ret_refusal)
{
    struct column *children = ARENA_ARRAY(arena, struct column, from->type.child_count);
    for (size_t i = 0; i < from->type.child_count; i++) {
        const struct column *child = &from->type.children[i];
        const char *name = child->name == NULL ? "" : child->name;
        const char *child_path = arena_printf(arena, "%s.%s", path, name);
        if (name[0] == '\0' && str_eq(to->id, "STRUCT"))
            return refuse(from, path, "STRUCT(a …)", ret_refusal);
        if (!map_type(child, child_path, arena, &children[i], is_changed, ret_refusal))
            return false;
    }
    to->children = children;
    to->child_count = from->type.child_count;
    return true;
}

/* A type without children from its text in the table of types. */
static struct sql_type plain_type(const char *text)
{
    if (str_eq(text, "DECIMAL(38,0)"))
        return (struct sql_type){.id = "DECIMAL", .width = 38};
    return (struct sql_type){.id = text};
}

/* GEOMETRY('EPSG:…'): DuckLake has no place for the coordinate system. */
static bool is_geometry_with_system(const struct column *column)
{
    return str_eq(column->type.id, "GEOMETRY") && str_starts(column->type_text, "GEOMETRY(");
}

static bool map_type(const struct column *from, const char *path, struct arena *arena,
                     struct column *ret_to, bool *is_changed, struct refusal *ret_refusal)
{
    const struct type_rule *rule = type_rule_find(&from->type);
    if (is_geometry_with_system(from))
        return refuse(from, path, "GEOMETRY", ret_refusal);
    if (rule == NULL || rule->rule == TYPE_REFUSE)
        return refuse(from, path, rule == NULL ? "VARCHAR" : rule->cast, ret_refusal);
    struct column to = {.name = arena_strdup(arena, from->name), .type = from->type};
    to.type.id = rule->id;
    if (rule->rule == TYPE_CAST) {
        *is_changed = true;
        to.type =
            str_eq(rule->id, "ARRAY") ? (struct sql_type){.id = "LIST"} : plain_type(rule->cast);
    }
    bool has_children =
        str_eq(to.type.id, "STRUCT") || str_eq(to.type.id, "LIST") || str_eq(to.type.id, "MAP");
    if (has_children && !map_children(from, path, arena, &to.type, is_changed, ret_refusal))
        return false;
    to.type_text = type_make_text(&to.type, arena);
    *ret_to = to;
    return true;
}

static int refused(const struct column *column, const struct refusal *refusal, struct err *err)
{
    AUTO(str_release) struct str name = STR_INIT(4096);
    str_append_ident(&name, column->name);
    if (str_eq(refusal->path, column->name)) {
        err_set(err, ERR_CONFIG, "column %s has type %s, which the warehouse cannot hold",
                str_text(&name), refusal->type_text);
        return err_hint(err, "Write CAST(%s AS %s) AS %s.", str_text(&name), refusal->cast,
                        str_text(&name));
    }
    err_set(err, ERR_CONFIG, "column %s has type %s in \"%s\", which the warehouse cannot hold",
            str_text(&name), refusal->type_text, refusal->path);
    return err_hint(err, "CAST the value of \"%s\" to %s where %s is made.", refusal->path,
                    refusal->cast, str_text(&name));
}

static int require_distinct(struct column_list columns, struct err *err)
{
    for (size_t i = 0; i < columns.count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcasecmp(columns.items[i].name, columns.items[j].name) != 0)
                continue;
            err_set(err, ERR_CONFIG, "two columns are called \"%s\"", columns.items[i].name);
            return err_hint(err, "Give one of them another name with AS.");
        }
    }
    return 0;
}

static void append_item(struct str *list, const struct column *stored, bool is_changed)
{
    str_append(list, list->len > 0 ? ", " : "");
    if (!is_changed) {
        str_append_ident(list, stored->name);
        return;
    }
    str_append(list, "CAST(");
    str_append_ident(list, stored->name);
    str_appendf(list, " AS %s) AS ", stored->type_text);
    str_append_ident(list, stored->name);
}

int lake_types_map(struct column_list columns, struct arena *arena, char **ret_select_list,
                   struct column_list *ret_stored, struct err *err)
{
    AUTO(str_release) struct str list = STR_INIT(16 << 20);
    struct column *stored = ARENA_ARRAY(arena, struct column, columns.count);
    bool is_any_changed = false;
    TRY(require_distinct(columns, err));
    for (size_t i = 0; i < columns.count; i++) {
        struct refusal refusal = {0};
        bool is_changed = false;
        if (!map_type(&columns.items[i], columns.items[i].name, arena, &stored[i], &is_changed,
                      &refusal))
            return refused(&columns.items[i], &refusal, err);
        append_item(&list, &stored[i], is_changed);
        is_any_changed |= is_changed;
    }
    if (list.is_failed)
        return err_set(err, ERR_CONFIG, "the column list is too long");
    *ret_select_list = arena_strdup(arena, is_any_changed ? str_text(&list) : "*");
    *ret_stored = (struct column_list){stored, columns.count};
    return 0;
}
