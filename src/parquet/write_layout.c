/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/write_layout.h"

#include "base/alloc.h"
#include "base/str.h"

#include <stdlib.h>

enum { ROW_GROUP_ROWS = 122880, LAYOUT_BYTES = 64 << 20, NULLABLE = 2 /* flag of Arrow */ };
#define ROW_GROUP_BYTES (INT64_C(64) << 20)
#define ROW_GROUP_BYTES_MAX (INT64_C(1) << 30)

/* Where the walk down the schema is. */
struct walk {
    struct parquet_layout *layout;
    const int32_t *field_ids; /* the next one; NULL: none */
    VEC(struct parquet_node) nodes;
    VEC(struct leaf) leaves;
    struct step steps[STEP_MAX];
    size_t depth;
    int32_t column;
    struct str path;
    struct err *err;
};

static int32_t add_node(struct walk *walk, int32_t parent, const char *name,
                        enum parquet_repetition repetition)
{
    struct parquet_node node = {
        .name = arena_strdup(&walk->layout->arena, name),
        .repetition = repetition,
        .field_id = -1,
        .parent = parent,
        .leaf = -1,
    };
    if (parent >= 0) {
        struct parquet_node *above = &walk->nodes.items[parent];
        above->child_count++;
        node.max_definition =
            (uint16_t)(above->max_definition + (repetition != PARQUET_REQUIRED ? 1 : 0));
        node.max_repetition =
            (uint16_t)(above->max_repetition + (repetition == PARQUET_REPEATED ? 1 : 0));
    }
    VEC_PUSH(&walk->layout->arena, walk->nodes, node);
    return (int32_t)walk->nodes.count - 1;
}

static int not_written(const struct walk *walk, const struct ArrowSchema *schema)
{
    for (size_t i = 0; i < walk->path.len; i++)
        if (walk->path.data[i] == '\x1f')
            walk->path.data[i] = '.';
    (void)err_set(walk->err, ERR_DATA,
                  "column \"%s\" has a type that Parquet files cannot hold "
                  "(Arrow format \"%s\"%s)",
                  str_text(&walk->path), schema->format,
                  schema->dictionary != NULL ? ", with a dictionary" : "");
    return err_hint(walk->err, "Cast it, for example to VARCHAR.");
}

static int add_leaf(struct walk *walk, const struct ArrowSchema *schema, int32_t node)
{
    struct arena *arena = &walk->layout->arena;
    struct leaf leaf = {.node = node, .column = walk->column, .step_count = walk->depth};
    struct parquet_node *at = &walk->nodes.items[node];
    if (!leaf_type(schema, at, &leaf))
        return not_written(walk, schema);
    at->is_leaf = true;
    at->leaf = (int32_t)walk->leaves.count;
    struct step *steps = ARENA_ARRAY(arena, struct step, walk->depth);
    memcpy(steps, walk->steps, walk->depth * sizeof(*steps));
    leaf.steps = steps;
    leaf.path = arena_strdup(arena, str_text(&walk->path));
    VEC_PUSH(arena, walk->leaves, leaf);
    return 0;
}

static int add_field(struct walk *walk, const struct ArrowSchema *schema, int32_t parent,
                     const char *name);

static int add_struct(struct walk *walk, const struct ArrowSchema *schema, int32_t node,
                      size_t step)
{
    if (schema->n_children == 0)
        return not_written(walk, schema);
    for (int64_t i = 0; i < schema->n_children; i++) {
        walk->steps[step].child = (int32_t)i;
        TRY(add_field(walk, schema->children[i], node, schema->children[i]->name));
    }
    return 0;
}

/* optional group a (LIST) { repeated group list { optional … element; } } */
static int add_list(struct walk *walk, const struct ArrowSchema *schema, int32_t node)
{
    walk->nodes.items[node].logical.kind = PARQUET_LOGICAL_LIST;
    int32_t repeated = add_node(walk, node, "list", PARQUET_REPEATED);
    return add_field(walk, schema->children[0], repeated, "element");
}

/* optional group a (MAP) { repeated group key_value { required … key; optional … value; } } */
static int add_map(struct walk *walk, const struct ArrowSchema *schema, int32_t node)
{
    const struct ArrowSchema *entries = schema->children[0];
    walk->nodes.items[node].logical.kind = PARQUET_LOGICAL_MAP;
    int32_t repeated = add_node(walk, node, "key_value", PARQUET_REPEATED);
    size_t step = walk->depth++;
    walk->steps[step] = (struct step){.kind = STEP_STRUCT};
    static const char *const names[] = {"key", "value"};
    for (int32_t i = 0; i < 2; i++) {
        walk->steps[step].child = i;
        TRY(add_field(walk, entries->children[i], repeated, names[i]));
    }
    walk->depth--;
    return 0;
}

static int add_inside(struct walk *walk, const struct ArrowSchema *schema, int32_t node)
{
    const char *format = schema->format;
    size_t step = walk->depth - 1;
    if (str_eq(format, "+s")) {
        walk->steps[step].kind = STEP_STRUCT;
        return add_struct(walk, schema, node, step);
    }
    if (str_eq(format, "+l") || str_eq(format, "+L")) {
        walk->steps[step].kind = format[1] == 'l' ? STEP_LIST : STEP_LARGE_LIST;
        return add_list(walk, schema, node);
    }
    if (str_eq(format, "+m")) {
        walk->steps[step].kind = STEP_LIST;
        return add_map(walk, schema, node);
    }
    walk->steps[step].kind = STEP_LEAF;
    return add_leaf(walk, schema, node);
}

static int add_field(struct walk *walk, const struct ArrowSchema *schema, int32_t parent,
                     const char *name)
{
    size_t path_len = walk->path.len;
    bool is_key =
        walk->nodes.items[parent].logical.kind == PARQUET_LOGICAL_NONE && parent > 0 &&
        str_eq(name, "key") &&
        walk->nodes.items[walk->nodes.items[parent].parent].logical.kind == PARQUET_LOGICAL_MAP;
    bool is_nullable = (schema->flags & NULLABLE) != 0 && !is_key;
    int32_t node = add_node(walk, parent, name, is_nullable ? PARQUET_OPTIONAL : PARQUET_REQUIRED);
    if (path_len > 0)
        str_append_char(&walk->path, '\x1f');
    str_append(&walk->path, name);
    if (walk->field_ids != NULL)
        walk->nodes.items[node].field_id = *walk->field_ids++;
    if (walk->depth + 2 > STEP_MAX)
        return not_written(walk, schema);
    walk->steps[walk->depth++] = (struct step){.is_nullable = is_nullable};
    TRY(add_inside(walk, schema, node));
    walk->depth--;
    if (walk->path.len > path_len)
        walk->path.data[path_len] = '\0';
    walk->path.len = path_len;
    return 0;
}

static void copy_key_values(struct parquet_layout *layout,
                            const struct parquet_layout_options *options)
{
    struct parquet_key_value *copy =
        ARENA_ARRAY(&layout->arena, struct parquet_key_value, options->key_value_count + 1);
    for (size_t i = 0; i < options->key_value_count; i++) {
        const struct parquet_key_value *from = &options->key_values[i];
        copy[i] = *from;
        copy[i].key.data =
            (void *)arena_strndup(&layout->arena, (const char *)from->key.data, from->key.len);
        if (from->value.data != NULL)
            copy[i].value.data = (void *)arena_strndup(
                &layout->arena, (const char *)from->value.data, from->value.len);
    }
    layout->key_values = copy;
    layout->key_value_count = options->key_value_count;
}

/* Columns of the order by which a whole row group can be sorted: flat ones. */
static int copy_sorting(struct parquet_layout *layout, const struct parquet_layout_options *options,
                        struct err *err)
{
    struct parquet_sorting *copy =
        ARENA_ARRAY(&layout->arena, struct parquet_sorting, options->sorting_count + 1);
    for (size_t i = 0; i < options->sorting_count; i++) {
        size_t leaf = 0;
        while (leaf < layout->leaf_count &&
               layout->leaves[leaf].column != options->sorting[i].column)
            leaf++;
        if (leaf == layout->leaf_count || layout->leaves[leaf].step_count != 1)
            return err_set(err, ERR_INTERNAL, "rows cannot be sorted by column %d",
                           options->sorting[i].column);
        copy[i] = options->sorting[i];
        copy[i].column = (int32_t)leaf;
    }
    layout->sorting = copy;
    layout->sorting_count = options->sorting_count;
    return 0;
}

static int copy_options(struct parquet_layout *layout, const struct parquet_layout_options *options,
                        struct err *err)
{
    layout->codec = options->codec;
    layout->level = options->level > 0 ? options->level : 1;
    layout->row_group_rows = options->row_group_rows > 0 ? options->row_group_rows : ROW_GROUP_ROWS;
    layout->row_group_bytes =
        options->row_group_bytes > 0 ? options->row_group_bytes : ROW_GROUP_BYTES;
    if (layout->row_group_bytes > ROW_GROUP_BYTES_MAX)
        layout->row_group_bytes = ROW_GROUP_BYTES_MAX;
    if (layout->codec != PARQUET_UNCOMPRESSED && layout->codec != PARQUET_SNAPPY &&
        layout->codec != PARQUET_ZSTD)
        return err_set(err, ERR_INTERNAL, "Parquet codec %d is not written", (int)layout->codec);
    copy_key_values(layout, options);
    return copy_sorting(layout, options, err);
}

static int fill(struct walk *walk, const struct ArrowSchema *schema)
{
    struct parquet_layout *layout = walk->layout;
    if (schema->n_children == 0)
        return err_set(walk->err, ERR_DATA, "a Parquet file needs at least one column");
    (void)add_node(walk, -1, "schema", PARQUET_REQUIRED);
    for (int64_t i = 0; i < schema->n_children; i++) {
        walk->column = (int32_t)i;
        TRY(add_field(walk, schema->children[i], 0, schema->children[i]->name));
    }
    layout->nodes = walk->nodes.items;
    layout->node_count = walk->nodes.count;
    layout->leaves = walk->leaves.items;
    layout->leaf_count = walk->leaves.count;
    layout->column_count = (size_t)schema->n_children;
    layout->is_flat = layout->leaf_count == layout->column_count;
    for (size_t i = 0; i < layout->leaf_count; i++)
        layout->is_flat &= layout->leaves[i].step_count == 1;
    return 0;
}

int parquet_layout_new(const struct ArrowSchema *schema,
                       const struct parquet_layout_options *options,
                       struct parquet_layout **ret_layout, struct err *err)
{
    static const struct parquet_layout_options defaults;
    AUTO(parquet_layout_free) struct parquet_layout *layout = alloc_zeroed(sizeof(*layout));
    arena_init(&layout->arena, LAYOUT_BYTES);
    options = options != NULL ? options : &defaults;
    struct walk walk = {
        .layout = layout, .field_ids = options->field_ids, .path = STR_INIT(1 << 20), .err = err};
    int rc = fill(&walk, schema);
    str_release(&walk.path);
    TRY(rc);
    TRY(copy_options(layout, options, err));
    *ret_layout = TAKE(layout);
    return 0;
}

void parquet_layout_free(struct parquet_layout **layout)
{
    if (*layout == NULL)
        return;
    arena_release(&(*layout)->arena);
    free(*layout);
    *layout = NULL;
}
