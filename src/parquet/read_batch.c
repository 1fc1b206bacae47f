/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/read_column.h"

#include <string.h>

/* Loops over the numbers of a batch, one for each width of codes. */
#define GATHER(code_type, to, from)                       \
    do {                                                  \
        const code_type *codes_ = batch->codes;           \
        for (uint32_t i = 0; i < batch->value_count; i++) \
            (to)[i] = (from)[codes_[i]];                  \
    } while (0)
#define GATHER_ALL(to, from)             \
    do {                                 \
        if (batch->code_bytes == 1)      \
            GATHER(uint8_t, to, from);   \
        else if (batch->code_bytes == 2) \
            GATHER(uint16_t, to, from);  \
        else                             \
            GATHER(uint32_t, to, from);  \
    } while (0)

static void widen(const int32_t *values, uint32_t count, int64_t *ret_values)
{
    for (uint32_t i = 0; i < count; i++)
        ret_values[i] = values[i];
}

void parquet_batch_i64(const struct parquet_column *column, const struct parquet_batch *batch,
                       int64_t *ret_values)
{
    bool is_wide = column->node->type == PARQUET_INT64;
    const struct parquet_dictionary *dictionary = batch->dictionary;
    if (dictionary == NULL && is_wide)
        memcpy(ret_values, batch->values, batch->value_count * sizeof(*ret_values));
    else if (dictionary == NULL)
        widen(batch->values, batch->value_count, ret_values);
    else if (is_wide)
        GATHER_ALL(ret_values, (const int64_t *)dictionary->values);
    else
        GATHER_ALL(ret_values, (const int32_t *)dictionary->values);
}

void parquet_batch_codes(const struct parquet_batch *batch, uint32_t *ret_codes)
{
    uint32_t count = batch->value_count;
    if (batch->code_bytes == 1)
        for (uint32_t i = 0; i < count; i++)
            ret_codes[i] = ((const uint8_t *)batch->codes)[i];
    else if (batch->code_bytes == 2)
        for (uint32_t i = 0; i < count; i++)
            ret_codes[i] = ((const uint16_t *)batch->codes)[i];
    else
        memcpy(ret_codes, batch->codes, count * sizeof(*ret_codes));
}
