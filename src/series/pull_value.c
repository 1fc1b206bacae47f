/* SPDX-License-Identifier: Apache-2.0 */
#include "series/pull_value.h"

#include "base/alloc.h"
#include "series/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int value_init(struct value_column *column, const char *name, struct err *err)
{
    const struct parquet_node *node = column->pull.node;
    bool is_known = node->type == PARQUET_BYTE_ARRAY || node->type == PARQUET_DOUBLE ||
                    node->type == PARQUET_FLOAT || node->type == PARQUET_INT32 ||
                    node->type == PARQUET_INT64;
    if (is_known && node->max_repetition == 0 && node->logical.kind != PARQUET_LOGICAL_DECIMAL)
        return 0;
    return err_set(err, ERR_CONFIG, "value column \"%s\" is neither a text nor a number", name);
}

void value_clear(struct value_column *column)
{
    column->dictionary = NULL;
}

void value_release(struct value_column *column)
{
    free(column->values);
    free(column->kinds);
}

static bool is_digits(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!strchr("0123456789.eE+-", text[i]) || text[i] == '\0')
            return false;
    return true;
}

/* What a program prints for a number that is none, and numbers beyond a double: no states. */
static bool is_not_finite(const char *text, size_t len)
{
    static const char *const words[] = {"nan", "inf", "infinity"};
    char copy[64];
    char *end = NULL;
    size_t sign = len > 0 && (*text == '-' || *text == '+');
    for (size_t i = 0; i < ARRAY_COUNT(words); i++)
        if (len - sign == strlen(words[i]) && strncasecmp(text + sign, words[i], len - sign) == 0)
            return true;
    if (len == 0 || len >= sizeof(copy) || !is_digits(text + sign, len - sign))
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    return isinf(strtod(copy, &end)) && *end == '\0';
}

static uint8_t text_value(struct value_column *column, struct parquet_bytes text,
                          union grid_value *ret_value)
{
    const char *bytes = (const char *)text.data;
    if (series_number(bytes, text.len, &ret_value->number))
        return VALUE_NUMBER;
    if (text.len == 0)
        return VALUE_NULL;
    if (is_not_finite(bytes, text.len))
        return VALUE_NOT_FINITE;
    ret_value->text = intern_text(column->intern, bytes, text.len);
    return ret_value->text != NULL ? VALUE_TEXT : VALUE_NO_STATE;
}

static uint8_t number_value(double number, union grid_value *ret_value)
{
    ret_value->number = number;
    return isfinite(number) ? VALUE_NUMBER : VALUE_NOT_FINITE;
}

/* One value as it lies in memory. */
static uint8_t plain_value(struct value_column *column, const void *values, uint32_t at,
                           union grid_value *ret_value)
{
    switch (column->pull.node->type) {
    case PARQUET_DOUBLE:
        return number_value(((const double *)values)[at], ret_value);
    case PARQUET_FLOAT:
        return number_value((double)((const float *)values)[at], ret_value);
    case PARQUET_INT32:
        return number_value(((const int32_t *)values)[at], ret_value);
    case PARQUET_INT64:
        return number_value((double)((const int64_t *)values)[at], ret_value);
    default:
        return text_value(column, ((const struct parquet_bytes *)values)[at], ret_value);
    }
}

/* Every distinct text is read once. */
static void take_dictionary(struct value_column *column,
                            const struct parquet_dictionary *dictionary)
{
    if (column->dictionary == dictionary->values)
        return;
    column->dictionary = dictionary->values;
    if (dictionary->count > column->cap) {
        column->cap = 2 * dictionary->count;
        column->values = realloc(column->values, column->cap * sizeof(*column->values));
        column->kinds = realloc(column->kinds, column->cap);
        if (column->values == NULL || column->kinds == NULL)
            alloc_die("out of memory for the values of a column");
    }
    for (uint32_t i = 0; i < dictionary->count; i++)
        column->kinds[i] = plain_value(column, dictionary->values, i, &column->values[i]);
    column->count = dictionary->count;
}

static uint32_t code_at(const struct parquet_batch *batch, uint32_t at)
{
    if (batch->code_bytes == 1)
        return ((const uint8_t *)batch->codes)[at];
    if (batch->code_bytes == 2)
        return ((const uint16_t *)batch->codes)[at];
    return ((const uint32_t *)batch->codes)[at];
}

/* The usual case: two-byte codes and no nulls. */
static bool fill_quickly(struct value_column *column, uint32_t count, union grid_value *ret_values,
                         uint8_t *ret_kinds)
{
    const struct parquet_batch *batch = &column->pull.batch;
    if (batch->definition != NULL || batch->dictionary == NULL || batch->code_bytes != 2)
        return false;
    const uint16_t *codes = (const uint16_t *)batch->codes + column->pull.value;
    for (uint32_t i = 0; i < count; i++) {
        ret_values[i] = column->values[codes[i]];
        ret_kinds[i] = column->kinds[codes[i]];
    }
    column->pull.entry += count;
    column->pull.value += count;
    return true;
}

static void fill(struct value_column *column, uint32_t count, union grid_value *ret_values,
                 uint8_t *ret_kinds)
{
    struct pull *pull = &column->pull;
    const struct parquet_batch *batch = &pull->batch;
    for (uint32_t i = 0; i < count; i++, pull->entry++) {
        if (batch->definition != NULL &&
            batch->definition[pull->entry] != pull->node->max_definition) {
            ret_kinds[i] = VALUE_NULL;
            continue;
        }
        if (batch->dictionary != NULL) {
            uint32_t code = code_at(batch, pull->value);
            ret_values[i] = column->values[code];
            ret_kinds[i] = column->kinds[code];
        } else {
            ret_kinds[i] = plain_value(column, batch->values, pull->value, &ret_values[i]);
        }
        pull->value++;
    }
}

int value_fill(struct value_column *column, size_t rows, union grid_value *ret_values,
               uint8_t *ret_kinds, struct err *err)
{
    for (size_t done = 0; done < rows;) {
        TRY(pull_more(&column->pull, err));
        const struct parquet_batch *batch = &column->pull.batch;
        uint32_t left = batch->entry_count - column->pull.entry;
        uint32_t take = left < rows - done ? left : (uint32_t)(rows - done);
        if (take == 0)
            return err_set(err, ERR_INTERNAL, "a column ended before its rows did");
        if (batch->dictionary != NULL)
            take_dictionary(column, batch->dictionary);
        if (!fill_quickly(column, take, ret_values + done, ret_kinds + done))
            fill(column, take, ret_values + done, ret_kinds + done);
        done += take;
    }
    return 0;
}

int time_init(const struct time_column *column, const char *name, int64_t tick_us, struct err *err)
{
    const struct parquet_node *node = column->pull.node;
    if (node->type != PARQUET_INT64 || node->max_repetition != 0)
        return err_set(err, ERR_CONFIG, "time column \"%s\" is no INT64 and no TIMESTAMP", name);
    if (node->logical.kind != PARQUET_LOGICAL_TIMESTAMP)
        return 0;
    if (node->logical.unit == PARQUET_MILLIS && tick_us == 1000)
        return 0;
    if (node->logical.unit == PARQUET_MICROS && tick_us == 1)
        return 0;
    err_set(err, ERR_CONFIG, "time column \"%s\" is a TIMESTAMP of another unit", name);
    return err_hint(err, "Its unit is %s.",
                    node->logical.unit == PARQUET_MILLIS   ? "ms"
                    : node->logical.unit == PARQUET_MICROS ? "us"
                                                           : "ns, which is not supported");
}

static int64_t time_at(const struct parquet_batch *batch, uint32_t at)
{
    return batch->dictionary != NULL
               ? ((const int64_t *)batch->dictionary->values)[code_at(batch, at)]
               : ((const int64_t *)batch->values)[at];
}

int time_fill(struct time_column *column, size_t rows, int64_t *ret_ticks, uint8_t *ret_nulls,
              struct err *err)
{
    struct pull *pull = &column->pull;
    memset(ret_nulls, 0, rows);
    for (size_t done = 0; done < rows;) {
        TRY(pull_more(pull, err));
        const struct parquet_batch *batch = &pull->batch;
        if (batch->entry_count == 0)
            return err_set(err, ERR_INTERNAL, "a column ended before its rows did");
        for (; pull->entry < batch->entry_count && done < rows; pull->entry++, done++) {
            if (batch->definition != NULL &&
                batch->definition[pull->entry] != pull->node->max_definition)
                ret_nulls[done] = 1;
            else
                ret_ticks[done] = time_at(batch, pull->value++);
        }
    }
    return 0;
}
