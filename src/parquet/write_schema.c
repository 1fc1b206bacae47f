/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/write_internal.h"

/* The older name of a type, for readers that do not know logical types; -1: it has none. */
static int converted_integer(const struct parquet_logical *logical)
{
    int base = logical->is_signed ? PARQUET_CONVERTED_INT_8 : PARQUET_CONVERTED_UINT_8;
    return base + (logical->bit_width == 8    ? 0
                   : logical->bit_width == 16 ? 1
                   : logical->bit_width == 32 ? 2
                                              : 3);
}

static int converted_time(const struct parquet_logical *logical, int millis, int micros)
{
    if (!logical->is_adjusted_to_utc || logical->unit == PARQUET_NANOS)
        return -1;
    return logical->unit == PARQUET_MILLIS ? millis : micros;
}

static int converted_type(const struct parquet_logical *logical)
{
    switch (logical->kind) {
    case PARQUET_LOGICAL_STRING:
        return PARQUET_CONVERTED_UTF8;
    case PARQUET_LOGICAL_MAP:
        return PARQUET_CONVERTED_MAP;
    case PARQUET_LOGICAL_LIST:
        return PARQUET_CONVERTED_LIST;
    case PARQUET_LOGICAL_DECIMAL:
        return PARQUET_CONVERTED_DECIMAL;
    case PARQUET_LOGICAL_DATE:
        return PARQUET_CONVERTED_DATE;
    case PARQUET_LOGICAL_TIME:
        return converted_time(logical, PARQUET_CONVERTED_TIME_MILLIS,
                              PARQUET_CONVERTED_TIME_MICROS);
    case PARQUET_LOGICAL_TIMESTAMP:
        return converted_time(logical, PARQUET_CONVERTED_TIMESTAMP_MILLIS,
                              PARQUET_CONVERTED_TIMESTAMP_MICROS);
    case PARQUET_LOGICAL_INTEGER:
        return converted_integer(logical);
    default:
        return -1;
    }
}

/* The union LogicalType. */
static void put_logical(struct thrift_out *out, const struct parquet_logical *logical)
{
    thrift_struct_begin(out, 10);
    thrift_struct_begin(out, (int)logical->kind);
    if (logical->kind == PARQUET_LOGICAL_DECIMAL) {
        thrift_i32(out, 1, logical->scale);
        thrift_i32(out, 2, logical->precision);
    } else if (logical->kind == PARQUET_LOGICAL_TIME ||
               logical->kind == PARQUET_LOGICAL_TIMESTAMP) {
        thrift_bool(out, 1, logical->is_adjusted_to_utc);
        thrift_struct_begin(out, 2);
        thrift_struct_begin(out, (int)logical->unit);
        thrift_struct_end(out);
        thrift_struct_end(out);
    } else if (logical->kind == PARQUET_LOGICAL_INTEGER) {
        thrift_byte(out, 1, logical->bit_width);
        thrift_bool(out, 2, logical->is_signed);
    }
    thrift_struct_end(out);
    thrift_struct_end(out);
}

static void put_node(struct thrift_out *out, const struct parquet_node *node)
{
    thrift_item_struct(out);
    if (node->is_leaf)
        thrift_i32(out, 1, (int32_t)node->type);
    if (node->type_length > 0)
        thrift_i32(out, 2, node->type_length);
    if (node->parent >= 0)
        thrift_i32(out, 3, (int32_t)node->repetition);
    thrift_text(out, 4, node->name);
    if (!node->is_leaf)
        thrift_i32(out, 5, node->child_count);
    int converted = converted_type(&node->logical);
    if (converted >= 0)
        thrift_i32(out, 6, converted);
    if (node->logical.kind == PARQUET_LOGICAL_DECIMAL) {
        thrift_i32(out, 7, node->logical.scale);
        thrift_i32(out, 8, node->logical.precision);
    }
    if (node->field_id >= 0)
        thrift_i32(out, 9, node->field_id);
    if (node->logical.kind != PARQUET_LOGICAL_NONE)
        put_logical(out, &node->logical);
    thrift_struct_end(out);
}

void write_schema(struct thrift_out *out, const struct parquet_layout *layout)
{
    thrift_list(out, 2, THRIFT_STRUCT, layout->node_count);
    for (size_t i = 0; i < layout->node_count; i++)
        put_node(out, &layout->nodes[i]);
}
