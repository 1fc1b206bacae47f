/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/value.h"

#include <inttypes.h>

bool vector_is_null(duckdb_vector vector, idx_t row)
{
    const uint64_t *validity = duckdb_vector_get_validity(vector);
    return validity != NULL && (validity[row / 64] >> (row % 64) & 1) == 0;
}

const char *vector_string(duckdb_vector vector, idx_t row, size_t *ret_len)
{
    duckdb_string_t *strings = duckdb_vector_get_data(vector);
    *ret_len = duckdb_string_t_length(strings[row]);
    return duckdb_string_t_data(&strings[row]);
}

static duckdb_hugeint decimal_storage(const void *data, duckdb_type storage, idx_t row)
{
    int64_t value;
    switch (storage) {
    case DUCKDB_TYPE_SMALLINT:
        value = ((const int16_t *)data)[row];
        break;
    case DUCKDB_TYPE_INTEGER:
        value = ((const int32_t *)data)[row];
        break;
    case DUCKDB_TYPE_BIGINT:
        value = ((const int64_t *)data)[row];
        break;
    default:
        return ((const duckdb_hugeint *)data)[row];
    }
    return (duckdb_hugeint){.lower = (uint64_t)value, .upper = value < 0 ? -1 : 0};
}

static duckdb_decimal decimal_at(const void *data, duckdb_logical_type type, idx_t row)
{
    return (duckdb_decimal){
        .width = duckdb_decimal_width(type),
        .scale = duckdb_decimal_scale(type),
        .value = decimal_storage(data, duckdb_decimal_internal_type(type), row),
    };
}

/* UUIDs are stored with the top bit flipped, so that they sort as signed numbers. */
static duckdb_uhugeint uuid_at(const void *data, idx_t row)
{
    duckdb_hugeint stored = ((const duckdb_hugeint *)data)[row];
    return (duckdb_uhugeint){.lower = stored.lower,
                             .upper = (uint64_t)stored.upper ^ UINT64_C(1) << 63};
}

/* The value as one of DuckDB's own, whose text is the one its CAST gives; NULL: not of these types. */
static duckdb_value make_value(const void *data, duckdb_logical_type type, idx_t row)
{
    switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_FLOAT:
        return duckdb_create_float(((const float *)data)[row]);
    case DUCKDB_TYPE_DOUBLE:
        return duckdb_create_double(((const double *)data)[row]);
    case DUCKDB_TYPE_HUGEINT:
        return duckdb_create_hugeint(((const duckdb_hugeint *)data)[row]);
    case DUCKDB_TYPE_UHUGEINT:
        return duckdb_create_uhugeint(((const duckdb_uhugeint *)data)[row]);
    case DUCKDB_TYPE_DECIMAL:
        return duckdb_create_decimal(decimal_at(data, type, row));
    case DUCKDB_TYPE_UUID:
        return duckdb_create_uuid(uuid_at(data, row));
    case DUCKDB_TYPE_DATE:
        return duckdb_create_date(((const duckdb_date *)data)[row]);
    case DUCKDB_TYPE_TIME:
        return duckdb_create_time(((const duckdb_time *)data)[row]);
    case DUCKDB_TYPE_TIMESTAMP:
        return duckdb_create_timestamp(((const duckdb_timestamp *)data)[row]);
    case DUCKDB_TYPE_TIMESTAMP_S:
        return duckdb_create_timestamp_s(((const duckdb_timestamp_s *)data)[row]);
    case DUCKDB_TYPE_TIMESTAMP_MS:
        return duckdb_create_timestamp_ms(((const duckdb_timestamp_ms *)data)[row]);
    case DUCKDB_TYPE_TIMESTAMP_NS:
        return duckdb_create_timestamp_ns(((const duckdb_timestamp_ns *)data)[row]);
    case DUCKDB_TYPE_TIMESTAMP_TZ:
        return duckdb_create_timestamp_tz(((const duckdb_timestamp *)data)[row]);
    default:
        return NULL;
    }
}

bool value_has_text(duckdb_logical_type type)
{
    switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN:
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_VARCHAR:
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_UHUGEINT:
    case DUCKDB_TYPE_DECIMAL:
    case DUCKDB_TYPE_UUID:
    case DUCKDB_TYPE_DATE:
    case DUCKDB_TYPE_TIME:
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_S:
    case DUCKDB_TYPE_TIMESTAMP_MS:
    case DUCKDB_TYPE_TIMESTAMP_NS:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
        return true;
    default:
        return false;
    }
}

/* DuckDB writes a DECIMAL(2,2) as .50 and -.50; no number begins with its point. */
static void append_scalar(struct str *text, const char *scalar)
{
    bool is_negative = scalar[0] == '-';
    if (scalar[is_negative] != '.') {
        str_append(text, scalar);
        return;
    }
    str_append(text, is_negative ? "-0" : "0");
    str_append(text, scalar + is_negative);
}

void value_append_text(struct str *text, duckdb_vector vector, duckdb_logical_type type, idx_t row)
{
    const void *data = duckdb_vector_get_data(vector);
    duckdb_type id = duckdb_get_type_id(type);
    if (id == DUCKDB_TYPE_VARCHAR) {
        size_t len;
        const char *string = vector_string(vector, row, &len);
        str_append_len(text, string, len);
    } else if (id == DUCKDB_TYPE_BOOLEAN) {
        str_append(text, ((const bool *)data)[row] ? "true" : "false");
    } else if (id == DUCKDB_TYPE_UBIGINT) {
        str_appendf(text, "%" PRIu64, ((const uint64_t *)data)[row]);
    } else {
        AUTO(value_destroy) duckdb_value value = make_value(data, type, row);
        if (value == NULL) {
            str_appendf(text, "%" PRId64, value_i64(vector, type, row));
            return;
        }
        AUTO(text_destroy) char *owned = duckdb_get_varchar(value);
        append_scalar(text, owned);
    }
}

int64_t value_i64(duckdb_vector vector, duckdb_logical_type type, idx_t row)
{
    const void *data = duckdb_vector_get_data(vector);
    switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN:
        return ((const bool *)data)[row];
    case DUCKDB_TYPE_TINYINT:
        return ((const int8_t *)data)[row];
    case DUCKDB_TYPE_SMALLINT:
        return ((const int16_t *)data)[row];
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_DATE:
        return ((const int32_t *)data)[row];
    case DUCKDB_TYPE_UTINYINT:
        return ((const uint8_t *)data)[row];
    case DUCKDB_TYPE_USMALLINT:
        return ((const uint16_t *)data)[row];
    case DUCKDB_TYPE_UINTEGER:
        return ((const uint32_t *)data)[row];
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
        return ((const int64_t *)data)[row];
    case DUCKDB_TYPE_HUGEINT: /* sum() of integers; beyond 64 bits use the text */
        return (int64_t)((const duckdb_hugeint *)data)[row].lower;
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
    case DUCKDB_TYPE_DECIMAL:
        return (int64_t)value_f64(vector, type, row);
    default:
        return 0;
    }
}

double value_f64(duckdb_vector vector, duckdb_logical_type type, idx_t row)
{
    const void *data = duckdb_vector_get_data(vector);
    switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_FLOAT:
        return (double)((const float *)data)[row];
    case DUCKDB_TYPE_DOUBLE:
        return ((const double *)data)[row];
    case DUCKDB_TYPE_DECIMAL:
        return duckdb_decimal_to_double(decimal_at(data, type, row));
    case DUCKDB_TYPE_HUGEINT:
        return duckdb_hugeint_to_double(((const duckdb_hugeint *)data)[row]);
    default:
        return (double)value_i64(vector, type, row);
    }
}
