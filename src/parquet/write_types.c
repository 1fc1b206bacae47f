/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "parquet/write_layout.h"

#include <stdio.h>

#define INTEGER(bits, sign)                                                       \
    {                                                                             \
        .kind = PARQUET_LOGICAL_INTEGER, .bit_width = (bits), .is_signed = (sign) \
    }
#define TIME(of_unit)                                   \
    {                                                   \
        .kind = PARQUET_LOGICAL_TIME, .unit = (of_unit) \
    }

static const struct plain_type {
    const char *format;
    enum parquet_type type;
    enum value_how how;
    enum value_order order;
    size_t width;
    struct parquet_logical logical;
} plain_types[] = {
    {"b", PARQUET_BOOLEAN, VALUE_BITS, ORDER_BOOL, 1, {0}},
    {"c", PARQUET_INT32, VALUE_INT8, ORDER_INT32, 4, INTEGER(8, true)},
    {"s", PARQUET_INT32, VALUE_INT16, ORDER_INT32, 4, INTEGER(16, true)},
    {"i", PARQUET_INT32, VALUE_COPY, ORDER_INT32, 4, {0}},
    {"l", PARQUET_INT64, VALUE_COPY, ORDER_INT64, 8, {0}},
    {"C", PARQUET_INT32, VALUE_UINT8, ORDER_UINT32, 4, INTEGER(8, false)},
    {"S", PARQUET_INT32, VALUE_UINT16, ORDER_UINT32, 4, INTEGER(16, false)},
    {"I", PARQUET_INT32, VALUE_COPY, ORDER_UINT32, 4, INTEGER(32, false)},
    {"L", PARQUET_INT64, VALUE_COPY, ORDER_UINT64, 8, INTEGER(64, false)},
    {"f", PARQUET_FLOAT, VALUE_COPY, ORDER_FLOAT, 4, {0}},
    {"g", PARQUET_DOUBLE, VALUE_COPY, ORDER_DOUBLE, 8, {0}},
    {"u", PARQUET_BYTE_ARRAY, VALUE_TEXT, ORDER_TEXT, 0, {.kind = PARQUET_LOGICAL_STRING}},
    {"U", PARQUET_BYTE_ARRAY, VALUE_LARGE, ORDER_TEXT, 0, {.kind = PARQUET_LOGICAL_STRING}},
    {"z", PARQUET_BYTE_ARRAY, VALUE_TEXT, ORDER_BYTES, 0, {0}},
    {"Z", PARQUET_BYTE_ARRAY, VALUE_LARGE, ORDER_BYTES, 0, {0}},
    {"tdD", PARQUET_INT32, VALUE_COPY, ORDER_INT32, 4, {.kind = PARQUET_LOGICAL_DATE}},
    {"ttm", PARQUET_INT32, VALUE_COPY, ORDER_INT32, 4, TIME(PARQUET_MILLIS)},
    {"ttu", PARQUET_INT64, VALUE_COPY, ORDER_INT64, 8, TIME(PARQUET_MICROS)},
    {"ttn", PARQUET_INT64, VALUE_COPY, ORDER_INT64, 8, TIME(PARQUET_NANOS)},
};

static bool is_plain(const char *format, struct parquet_node *node, struct leaf *leaf)
{
    for (size_t i = 0; i < ARRAY_COUNT(plain_types); i++) {
        const struct plain_type *plain = &plain_types[i];
        if (!str_eq(format, plain->format))
            continue;
        node->type = plain->type;
        node->logical = plain->logical;
        leaf->how = plain->how;
        leaf->order = plain->order;
        leaf->width = plain->width;
        return true;
    }
    return false;
}

static bool is_timestamp(const char *format, struct parquet_node *node, struct leaf *leaf)
{
    if (!str_starts(format, "ts") || strlen(format) < 4 || format[3] != ':')
        return false;
    enum parquet_unit unit = format[2] == 's' || format[2] == 'm' ? PARQUET_MILLIS
                             : format[2] == 'u'                   ? PARQUET_MICROS
                                                                  : PARQUET_NANOS;
    if (unit == PARQUET_NANOS && format[2] != 'n')
        return false;
    node->type = PARQUET_INT64;
    node->logical = (struct parquet_logical){
        .kind = PARQUET_LOGICAL_TIMESTAMP, .unit = unit, .is_adjusted_to_utc = format[4] != '\0'};
    leaf->how = format[2] == 's' ? VALUE_SECONDS : VALUE_COPY;
    leaf->order = ORDER_INT64;
    leaf->width = 8;
    return true;
}

/* The fewest bytes that hold all numbers of this many digits and their sign. */
static int decimal_bytes(__int128 over)
{
    int bytes = 1;
    while (bytes < 16 && ((__int128)1 << (8 * bytes - 1)) < over)
        bytes++;
    return bytes;
}

static bool is_decimal(const char *format, struct parquet_node *node, struct leaf *leaf)
{
    int precision, scale, bits = 128, end = 0, short_end = 0;
    int found = sscanf(format, "d:%d,%d%n,%d%n", &precision, &scale, &short_end, &bits, &end);
    if (found < 2 || format[found == 2 ? short_end : end] != '\0' || bits != 128 || precision < 1 ||
        precision > 38 || scale < 0 || scale > precision)
        return false;
    leaf->decimal_over = 1;
    for (int i = 0; i < precision; i++)
        leaf->decimal_over *= 10;
    leaf->how = VALUE_DECIMAL;
    node->logical = (struct parquet_logical){
        .kind = PARQUET_LOGICAL_DECIMAL, .precision = precision, .scale = scale};
    node->type = precision <= 9    ? PARQUET_INT32
                 : precision <= 18 ? PARQUET_INT64
                                   : PARQUET_FIXED_LEN_BYTE_ARRAY;
    leaf->order = precision <= 9 ? ORDER_INT32 : precision <= 18 ? ORDER_INT64 : ORDER_DECIMAL;
    leaf->width = precision <= 9    ? 4
                  : precision <= 18 ? 8
                                    : (size_t)decimal_bytes(leaf->decimal_over);
    if (node->type == PARQUET_FIXED_LEN_BYTE_ARRAY)
        node->type_length = (int32_t)leaf->width;
    return true;
}

/* Arrow's metadata: int32 count, then keys and values, each after its int32 length. */
static bool has_extension(const char *metadata, const char *extension)
{
    static const char key[] = "ARROW:extension:name";
    if (metadata == NULL)
        return false;
    int32_t count, len;
    memcpy(&count, metadata, 4);
    metadata += 4;
    for (bool is_ours = false, is_key = true; count > 0; is_key = !is_key) {
        memcpy(&len, metadata, 4);
        const char *expected = is_key ? key : extension;
        bool is_same =
            strlen(expected) == (size_t)len && memcmp(metadata + 4, expected, (size_t)len) == 0;
        if (!is_key && is_ours && is_same)
            return true;
        is_ours = is_key && is_same;
        metadata += 4 + len;
        count -= !is_key;
    }
    return false;
}

static bool is_fixed(const struct ArrowSchema *schema, struct parquet_node *node, struct leaf *leaf)
{
    int width, end = 0;
    if (sscanf(schema->format, "w:%d%n", &width, &end) != 1 || schema->format[end] != '\0' ||
        width < 1 || width > BOUND_CUT_BYTES)
        return false;
    node->type = PARQUET_FIXED_LEN_BYTE_ARRAY;
    node->type_length = width;
    if (width == 16 && has_extension(schema->metadata, "arrow.uuid"))
        node->logical.kind = PARQUET_LOGICAL_UUID;
    leaf->how = VALUE_COPY;
    leaf->order = ORDER_BYTES;
    leaf->width = (size_t)width;
    return true;
}

bool leaf_type(const struct ArrowSchema *schema, struct parquet_node *node, struct leaf *leaf)
{
    const char *format = schema->format;
    if (schema->dictionary != NULL)
        return false;
    return is_plain(format, node, leaf) || is_timestamp(format, node, leaf) ||
           is_decimal(format, node, leaf) || is_fixed(schema, node, leaf);
}
