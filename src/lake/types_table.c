/* SPDX-License-Identifier: Apache-2.0 */
#include "lake/internal.h"

#include <string.h>

/*
 * Every type of DuckDB: what the warehouse does with it. "As is" only where Parquet gives back an
 * equal value of the same type (tests/system/test_lake_types.py tries each).
 *
 *   HUGEINT, UHUGEINT   COPY writes them as DOUBLE: DECIMAL(38,0), a value that does not fit is an error
 *   TIMESTAMP_S, _MS    Parquet gives TIMESTAMP back, which holds the same values but some far ones
 *   ENUM, BIT, BIGNUM   COPY writes text
 *   NULL                a column of nothing but NULL: INTEGER, as CREATE TABLE does
 *   INTERVAL, TIMETZ    COPY loses microseconds, offsets
 *   TIME_NS             COPY cannot write it
 *   VARIANT             DuckLake wants statistics for each of its parts
 *
 * A DuckLake name in a row that is not "as is" is for tables that other programs made.
 */
static const struct type_rule rules[] = {
    {"BOOLEAN", "boolean", TYPE_AS_IS, NULL},
    {"TINYINT", "int8", TYPE_AS_IS, NULL},
    {"SMALLINT", "int16", TYPE_AS_IS, NULL},
    {"INTEGER", "int32", TYPE_AS_IS, NULL},
    {"BIGINT", "int64", TYPE_AS_IS, NULL},
    {"UTINYINT", "uint8", TYPE_AS_IS, NULL},
    {"USMALLINT", "uint16", TYPE_AS_IS, NULL},
    {"UINTEGER", "uint32", TYPE_AS_IS, NULL},
    {"UBIGINT", "uint64", TYPE_AS_IS, NULL},
    {"FLOAT", "float32", TYPE_AS_IS, NULL},
    {"DOUBLE", "float64", TYPE_AS_IS, NULL},
    {"DECIMAL", "decimal", TYPE_AS_IS, NULL},
    {"VARCHAR", "varchar", TYPE_AS_IS, NULL},
    {"JSON", "json", TYPE_AS_IS, NULL},
    {"BLOB", "blob", TYPE_AS_IS, NULL},
    {"UUID", "uuid", TYPE_AS_IS, NULL},
    {"DATE", "date", TYPE_AS_IS, NULL},
    {"TIME", "time", TYPE_AS_IS, NULL},
    {"TIMESTAMP", "timestamp", TYPE_AS_IS, NULL},
    {"TIMESTAMP_NS", "timestamp_ns", TYPE_AS_IS, NULL},
    {"TIMESTAMP WITH TIME ZONE", "timestamptz", TYPE_AS_IS, NULL},
    {"GEOMETRY", "geometry", TYPE_AS_IS, NULL},
    {"STRUCT", "struct", TYPE_AS_IS, NULL},
    {"LIST", "list", TYPE_AS_IS, NULL},
    {"MAP", "map", TYPE_AS_IS, NULL},

    {"HUGEINT", "int128", TYPE_CAST, "DECIMAL(38,0)"},
    {"UHUGEINT", "uint128", TYPE_CAST, "DECIMAL(38,0)"},
    {"TIMESTAMP_S", "timestamp_s", TYPE_CAST, "TIMESTAMP"},
    {"TIMESTAMP_MS", "timestamp_ms", TYPE_CAST, "TIMESTAMP"},
    {"ENUM", NULL, TYPE_CAST, "VARCHAR"},
    {"BIT", NULL, TYPE_CAST, "VARCHAR"},
    {"BIGNUM", NULL, TYPE_CAST, "VARCHAR"},
    {"ARRAY", NULL, TYPE_CAST, NULL},
    {"NULL", NULL, TYPE_CAST, "INTEGER"},

    {"INTERVAL", "interval", TYPE_REFUSE, "VARCHAR"},
    {"TIME WITH TIME ZONE", "timetz", TYPE_REFUSE, "VARCHAR"},
    {"TIME_NS", "time_ns", TYPE_REFUSE, "TIME"},
    {"UNION", NULL, TYPE_REFUSE, "VARCHAR"},
    {"VARIANT", "variant", TYPE_REFUSE, "JSON"},
};

/* Other spellings of the same types. */
static const struct {
    const char *alias, *id;
} aliases[] = {
    {"TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE"},
    {"TIMESTAMP_TZ", "TIMESTAMP WITH TIME ZONE"},
    {"TIMETZ", "TIME WITH TIME ZONE"},
    {"TIME_TZ", "TIME WITH TIME ZONE"},
    {"VARINT", "BIGNUM"},
    {"\"NULL\"", "NULL"},
    {"SQLNULL", "NULL"},
    {"BITSTRING", "BIT"},
};

const struct type_rule *type_rule_find(const struct sql_type *type)
{
    const char *id = type->id;
    for (size_t i = 0; i < ARRAY_COUNT(aliases); i++)
        if (str_eq(aliases[i].alias, id))
            id = aliases[i].id;
    for (size_t i = 0; i < ARRAY_COUNT(rules); i++)
        if (str_eq(rules[i].id, id))
            return &rules[i];
    return NULL;
}

const struct type_rule *type_rule_by_ducklake(const char *name)
{
    for (size_t i = 0; i < ARRAY_COUNT(rules); i++)
        if (rules[i].ducklake != NULL && str_eq(rules[i].ducklake, name))
            return &rules[i];
    return NULL;
}

bool type_needs_cast(const struct sql_type *type)
{
    const struct type_rule *rule = type_rule_find(type);
    /* Parquet gives GEOMETRY back with the coordinate system it is written for by default. */
    if (rule == NULL || rule->rule != TYPE_AS_IS || str_eq(rule->id, "GEOMETRY"))
        return true;
    for (size_t i = 0; i < type->child_count; i++)
        if (type_needs_cast(&type->children[i].type))
            return true;
    return false;
}
