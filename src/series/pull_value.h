/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_SERIES_PULL_VALUE_H
#define LEAT_SERIES_PULL_VALUE_H

#include "series/pull.h"

/* What a value is. Only for series/. */
enum value_kind { VALUE_NUMBER, VALUE_TEXT, VALUE_NULL, VALUE_NOT_FINITE, VALUE_NO_STATE };
struct value_column {
    struct pull pull;
    struct intern *intern;
    union grid_value *values; /* of the dictionary, by code */
    uint8_t *kinds;
    uint32_t count, cap;
    const void *dictionary; /* that was taken in */
};
int value_init(struct value_column *column, const char *name, struct err *err) WARN_UNUSED;
void value_clear(struct value_column *column);
void value_release(struct value_column *column);
int value_fill(struct value_column *column, size_t rows, union grid_value *ret_values,
               uint8_t *ret_kinds, struct err *err) WARN_UNUSED;

/* Ticks by row; `ret_nulls`: 1 where there is none. */
struct time_column {
    struct pull pull;
};
int time_init(const struct time_column *column, const char *name, int64_t tick_us,
              struct err *err) WARN_UNUSED;
int time_fill(struct time_column *column, size_t rows, int64_t *ret_ticks, uint8_t *ret_nulls,
              struct err *err) WARN_UNUSED;

#endif
