/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_TYPING_H
#define LEAT_TEXT_TYPING_H

#include "base/instant.h"
#include "text/record.h"

/*
 * The narrowest type that holds every value of a column exactly, found by looking at every value. A column
 * begins with every type possible; each value strikes those that do not hold it. README.md has the rules.
 */
enum text_kind { /* in the order of preference; the first ten are found by themselves, all can be declared */
                 TEXT_BOOLEAN,
                 TEXT_BIGINT,
                 TEXT_DECIMAL,
                 TEXT_DOUBLE,
                 TEXT_DATE,
                 TEXT_TIMESTAMP,
                 TEXT_TIMESTAMPTZ,
                 TEXT_TIME,
                 TEXT_UUID,
                 TEXT_VARCHAR,
                 TEXT_TINYINT, /* only declared: */
                 TEXT_SMALLINT,
                 TEXT_INTEGER,
                 TEXT_UTINYINT,
                 TEXT_USMALLINT,
                 TEXT_UINTEGER,
                 TEXT_UBIGINT,
                 TEXT_FLOAT,
                 TEXT_BLOB, /* as DuckDB writes it: printable ASCII and \xHH */
                 TEXT_OTHER /* lists, structs, maps: JSON text that the engine casts; `sql` says to what */
};
struct text_type {
    enum text_kind kind;
    int width, scale; /* decimal */
    const char *sql;  /* TEXT_OTHER: the SQL type */
    const char
        *format; /* date, timestamp, timestamptz, time: strptime-like, declared; NULL: ISO 8601 */
    const struct zone
        *zone; /* timestamptz: the clock of texts without an offset; NULL: they must have one */
};
/* "DECIMAL(20,0)" into a buffer of 32 bytes, which is returned; TEXT_OTHER gives `sql`. */
const char *text_type_sql(const struct text_type *type, char *buffer);
/* Any type a source may declare, as DuckDB spells it ("int", "decimal(10,2)", "timestamptz"); false: there is none such. */
bool text_type_parse(const char *sql, struct text_type *ret_type);

/* NULL when the format can be read and suits the kind, else why not. %Y %m %b %B %d %H %I %p %M %S %f %z and %%. */
const char *text_format_check(const char *format, enum text_kind kind);

/* How the numbers of one file are written. */
struct text_marks {
    char decimal;   /* '.' or ','; 0: not known yet, both are looked for */
    char thousands; /* 0: none */
};

struct text_typing {
    uint32_t possible; /* bits 1 << kind */
    bool has_value, has_exponent;
    /* How the numbers are written: */
    int whole_digits; /* most before the point, without a leading 0 */
    int min_fraction,
        max_fraction;      /* digits after the point, of those that have one; min 0: none had */
    bool has_bare;         /* 12 */
    bool has_point_zero;   /* 12.0 */
    bool has_padded_whole; /* 12.0 or 12.00 */
    bool has_padding;      /* a last 0 after the point, other than that of 12.0 */
    /* Numbers of JSON, or with decimal commas: no versions or sections, so 1.5 and 1.50 are the same. */
    bool is_no_code;
    /* Which marks were found, while the decimal mark is not known: */
    bool has_point, has_comma;
    bool has_clear_comma; /* one that cannot part thousands: 1,5 or 0,125 */
    /* Long numbers without exponent cost most, and count only where others have one: */
    bool checks_doubles; /* set by the caller: look at them */
    bool has_unchecked;  /* some were not looked at, so DOUBLE is not certain */
};
void text_typing_init(struct text_typing *typing);
/* One value that is not null. */
void text_typing_add(struct text_typing *typing, const struct text_field *field,
                     struct text_marks marks);
/* As if all values of the other had been added too. */
void text_typing_merge(struct text_typing *typing, const struct text_typing *other);
/* The decimal mark is known now: numbers with the other one are none. */
void text_typing_settle(struct text_typing *typing, char decimal);
/* Whether all values are numbers, and some have this decimal mark. */
bool text_typing_speaks_for(const struct text_typing *typing, char decimal);
struct text_type text_typing_end(const struct text_typing *typing);

#endif
