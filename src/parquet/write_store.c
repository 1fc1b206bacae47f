/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/write_store.h"

/* Pages tell their length in 31 bits. */
#define TEXT_BYTES_MAX (UINT32_C(1) << 30)

void column_store_init(struct column_store *store, struct memory *memory)
{
    *store = (struct column_store){
        .values.memory = memory,
        .ends.memory = memory,
        .valid.memory = memory,
        .definition.memory = memory,
        .repetition.memory = memory,
    };
}

void column_store_release(struct column_store *store)
{
    write_buffer_release(&store->values);
    write_buffer_release(&store->ends);
    write_buffer_release(&store->valid);
    write_buffer_release(&store->definition);
    write_buffer_release(&store->repetition);
}

void column_store_clear(struct column_store *store)
{
    store->values.len = store->ends.len = store->valid.len = 0;
    store->definition.len = store->repetition.len = 0;
    store->entry_count = store->value_count = 0;
}

size_t column_store_bytes(const struct column_store *store)
{
    return store->values.len + store->ends.len + store->valid.len + store->definition.len +
           store->repetition.len;
}

struct value_view column_store_view(const struct column_store *store, const struct leaf *leaf)
{
    return (struct value_view){
        .data = store->values.data != NULL ? store->values.data : (const uint8_t *)"",
        .ends = leaf->width == 0 ? (const uint32_t *)(const void *)store->ends.data : NULL,
        .width = leaf->width,
        .count = store->value_count,
    };
}

struct arrow_values arrow_values_of(const struct ArrowArray *array, const struct leaf *leaf)
{
    bool has_offsets = leaf->how == VALUE_TEXT || leaf->how == VALUE_LARGE;
    return (struct arrow_values){
        .validity = array->null_count == 0 ? NULL : array->buffers[0],
        .values = array->buffers[has_offsets ? 2 : 1],
        .offsets = has_offsets ? array->buffers[1] : NULL,
        .offset = array->offset,
    };
}

int null_not_allowed(const struct leaf *leaf, struct err *err)
{
    return err_set(err, ERR_DATA, "column \"%s\" has a null, but was declared to have none",
                   leaf->path);
}

#define WIDEN(from_type, to_type)                           \
    do {                                                    \
        const from_type *from_ = (const from_type *)source; \
        to_type *to_ = (to_type *)(void *)to;               \
        for (int64_t i = 0; i < count; i++)                 \
            to_[i] = (to_type)from_[i];                     \
    } while (0)

static int put_seconds(const struct leaf *leaf, const int64_t *from, int64_t count, int64_t *to,
                       struct err *err)
{
    for (int64_t i = 0; i < count; i++)
        if (__builtin_mul_overflow(from[i], 1000, &to[i]))
            return err_set(err, ERR_DATA,
                           "column \"%s\": a timestamp is too far away for milliseconds",
                           leaf->path);
    return 0;
}

static void put_decimal(__int128 value, enum parquet_type type, size_t width, uint8_t *to)
{
    if (type != PARQUET_FIXED_LEN_BYTE_ARRAY) {
        memcpy(to, &value, width);
        return;
    }
    for (size_t k = width; k-- > 0; value >>= 8)
        to[k] = (uint8_t)value;
}

static int put_decimals(const struct leaf *leaf, enum parquet_type type, const uint8_t *from,
                        int64_t count, uint8_t *to, struct err *err)
{
    for (int64_t i = 0; i < count; i++) {
        __int128 value;
        memcpy(&value, from + 16 * i, 16);
        if (value >= leaf->decimal_over || value <= -leaf->decimal_over)
            return err_set(err, ERR_DATA, "column \"%s\": a decimal has more digits than its type",
                           leaf->path);
        put_decimal(value, type, leaf->width, to + (size_t)i * leaf->width);
    }
    return 0;
}

static void put_bits(const uint8_t *bits, int64_t first, int64_t count, uint8_t *to)
{
    for (int64_t i = first; i < first + count; i++)
        *to++ = bits[i / 8] >> (i % 8) & 1;
}

static int64_t offset_at(const struct arrow_values *from, enum value_how how, int64_t i)
{
    return how == VALUE_TEXT ? ((const int32_t *)from->offsets)[i]
                             : ((const int64_t *)from->offsets)[i];
}

static int put_texts(struct column_store *store, const struct leaf *leaf,
                     const struct arrow_values *from, int64_t first, int64_t count, struct err *err)
{
    int64_t begin = offset_at(from, leaf->how, first),
            end = offset_at(from, leaf->how, first + count);
    TRY(write_buffer_reserve(&store->ends, 4 * (size_t)count, err));
    uint32_t *ends = (uint32_t *)(void *)(store->ends.data + store->ends.len);
    int64_t shift = (int64_t)store->values.len - begin, before = begin;
    for (int64_t i = 0; i < count; i++) {
        int64_t at = offset_at(from, leaf->how, first + i + 1);
        if (at < before || at - before > TEXT_BYTES_MAX || at + shift > UINT32_MAX)
            return err_set(err, ERR_DATA, "column \"%s\": a text is too long for a Parquet file",
                           leaf->path);
        ends[i] = (uint32_t)(at + shift);
        before = at;
    }
    store->ends.len += 4 * (size_t)count;
    const uint8_t *data = from->values;
    return end == begin
               ? 0
               : write_buffer_append(&store->values, data + begin, (size_t)(end - begin), err);
}

int column_store_add_values(struct column_store *store, const struct parquet_layout *layout,
                            const struct leaf *leaf, const struct arrow_values *from, int64_t first,
                            int64_t count, struct err *err)
{
    first += from->offset;
    store->value_count += (size_t)count;
    if (leaf->how == VALUE_TEXT || leaf->how == VALUE_LARGE)
        return put_texts(store, leaf, from, first, count, err);
    size_t bytes = (size_t)count * leaf->width;
    TRY(write_buffer_reserve(&store->values, bytes, err));
    uint8_t *to = store->values.data + store->values.len;
    store->values.len += bytes;
    static const size_t widths[] = {
        [VALUE_INT8] = 1,    [VALUE_UINT8] = 1,    [VALUE_INT16] = 2, [VALUE_UINT16] = 2,
        [VALUE_SECONDS] = 8, [VALUE_DECIMAL] = 16, [VALUE_LARGE] = 0,
    };
    size_t width = leaf->how == VALUE_COPY ? leaf->width : widths[leaf->how];
    const void *source = (const uint8_t *)from->values + (size_t)first * width;
    switch (leaf->how) {
    case VALUE_BITS:
        put_bits(from->values, first, count, to);
        return 0;
    case VALUE_INT8:
        WIDEN(int8_t, int32_t);
        return 0;
    case VALUE_INT16:
        WIDEN(int16_t, int32_t);
        return 0;
    case VALUE_UINT8:
        WIDEN(uint8_t, uint32_t);
        return 0;
    case VALUE_UINT16:
        WIDEN(uint16_t, uint32_t);
        return 0;
    case VALUE_SECONDS:
        return put_seconds(leaf, source, count, (int64_t *)(void *)to, err);
    case VALUE_DECIMAL:
        return put_decimals(leaf, layout->nodes[leaf->node].type, source, count, to, err);
    default:
        if (bytes > 0)
            memcpy(to, source, bytes);
        return 0;
    }
}

static inline bool bit_at(const uint8_t *bits, int64_t i)
{
    return bits[i / 8] >> (i % 8) & 1;
}

/* The first bit from `i` on that is `value`, or `end`. */
static int64_t find_bit(const uint8_t *bits, int64_t i, int64_t end, bool value)
{
    const uint8_t all_others = value ? 0x00 : 0xff;
    while (i < end) {
        if (i % 8 == 0 && bits[i / 8] == all_others)
            i += 8;
        else if (bit_at(bits, i) == value)
            return i;
        else
            i++;
    }
    return end;
}

/* Bits behind the end of the bitmap are 0. */
static void append_bits(uint8_t *to, size_t at, const uint8_t *from, int64_t first, int64_t count)
{
    for (int64_t done = 0; done < count;) {
        int64_t bit = (int64_t)(at % 8), take = 8 - bit;
        take = take < count - done ? take : count - done;
        unsigned byte = 0xff;
        if (from != NULL) {
            int64_t source = first + done;
            byte = (unsigned)from[source / 8] >> (source % 8);
            if (source % 8 + take > 8)
                byte |= (unsigned)from[source / 8 + 1] << (8 - source % 8);
        }
        byte &= (1u << take) - 1;
        to[at / 8] = (uint8_t)((bit == 0 ? 0 : to[at / 8]) | byte << bit);
        at += (size_t)take;
        done += take;
    }
}

static int add_validity(struct column_store *store, const struct arrow_values *from, int64_t first,
                        int64_t count, struct err *err)
{
    size_t bytes = (store->entry_count + (size_t)count + 7) / 8;
    TRY(write_buffer_reserve(&store->valid, bytes - store->valid.len, err));
    append_bits(store->valid.data, store->entry_count, from->validity, first + from->offset, count);
    store->valid.len = bytes;
    return 0;
}

int column_store_add(struct column_store *store, const struct parquet_layout *layout,
                     const struct leaf *leaf, const struct arrow_values *from, int64_t first,
                     int64_t count, struct err *err)
{
    bool is_optional = layout->nodes[leaf->node].max_definition > 0;
    if (is_optional)
        TRY(add_validity(store, from, first, count, err));
    store->entry_count += (size_t)count;
    if (from->validity == NULL)
        return column_store_add_values(store, layout, leaf, from, first, count, err);
    int64_t base = from->offset, end = base + first + count;
    for (int64_t i = base + first; i < end;) {
        int64_t begin = find_bit(from->validity, i, end, true);
        if (begin > i && !is_optional)
            return null_not_allowed(leaf, err);
        i = find_bit(from->validity, begin, end, false);
        if (i > begin)
            TRY(column_store_add_values(store, layout, leaf, from, begin - base, i - begin, err));
    }
    return 0;
}
