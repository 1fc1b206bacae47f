/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/read_file.h"

#include <inttypes.h>
#include <string.h>

#define DEPTH_MAX 64

/* What a node says of itself before the tree is known. */
struct parsed {
    bool has_type, has_converted;
    int32_t converted;
    struct parquet_bytes name;
    struct parquet_logical logical;
    int32_t scale, precision;
};

static void read_decimal(struct thrift_reader *in, struct parquet_logical *logical)
{
    struct thrift_field field = {0};
    while (thrift_read_next(in, &field)) {
        switch (field.id) {
        case 1:
            logical->scale = thrift_read_i32(in, &field);
            break;
        case 2:
            logical->precision = thrift_read_i32(in, &field);
            break;
        default:
            thrift_read_skip(in, &field);
        }
    }
}

/* The union's member is its number: 1 milliseconds, 2 microseconds, 3 nanoseconds. */
static void read_unit(struct thrift_reader *in, struct parquet_logical *logical)
{
    struct thrift_field field = {0};
    while (thrift_read_next(in, &field)) {
        if (field.id >= PARQUET_MILLIS && field.id <= PARQUET_NANOS)
            logical->unit = (enum parquet_unit)field.id;
        thrift_read_skip(in, &field);
    }
}

static void read_time(struct thrift_reader *in, struct parquet_logical *logical)
{
    struct thrift_field field = {0};
    while (thrift_read_next(in, &field)) {
        if (field.id == 1)
            logical->is_adjusted_to_utc = thrift_read_bool(in, &field);
        else if (field.id == 2 && thrift_read_struct(in, &field))
            read_unit(in, logical);
        else
            thrift_read_skip(in, &field);
    }
    if (logical->unit == 0)
        logical->kind = PARQUET_LOGICAL_OTHER;
}

static void read_integer(struct thrift_reader *in, struct parquet_logical *logical)
{
    struct thrift_field field = {0};
    while (thrift_read_next(in, &field)) {
        if (field.id == 1)
            logical->bit_width = thrift_read_byte(in, &field);
        else if (field.id == 2)
            logical->is_signed = thrift_read_bool(in, &field);
        else
            thrift_read_skip(in, &field);
    }
}

static void read_logical(struct thrift_reader *in, struct parquet_logical *logical)
{
    struct thrift_field field = {0};
    while (thrift_read_next(in, &field)) {
        bool is_known = field.id >= PARQUET_LOGICAL_STRING && field.id < PARQUET_LOGICAL_OTHER &&
                        field.id != PARQUET_LOGICAL_INTERVAL;
        logical->kind = is_known ? (enum parquet_logical_kind)field.id : PARQUET_LOGICAL_OTHER;
        if (field.type != THRIFT_STRUCT || !is_known)
            thrift_read_skip(in, &field);
        else if (logical->kind == PARQUET_LOGICAL_DECIMAL)
            read_decimal(in, logical);
        else if (logical->kind == PARQUET_LOGICAL_TIME ||
                 logical->kind == PARQUET_LOGICAL_TIMESTAMP)
            read_time(in, logical);
        else if (logical->kind == PARQUET_LOGICAL_INTEGER)
            read_integer(in, logical);
        else
            thrift_read_skip(in, &field);
    }
}

static struct parquet_logical of_integer(int32_t converted)
{
    bool is_signed = converted >= PARQUET_CONVERTED_INT_8;
    int step = converted - (is_signed ? PARQUET_CONVERTED_INT_8 : PARQUET_CONVERTED_UINT_8);
    return (struct parquet_logical){
        .kind = PARQUET_LOGICAL_INTEGER, .bit_width = (int8_t)(8 << step), .is_signed = is_signed};
}

/* What writers said before there were logical types. */
static struct parquet_logical of_converted(const struct parsed *parsed)
{
    static const enum parquet_logical_kind kinds[] = {
        [PARQUET_CONVERTED_UTF8] = PARQUET_LOGICAL_STRING,
        [PARQUET_CONVERTED_MAP] = PARQUET_LOGICAL_MAP,
        [PARQUET_CONVERTED_MAP_KEY_VALUE] = PARQUET_LOGICAL_MAP,
        [PARQUET_CONVERTED_LIST] = PARQUET_LOGICAL_LIST,
        [PARQUET_CONVERTED_ENUM] = PARQUET_LOGICAL_ENUM,
        [PARQUET_CONVERTED_DECIMAL] = PARQUET_LOGICAL_DECIMAL,
        [PARQUET_CONVERTED_DATE] = PARQUET_LOGICAL_DATE,
        [PARQUET_CONVERTED_TIME_MILLIS] = PARQUET_LOGICAL_TIME,
        [PARQUET_CONVERTED_TIME_MICROS] = PARQUET_LOGICAL_TIME,
        [PARQUET_CONVERTED_TIMESTAMP_MILLIS] = PARQUET_LOGICAL_TIMESTAMP,
        [PARQUET_CONVERTED_TIMESTAMP_MICROS] = PARQUET_LOGICAL_TIMESTAMP,
        [PARQUET_CONVERTED_JSON] = PARQUET_LOGICAL_JSON,
        [PARQUET_CONVERTED_BSON] = PARQUET_LOGICAL_BSON,
        [PARQUET_CONVERTED_INTERVAL] = PARQUET_LOGICAL_INTERVAL,
    };
    int32_t converted = parsed->converted;
    if (converted >= PARQUET_CONVERTED_UINT_8 && converted <= PARQUET_CONVERTED_INT_64)
        return of_integer(converted);
    if (converted < 0 || converted >= (int32_t)ARRAY_COUNT(kinds))
        return (struct parquet_logical){.kind = PARQUET_LOGICAL_OTHER};
    bool is_millis = converted == PARQUET_CONVERTED_TIME_MILLIS ||
                     converted == PARQUET_CONVERTED_TIMESTAMP_MILLIS;
    return (struct parquet_logical){.kind = kinds[converted],
                                    .unit = is_millis ? PARQUET_MILLIS : PARQUET_MICROS,
                                    .is_adjusted_to_utc = true,
                                    .scale = parsed->scale,
                                    .precision = parsed->precision};
}

static void read_member(struct thrift_reader *in, const struct thrift_field *field,
                        struct parquet_node *node, struct parsed *parsed)
{
    switch (field->id) {
    case 1:
        parsed->has_type = true;
        node->type = (enum parquet_type)thrift_read_i32(in, field);
        break;
    case 2:
        node->type_length = thrift_read_i32(in, field);
        break;
    case 3:
        node->repetition = (enum parquet_repetition)thrift_read_i32(in, field);
        break;
    case 4:
        parsed->name = thrift_read_binary(in, field);
        break;
    case 5:
        node->child_count = thrift_read_i32(in, field);
        break;
    case 6:
        parsed->has_converted = true;
        parsed->converted = thrift_read_i32(in, field);
        break;
    case 7:
        parsed->scale = thrift_read_i32(in, field);
        break;
    case 8:
        parsed->precision = thrift_read_i32(in, field);
        break;
    case 9:
        node->field_id = thrift_read_i32(in, field);
        break;
    case 10:
        if (thrift_read_struct(in, field))
            read_logical(in, &parsed->logical);
        break;
    default:
        thrift_read_skip(in, field);
    }
}

static const char *check_node(const struct parquet_node *node, const struct parsed *parsed)
{
    if (node->repetition > PARQUET_REPEATED)
        return "a column has a repetition that cannot be";
    if (parsed->has_type && node->type >= PARQUET_TYPE_COUNT)
        return "a column has a type that cannot be";
    if (parsed->has_type && node->type == PARQUET_FIXED_LEN_BYTE_ARRAY && node->type_length <= 0)
        return "a column of fixed length has no length";
    if (node->child_count < 0 || (parsed->has_type && node->child_count != 0))
        return "a column has children";
    return NULL;
}

static int read_node(struct parquet_file *file, struct thrift_reader *in, struct parquet_node *node,
                     struct err *err)
{
    struct parsed parsed = {0};
    node->field_id = -1;
    node->leaf = -1;
    struct thrift_field field = {0};
    while (thrift_read_next(in, &field))
        read_member(in, &field, node, &parsed);
    if (in->fault == NULL && check_node(node, &parsed) != NULL)
        thrift_read_fail(in, check_node(node, &parsed));
    node->is_leaf = parsed.has_type;
    node->logical = parsed.logical;
    if (parsed.logical.kind == PARQUET_LOGICAL_NONE && parsed.has_converted)
        node->logical = of_converted(&parsed);
    void *name = NULL;
    TRY(parquet_file_alloc(file, (size_t)parsed.name.len + 1, 1, &name, err));
    if (parsed.name.len != 0)
        memcpy(name, parsed.name.data, parsed.name.len);
    node->name = name;
    return 0;
}

int parquet_read_schema(struct parquet_file *file, struct thrift_reader *in,
                        const struct thrift_field *field, struct err *err)
{
    uint32_t count = thrift_read_list(in, field, THRIFT_STRUCT);
    void *nodes = NULL;
    TRY(parquet_file_alloc(file, count, sizeof(struct parquet_node), &nodes, err));
    for (uint32_t i = 0; i < count && in->fault == NULL; i++)
        TRY(read_node(file, in, (struct parquet_node *)nodes + i, err));
    file->footer.nodes = nodes;
    file->footer.node_count = in->fault == NULL ? count : 0;
    return 0;
}

static int add_path(struct parquet_file *file, int32_t at, struct err *err)
{
    const struct parquet_node *nodes = file->footer.nodes;
    size_t len = 0;
    for (int32_t i = at; i > 0; i = nodes[i].parent)
        len += strlen(nodes[i].name) + 1;
    void *path = NULL;
    TRY(parquet_file_alloc(file, len + 1, 1, &path, err));
    char *end = (char *)path + len;
    for (int32_t i = at; i > 0; i = nodes[i].parent) {
        size_t part = strlen(nodes[i].name);
        *--end = i == at ? '\0' : '.';
        end -= part;
        memcpy(end, nodes[i].name, part);
    }
    file->paths[nodes[at].leaf] = path;
    return 0;
}

static int link_node(struct parquet_file *file, struct parquet_node *node, int32_t parent,
                     int32_t *leaves, struct err *err)
{
    const struct parquet_node *above = &file->footer.nodes[parent];
    node->parent = parent;
    node->max_definition = above->max_definition + (node->repetition != PARQUET_REQUIRED);
    node->max_repetition = above->max_repetition + (node->repetition == PARQUET_REPEATED);
    if (!node->is_leaf)
        return 0;
    node->leaf = (int32_t)file->footer.leaf_count;
    leaves[file->footer.leaf_count++] = (int32_t)(node - file->footer.nodes);
    return add_path(file, leaves[node->leaf], err);
}

int parquet_link_schema(struct parquet_file *file, struct err *err)
{
    struct parquet_footer *footer = &file->footer;
    struct parquet_node *nodes = (struct parquet_node *)footer->nodes;
    void *leaves = NULL, *paths = NULL;
    if (footer->node_count == 0 || nodes[0].is_leaf)
        return parquet_file_fault(file, err, "its footer has no schema");
    TRY(parquet_file_alloc(file, footer->node_count, sizeof(int32_t), &leaves, err));
    TRY(parquet_file_alloc(file, footer->node_count, sizeof(char *), &paths, err));
    footer->leaves = leaves;
    file->paths = paths;
    nodes[0].parent = -1;
    int32_t stack[DEPTH_MAX] = {0}, left[DEPTH_MAX] = {nodes[0].child_count};
    int depth = 0;
    for (size_t i = 1; i < footer->node_count; i++) {
        while (depth >= 0 && left[depth] == 0)
            depth--;
        if (depth < 0)
            return parquet_file_fault(file, err, "its schema has more elements than its tree");
        left[depth]--;
        TRY(link_node(file, &nodes[i], stack[depth], leaves, err));
        if (nodes[i].child_count == 0)
            continue;
        if (++depth == DEPTH_MAX)
            return parquet_file_fault(file, err, "its schema is nested more than %d deep",
                                      DEPTH_MAX);
        stack[depth] = (int32_t)i;
        left[depth] = nodes[i].child_count;
    }
    while (depth >= 0 && left[depth] == 0)
        depth--;
    return depth < 0 ? 0 : parquet_file_fault(file, err, "its schema ends before its tree");
}
