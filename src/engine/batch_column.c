/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "engine/batches.h"

#include <string.h>

/* Arrow's format texts whose values DuckDB stores alike; decimals and what has a suffix follow below. */
static const struct format {
    const char *format;
    duckdb_type type;
    size_t width;
} plain_formats[] = {
    {"c", DUCKDB_TYPE_TINYINT, 1},      {"s", DUCKDB_TYPE_SMALLINT, 2},
    {"i", DUCKDB_TYPE_INTEGER, 4},      {"l", DUCKDB_TYPE_BIGINT, 8},
    {"C", DUCKDB_TYPE_UTINYINT, 1},     {"S", DUCKDB_TYPE_USMALLINT, 2},
    {"I", DUCKDB_TYPE_UINTEGER, 4},     {"L", DUCKDB_TYPE_UBIGINT, 8},
    {"f", DUCKDB_TYPE_FLOAT, 4},        {"g", DUCKDB_TYPE_DOUBLE, 8},
    {"tdD", DUCKDB_TYPE_DATE, 4},       {"ttu", DUCKDB_TYPE_TIME, 8},
    {"tsu:", DUCKDB_TYPE_TIMESTAMP, 8},
};

static bool make_plain(const char *format, struct batch_column *column)
{
    for (size_t i = 0; i < ARRAY_COUNT(plain_formats); i++) {
        if (str_eq(format, plain_formats[i].format)) {
            column->how = COPY_BYTES;
            column->width = plain_formats[i].width;
            column->type = duckdb_create_logical_type(plain_formats[i].type);
            return true;
        }
    }
    return false;
}

static bool make_decimal(const char *format, struct batch_column *column)
{
    int precision, scale, end = 0;
    if (sscanf(format, "d:%d,%d%n", &precision, &scale, &end) != 2 || format[end] != '\0' ||
        precision < 1 || precision > 38 || scale < 0 || scale > precision)
        return false;
    column->how = COPY_DECIMAL;
    column->width = precision <= 4 ? 2 : precision <= 9 ? 4 : precision <= 18 ? 8 : 16;
    column->type = duckdb_create_decimal_type((uint8_t)precision, (uint8_t)scale);
    return true;
}

static int make_column(const struct ArrowSchema *schema, struct batch_column *column,
                       struct err *err)
{
    const char *format = schema->format;
    if (make_plain(format, column) || make_decimal(format, column))
        return 0;
    if (str_eq(format, "b")) {
        column->how = COPY_BITS;
        column->type = duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
    } else if (str_eq(format, "u") || str_eq(format, "U")) {
        column->how = format[0] == 'u' ? COPY_TEXT : COPY_LARGE_TEXT;
        column->type = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    } else if (str_starts(format, "tsu:")) { /* an instant; the zone is only for display */
        column->how = COPY_BYTES;
        column->width = 8;
        column->type = duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP_TZ);
    } else {
        return err_set(err, ERR_INTERNAL, "batches of Arrow format \"%s\" (column \"%s\")", format,
                       schema->name);
    }
    return 0;
}

int batch_columns_make(const struct ArrowSchema *schema, struct arena *arena,
                       struct batch_column **ret_columns, size_t *ret_count, struct err *err)
{
    size_t count = (size_t)schema->n_children;
    struct batch_column *columns = ARENA_ARRAY(arena, struct batch_column, count > 0 ? count : 1);
    for (size_t i = 0; i < count; i++) {
        columns[i].name = arena_strdup(arena, schema->children[i]->name);
        if (make_column(schema->children[i], &columns[i], err) != 0) {
            for (size_t j = 0; j < i; j++)
                type_destroy(&columns[j].type);
            return -1;
        }
    }
    *ret_columns = columns;
    *ret_count = count;
    return 0;
}

static bool bit_at(const uint8_t *bits, int64_t index)
{
    return bits[index / 8] >> (index % 8) & 1;
}

static void copy_validity(const struct ArrowArray *array, int64_t first, int64_t count,
                          duckdb_vector vector)
{
    const uint8_t *bits = array->buffers[0];
    if (bits == NULL || array->null_count == 0)
        return;
    duckdb_vector_ensure_validity_writable(vector);
    uint64_t *validity = duckdb_vector_get_validity(vector);
    for (int64_t i = 0; i < count; i++) {
        uint64_t mask = UINT64_C(1) << (i % 64);
        if (bit_at(bits, first + i))
            validity[i / 64] |= mask;
        else
            validity[i / 64] &= ~mask;
    }
}

static void copy_bits(const uint8_t *bits, int64_t first, int64_t count, bool *to)
{
    for (int64_t i = 0; i < count; i++)
        to[i] = bit_at(bits, first + i);
}

/* Decimals of Arrow have 16 bytes; the low ones are the value where DuckDB stores fewer. */
static void copy_decimals(const uint8_t *from, int64_t count, size_t width, uint8_t *to)
{
    for (int64_t i = 0; i < count; i++)
        memcpy(to + (size_t)i * width, from + i * 16, width);
}

static bool is_ascii(const char *text, int64_t len)
{
    uint64_t high = 0, word;
    int64_t i = 0;
    for (; i + 8 <= len; i += 8) {
        memcpy(&word, text + i, 8);
        high |= word;
    }
    for (; i < len; i++)
        high |= (uint8_t)text[i] & 0x80;
    return (high & UINT64_C(0x8080808080808080)) == 0;
}

static int check_utf8(const char *text, idx_t len, const char *column, struct err *err)
{
    duckdb_error_data error = duckdb_valid_utf8_check(text, len);
    bool is_bad = error != NULL && duckdb_error_data_has_error(error);
    if (error != NULL)
        duckdb_destroy_error_data(&error);
    return is_bad ? err_set(err, ERR_DATA, "column \"%s\" holds text that is not UTF-8", column)
                  : 0;
}

/* Offsets of 4 bytes, or of 8 in a large text. */
static int64_t offset_at(const struct batch_column *column, const void *offsets, int64_t index)
{
    return column->how == COPY_TEXT ? ((const int32_t *)offsets)[index]
                                    : ((const int64_t *)offsets)[index];
}

static int copy_texts(const struct batch_column *column, const struct ArrowArray *array,
                      int64_t first, int64_t count, duckdb_vector vector, struct err *err)
{
    const void *offsets = array->buffers[1];
    const char *data = array->buffers[2];
    int64_t start = offset_at(column, offsets, first);
    bool is_plain = is_ascii(data + start, offset_at(column, offsets, first + count) - start);
    for (int64_t i = 0; i < count; i++) {
        int64_t end = offset_at(column, offsets, first + i + 1);
        if (!is_plain)
            TRY(check_utf8(data + start, (idx_t)(end - start), column->name, err));
        duckdb_unsafe_vector_assign_string_element_len(vector, (idx_t)i, data + start,
                                                       (idx_t)(end - start));
        start = end;
    }
    return 0;
}

int batch_column_copy(const struct batch_column *column, const struct ArrowArray *array,
                      int64_t row, int64_t count, duckdb_vector vector, struct err *err)
{
    int64_t first = array->offset + row;
    copy_validity(array, first, count, vector);
    if (column->how == COPY_TEXT || column->how == COPY_LARGE_TEXT)
        return copy_texts(column, array, first, count, vector, err);
    void *to = duckdb_vector_get_data(vector);
    const uint8_t *from = array->buffers[1];
    if (column->how == COPY_BITS)
        copy_bits(from, first, count, to);
    else if (column->how == COPY_DECIMAL)
        copy_decimals(from + first * 16, count, column->width, to);
    else
        memcpy(to, from + (size_t)first * column->width, (size_t)count * column->width);
    return 0;
}
