/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/sql.h"

#include "base/str.h"
#include "engine/sql_tree.h"
#include "engine/wrap.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* One name that means a CTE from here on inwards. */
struct scope {
    const char *name;
    const struct scope *outer;
};

/* A reference as found: the offset decides the order, as the tree is not in the text's order. */
struct found {
    const char *schema, *name;
    size_t offset;
    bool is_call, is_bounded;
};
struct walk {
    const char *sql;
    const json_t
        *table_call; /* the call of the table that was added last: no function of the engine's */
    struct arena *arena;
    struct err *err;
    VEC(struct found) tables;
    VEC(struct found) functions;
    VEC(struct found) params;
};

static int walk_any(struct walk *walk, json_t *json, const struct scope *scope);

static bool is_in_scope(const struct scope *scope, const char *name)
{
    for (; scope != NULL; scope = scope->outer) {
        if (strcasecmp(scope->name, name) == 0)
            return true;
    }
    return false;
}

static const char *text_or_empty(json_t *object, const char *key)
{
    const char *text = json_text(object, key);
    return text != NULL ? text : "";
}

static size_t offset_of(struct walk *walk, json_t *object)
{
    json_t *place = json_object_get(object, "query_location");
    size_t offset = json_is_integer(place) ? (size_t)json_integer_value(place) : 0;
    return offset <= strlen(walk->sql) ? offset : 0;
}

static int add_table(struct walk *walk, json_t *object, const struct scope *scope)
{
    const char *schema = text_or_empty(object, "schema_name");
    const char *name = text_or_empty(object, "table_name");
    bool is_cte = schema[0] == '\0' || strcasecmp(schema, "recurring") == 0;
    if (is_cte && is_in_scope(scope, name))
        return 0;
    size_t offset = offset_of(walk, object);
    TRY(sql_check_table(walk->sql, offset, text_or_empty(object, "catalog_name"), schema, name,
                        walk->err));
    VEC_PUSH(walk->arena, walk->tables,
             (struct found){.schema = arena_strdup(walk->arena, schema),
                            .name = arena_strdup(walk->arena, name),
                            .offset = offset});
    return 0;
}

/* A schema that is the engine's own, or none. */
static bool is_builtin(const char *schema)
{
    return schema[0] == '\0' || strcasecmp(schema, "main") == 0 ||
           strcasecmp(schema, "pg_catalog") == 0;
}

/* schema.name(…) as a table: the rows of a node within bounds. */
static int add_table_call(struct walk *walk, json_t *object)
{
    json_t *call = json_object_get(object, "function");
    const char *schema = text_or_empty(call, "schema");
    const char *name = text_or_empty(call, "function_name");
    size_t offset = offset_of(walk, object);
    if (is_builtin(schema))
        return sql_check_table_function(walk->sql, offset, name, walk->err);
    walk->table_call = call;
    TRY(sql_check_table(walk->sql, offset, text_or_empty(call, "catalog"), schema, name,
                        walk->err));
    VEC_PUSH(walk->arena, walk->tables,
             (struct found){.schema = arena_strdup(walk->arena, schema),
                            .name = arena_strdup(walk->arena, name),
                            .offset = offset,
                            .is_call = true,
                            .is_bounded = json_array_size(json_object_get(call, "children")) > 0});
    return 0;
}

static void push_function(struct walk *walk, const char *name, size_t offset)
{
    char *lower = arena_strdup(walk->arena, name);
    for (char *at = lower; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    VEC_PUSH(walk->arena, walk->functions,
             (struct found){.schema = "", .name = lower, .offset = offset});
}

/* Whatever schema it is said to be in: `system.now()` is now(). */
static int add_function(struct walk *walk, json_t *object, const char *name)
{
    if (object == walk->table_call)
        return 0;
    size_t offset = offset_of(walk, object);
    TRY(sql_check_function(walk->sql, offset, name, walk->err));
    push_function(walk, name, offset);
    /* With one argument it counts from today. */
    if (strcasecmp(name, "age") == 0 && json_array_size(json_object_get(object, "children")) == 1)
        push_function(walk, "today", offset);
    return 0;
}

/* A sample that is not REPEATABLE is another one each time. */
static void add_sample(struct walk *walk, json_t *sample)
{
    json_t *seed = json_object_get(sample, "seed");
    if (json_is_object(sample) && (seed == NULL || json_integer_value(seed) < 0))
        push_function(walk, "random", 0);
}

/* The tree does not say where a parameter stands. */
static size_t find_param(const char *sql, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = sql; *at != '\0';) {
        if (*at == '?' && isdigit((unsigned char)name[0]))
            return (size_t)(at - sql);
        if (*at == '$' && strncasecmp(at + 1, name, len) == 0 &&
            !isalnum((unsigned char)at[len + 1]) && at[len + 1] != '_')
            return (size_t)(at - sql);
        const char *after = sql_skip_opaque(at);
        at = after != at ? after : at + 1;
    }
    return 0;
}

static int add_param(struct walk *walk, json_t *object)
{
    const char *name = text_or_empty(object, "identifier");
    size_t offset = find_param(walk->sql, name);
    TRY(sql_check_param(walk->sql, offset, name, walk->err));
    VEC_PUSH(
        walk->arena, walk->params,
        (struct found){.schema = "", .name = arena_strdup(walk->arena, name), .offset = offset});
    return 0;
}

/* "current_date" and its like look like columns. */
static int add_value_word(struct walk *walk, json_t *object)
{
    json_t *names = json_object_get(object, "column_names");
    const char *name = json_string_value(json_array_get(names, 0));
    if (json_array_size(names) != 1 || name == NULL || !sql_is_value_word(name))
        return 0;
    return add_function(walk, object, name);
}

static int refuse_show(struct walk *walk, json_t *object)
{
    if (str_eq(json_text(object, "show_type"), "SUMMARY"))
        return 0;
    char word[32];
    sql_first_word(walk->sql, word, sizeof(word));
    err_set(walk->err, ERR_CONFIG, "found %s, expected one SELECT", word);
    return sql_err_where(walk->err, walk->sql, strspn(walk->sql, " \t\r\n"));
}

static int visit(struct walk *walk, json_t *object, const struct scope *scope)
{
    const char *class = text_or_empty(object, "class");
    const char *type = text_or_empty(object, "type");
    add_sample(walk, json_object_get(object, "sample"));
    if (str_eq(type, "BASE_TABLE"))
        return add_table(walk, object, scope);
    if (str_eq(type, "TABLE_FUNCTION"))
        return add_table_call(walk, object);
    if (str_eq(type, "SHOW_REF"))
        return refuse_show(walk, object);
    if (str_eq(class, "FUNCTION") && !json_is_true(json_object_get(object, "is_operator")))
        return add_function(walk, object, text_or_empty(object, "function_name"));
    if (str_eq(class, "WINDOW"))
        return add_function(walk, object, text_or_empty(object, "function_name"));
    if (str_eq(class, "PARAMETER"))
        return add_param(walk, object);
    if (str_eq(class, "COLUMN_REF"))
        return add_value_word(walk, object);
    return 0;
}

static int walk_members(struct walk *walk, json_t *object, const struct scope *scope)
{
    TRY(visit(walk, object, scope));
    const char *key;
    json_t *member;
    json_object_foreach(object, key, member)
    {
        if (!str_eq(key, "cte_map") && (json_is_object(member) || json_is_array(member)))
            TRY(walk_any(walk, member, scope));
    }
    return 0;
}

/*
 * The query node's CTEs from the `index`th on, then the node itself. A CTE is seen by those after
 * it and by the node; by itself only when it is recursive.
 */
static int walk_ctes(struct walk *walk, json_t *object, size_t index, const struct scope *scope)
{
    json_t *map = json_object_get(json_object_get(object, "cte_map"), "map");
    json_t *entry = json_array_get(map, index);
    if (entry == NULL)
        return walk_members(walk, object, scope);
    struct scope inner = {.name = text_or_empty(entry, "key"), .outer = scope};
    json_t *value = json_object_get(entry, "value");
    json_t *query = json_object_get(json_object_get(value, "query"), "node");
    bool is_recursive = str_eq(json_text(query, "type"), "RECURSIVE_CTE_NODE");
    TRY(walk_any(walk, value, is_recursive ? &inner : scope));
    return walk_ctes(walk, object, index + 1, &inner);
}

static int walk_any(struct walk *walk, json_t *json, const struct scope *scope)
{
    if (json_is_object(json))
        return walk_ctes(walk, json, 0, scope);
    for (size_t i = 0; i < json_array_size(json); i++)
        TRY(walk_any(walk, json_array_get(json, i), scope));
    return 0;
}

static int compare_offsets(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    return (x->offset > y->offset) - (x->offset < y->offset);
}

static struct sql_ref *find_known(struct sql_ref *refs, size_t count, const struct found *found)
{
    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(refs[i].schema, found->schema) == 0 &&
            strcasecmp(refs[i].name, found->name) == 0)
            return &refs[i];
    }
    return NULL;
}

static struct sql_ref *make_refs(struct walk *walk, struct found *found, size_t count,
                                 size_t *ret_count)
{
    struct sql_ref *refs = ARENA_ARRAY(walk->arena, struct sql_ref, count + 1);
    size_t ref_count = 0;
    if (count > 0)
        qsort(found, count, sizeof(found[0]), compare_offsets);
    for (size_t i = 0; i < count; i++) {
        struct sql_ref *ref = find_known(refs, ref_count, &found[i]);
        if (ref != NULL) {
            ref->is_call = ref->is_call || found[i].is_call;
            ref->is_bounded = ref->is_bounded && found[i].is_bounded;
            continue;
        }
        ref = &refs[ref_count++];
        ref->is_call = found[i].is_call;
        ref->is_bounded = found[i].is_bounded;
        ref->schema = found[i].schema;
        ref->name = found[i].name;
        text_place(walk->sql, found[i].offset, &ref->line, &ref->column);
    }
    *ret_count = ref_count;
    return refs;
}

static int check_single(const char *sql, json_t *root, struct err *err)
{
    if (json_is_true(json_object_get(root, "error")))
        return sql_refused(sql, root, err);
    size_t count = json_array_size(json_object_get(root, "statements"));
    if (count == 1)
        return 0;
    if (count == 0)
        return err_set(err, ERR_CONFIG, "found no SQL, expected one SELECT");
    err_set(err, ERR_CONFIG, "found %zu statements, expected one SELECT", count);
    return sql_err_where(err, sql, sql_first_end(sql));
}

int sql_analyze(struct conn *conn, const char *sql, struct arena *arena, struct sql_info *ret_info,
                struct err *err)
{
    TRY(sql_check_template(sql, err));
    AUTO(sql_tree_release) struct sql_tree tree = {0};
    TRY(sql_tree_read(conn, sql, &tree, err));
    TRY(check_single(sql, tree.root, err));
    struct walk walk = {.sql = sql, .arena = arena, .err = err};
    TRY(walk_any(&walk, json_object_get(tree.root, "statements"), NULL));
    struct sql_info info = {.fingerprint = tree.hash};
    info.tables = make_refs(&walk, walk.tables.items, walk.tables.count, &info.table_count);
    info.functions =
        make_refs(&walk, walk.functions.items, walk.functions.count, &info.function_count);
    info.params = make_refs(&walk, walk.params.items, walk.params.count, &info.param_count);
    *ret_info = info;
    return 0;
}

/* The text after EXPLAIN, ANALYZE and its options; `sql` itself when it is no EXPLAIN. */
static const char *after_explain(const char *sql)
{
    char word[32];
    sql_first_word(sql, word, sizeof(word));
    if (!str_eq(word, "EXPLAIN"))
        return sql;
    const char *at = sql_skip_blank(sql) + strlen("EXPLAIN");
    at = sql_skip_blank(at);
    if (*at == '(')
        at = sql_skip_blank(at + strcspn(at, ")") + (strchr(at, ')') != NULL));
    if (strncasecmp(at, "ANALYZE", 7) == 0 || strncasecmp(at, "ANALYSE", 7) == 0)
        at += 7;
    return at;
}

int sql_require_select(struct conn *conn, const char *sql, struct err *err)
{
    const char *query = after_explain(sql);
    AUTO(sql_tree_release) struct sql_tree tree = {0};
    TRY(sql_tree_read(conn, query, &tree, err));
    if (check_single(query, tree.root, err) != 0)
        return query == sql ? -1 : err_context(err, "EXPLAIN");
    return 0;
}
