/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PARQUET_WRITE_LAYOUT_H
#define LEAT_PARQUET_WRITE_LAYOUT_H

#include "parquet/stats.h"
#include "parquet/write.h"

/* How a run of Arrow values becomes values of Parquet. */
enum value_how {
    VALUE_COPY, /* `width` bytes each */
    VALUE_BITS, /* booleans, to a byte each */
    VALUE_INT8,
    VALUE_INT16,
    VALUE_UINT8,
    VALUE_UINT16,  /* to 4 bytes */
    VALUE_SECONDS, /* int64 × 1000 */
    VALUE_DECIMAL, /* 16 bytes to 4, 8 or `width`, the highest byte first */
    VALUE_TEXT,    /* with int32 offsets */
    VALUE_LARGE    /* with int64 offsets */
};

/* The way from a row of the top-level column to the leaf. */
enum step_kind { STEP_LEAF, STEP_STRUCT, STEP_LIST, STEP_LARGE_LIST };
struct step {
    enum step_kind kind;
    bool is_nullable;
    int32_t child; /* STRUCT: index of the child that is gone into; lists: 0 */
};

#define STEP_MAX 64

struct leaf {
    int32_t node;   /* in layout->nodes */
    int32_t column; /* top level */
    enum value_how how;
    enum value_order order;
    size_t width; /* of a value in memory, here; 0: byte arrays */
    const struct step *steps;
    size_t step_count;     /* 1: flat */
    __int128 decimal_over; /* DECIMAL: 10^precision */
    const char *path;      /* joined by \x1f */
};

struct parquet_layout {
    struct arena arena;
    struct parquet_node *nodes; /* [0] is the root */
    size_t node_count;
    struct leaf *leaves;
    size_t leaf_count;
    size_t column_count;
    bool is_flat; /* no nested columns */
    enum parquet_codec codec;
    int level;
    int64_t row_group_rows, row_group_bytes;
    const struct parquet_sorting *sorting; /* by leaves */
    size_t sorting_count;
    const struct parquet_key_value *key_values;
    size_t key_value_count;
};

/*
 * The type of a leaf by Arrow's format: fills type, type_length and logical of the node, and how,
 * order, width and decimal_over of the leaf. False: not known.
 */
bool leaf_type(const struct ArrowSchema *schema, struct parquet_node *node, struct leaf *leaf);

static inline const struct parquet_node *leaf_node(const struct parquet_layout *layout, size_t leaf)
{
    return &layout->nodes[layout->leaves[leaf].node];
}

#endif
