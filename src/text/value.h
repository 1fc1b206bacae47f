/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_VALUE_H
#define LEAT_TEXT_VALUE_H

#include "text/typing.h"

/*
 * Text to values, exactly or not at all: each call says false rather than lose a digit, a sign, a
 * leading zero or a fraction of a second. See README.md for what counts as which type.
 */
__extension__ typedef __int128 int128_t;

#define TEXT_MAX_DECIMAL_DIGITS 38

/*
 * -?(0|[1-9][0-9]*)(<mark>[0-9]+)?([eE][+-]?[0-9]+)?, one digit before the mark with an exponent; no -0.
 * Where `is_loose` (JSON's numbers, and columns known to be floating) the last two do not hold.
 */
struct text_number {
    bool is_negative;
    char mark; /* '.' or ',' before the fraction; 0: there is none */
    const char *whole;
    size_t whole_len;
    const char *fraction;
    size_t fraction_len;
    bool has_exponent;
    int exponent;
};
/* `decimal` 0: either mark. */
bool text_number(const char *text, size_t len, char decimal, bool is_loose,
                 struct text_number *ret_number);
bool text_number_bigint(const struct text_number *number, int64_t *ret_value);
bool text_number_ubigint(const struct text_number *number, uint64_t *ret_value);
/* As an integer of 10^-scale of at most `width` digits. */
bool text_number_decimal(const struct text_number *number, int width, int scale,
                         int128_t *ret_value);
/* False when the shortest text of the double (float) is another number. */
bool text_number_double(const struct text_number *number, double *ret_value);
bool text_number_float(const struct text_number *number, float *ret_value);
/* Without marks between digits, which must part groups of three; false: too long, or they do not. */
#define TEXT_MAX_NUMBER_CHARS 400
bool text_without_thousands(const char *text, size_t len, struct text_marks marks,
                            char *ret_buffer /* TEXT_MAX_NUMBER_CHARS */, size_t *ret_len);

/* The same values by the shortest way; false also for what only the calls above can tell. */
bool text_quick_bigint(const char *text, size_t len, int64_t *ret_value);
bool text_quick_decimal(const char *text, size_t len, char decimal, int width, int scale,
                        int64_t *ret_value);

bool text_boolean(const char *text, size_t len, bool *ret_value); /* true, True, TRUE, false, … */
/* YYYY-MM-DD, years 1 to 9999, days since 1970-01-01. */
bool text_date(const char *text, size_t len, int32_t *ret_days);
/* YYYY-MM-DD[T ]hh:mm[:ss[.f{1,6}]] with or without Z, ±hh, ±hhmm or ±hh:mm; microseconds, UTC when it has an offset,
 * and then within the years 1 to 9999. */
bool text_timestamp(const char *text, size_t len, int64_t *ret_us, bool *ret_has_offset);
/* Whether it is an instant of the years 1 to 9999 of UTC: all others have no text that could be read again. */
bool text_is_instant(int64_t us);
bool text_time(const char *text, size_t len, int64_t *ret_us); /* hh:mm:ss[.f{1,6}] */
bool text_uuid(const char *text, size_t len);                  /* 8-4-4-4-12 hexadecimal digits */
bool text_blob(const char *text, size_t len); /* printable ASCII, \ only before xHH */

/*
 * By a declared format (text_format_check() lists what it may hold). The parts that it names must be those the
 * kind needs; microseconds of the clock since 1970-01-01 (TEXT_TIME: since midnight), UTC when it has an offset.
 */
bool text_by_format(const char *text, size_t len, const char *format, int64_t *ret_us,
                    bool *ret_has_offset);
bool text_day_exists(int year, int month, int day);

#endif
