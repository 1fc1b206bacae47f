/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/write_dictionary.h"

#include "parquet/encode.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { FIRST_SLOTS_LOG = 9, CHECK_EVERY = 4096 };

struct value_view value_view_of(const struct value_view *values, size_t first, size_t count)
{
    struct value_view part = *values;
    part.count = count;
    if (values->ends != NULL) {
        part.begin = first > 0 ? values->ends[first - 1] : values->begin;
        part.ends = values->ends + first;
    } else {
        part.data = values->data + first * values->width;
    }
    return part;
}

size_t value_view_bytes(const struct value_view *values)
{
    if (values->ends == NULL)
        return values->width * values->count;
    return values->count == 0
               ? 0
               : 4 * values->count + (values->ends[values->count - 1] - values->begin);
}

void dictionary_init(struct dictionary *dictionary, struct memory *memory)
{
    *dictionary = (struct dictionary){
        .entries.memory = memory,
        .starts.memory = memory,
        .indices.memory = memory,
        .slots.memory = memory,
    };
}

void dictionary_release(struct dictionary *dictionary)
{
    write_buffer_release(&dictionary->entries);
    write_buffer_release(&dictionary->starts);
    write_buffer_release(&dictionary->indices);
    write_buffer_release(&dictionary->slots);
}

/* One value at a time, so that the table below is the same for all widths. */
struct key {
    const uint8_t *data;
    size_t len;
};

static inline uint64_t load(const uint8_t *data, size_t width)
{
    uint64_t value = 0;
    memcpy(&value, data, width);
    return value;
}

static inline uint64_t key_hash(struct key key, size_t width)
{
    if (width == 4 || width == 8)
        return load(key.data, width) * UINT64_C(0x9e3779b97f4a7c15);
    return XXH3_64bits(key.data, key.len);
}

static inline struct key entry_key(const struct dictionary *dictionary, size_t entry, size_t width)
{
    if (width > 0)
        return (struct key){dictionary->entries.data + entry * width, width};
    const uint32_t *starts = (const uint32_t *)(const void *)dictionary->starts.data;
    uint32_t len;
    memcpy(&len, dictionary->entries.data + starts[entry] - 4, 4);
    return (struct key){dictionary->entries.data + starts[entry], len};
}

static inline bool is_same(struct key a, struct key b, size_t width)
{
    if (width == 4 || width == 8)
        return load(a.data, width) == load(b.data, width);
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static int start_slots(struct dictionary *dictionary, int log, struct err *err)
{
    size_t bytes = (size_t)4 << log;
    dictionary->slots.len = 0;
    TRY(write_buffer_reserve(&dictionary->slots, bytes, err));
    memset(dictionary->slots.data, 0, bytes);
    dictionary->slots.len = bytes;
    return 0;
}

static int grow_slots(struct dictionary *dictionary, int log, size_t width, struct err *err)
{
    TRY(start_slots(dictionary, log, err));
    uint32_t *slots = (uint32_t *)(void *)dictionary->slots.data;
    uint32_t mask = (UINT32_C(1) << log) - 1;
    for (size_t i = 0; i < dictionary->count; i++) {
        uint32_t at = (uint32_t)(key_hash(entry_key(dictionary, i, width), width) >> (64 - log));
        while (slots[at] != 0)
            at = (at + 1) & mask;
        slots[at] = (uint32_t)i + 1;
    }
    return 0;
}

static inline int add_entry(struct dictionary *dictionary, struct key key, size_t width,
                            struct err *err)
{
    if (width == 0) {
        uint32_t start = (uint32_t)dictionary->entries.len + 4, len = (uint32_t)key.len;
        TRY(write_buffer_append(&dictionary->starts, &start, 4, err));
        TRY(write_buffer_append(&dictionary->entries, &len, 4, err));
    }
    TRY(write_buffer_append(&dictionary->entries, key.data, key.len, err));
    dictionary->count++;
    return 0;
}

/* Whether entries and indices of the first `done` values are still smaller than those are. */
static bool is_worth(const struct dictionary *dictionary, size_t done, size_t done_bytes)
{
    size_t bits = (size_t)encode_bit_width((uint32_t)dictionary->count) * done;
    return dictionary->entries.len + bits / 8 < done_bytes;
}

static inline struct key value_key(const struct value_view *values, size_t i, size_t width)
{
    if (width > 0)
        return (struct key){values->data + i * width, width};
    uint32_t begin = i > 0 ? values->ends[i - 1] : values->begin;
    return (struct key){values->data + begin, values->ends[i] - begin};
}

static inline size_t bytes_until(const struct value_view *values, size_t i, size_t width)
{
    if (width > 0)
        return width * i;
    return i == 0 ? 0 : 4 * i + (values->ends[i - 1] - values->begin);
}

static inline __attribute__((always_inline)) int build(struct dictionary *dictionary,
                                                       const struct value_view *values,
                                                       size_t width, size_t max_bytes,
                                                       struct err *err)
{
    int log = FIRST_SLOTS_LOG;
    uint32_t *indices = (uint32_t *)(void *)dictionary->indices.data;
    uint32_t index = 0;
    struct key before = {NULL, 0};
    for (size_t i = 0; i < values->count; i++) {
        struct key key = value_key(values, i, width);
        if (i > 0 && is_same(key, before, width)) {
            indices[i] = index;
            continue;
        }
        before = key;
        uint32_t mask = (UINT32_C(1) << log) - 1;
        uint32_t *slots = (uint32_t *)(void *)dictionary->slots.data;
        uint32_t at = (uint32_t)(key_hash(key, width) >> (64 - log));
        while (slots[at] != 0 && !is_same(entry_key(dictionary, slots[at] - 1, width), key, width))
            at = (at + 1) & mask;
        if (slots[at] == 0) {
            TRY(add_entry(dictionary, key, width, err));
            slots[at] = (uint32_t)dictionary->count;
            if (dictionary->entries.len > max_bytes)
                return 0;
            if (dictionary->count * 2 > mask)
                TRY(grow_slots(dictionary, ++log, width, err));
            index = (uint32_t)dictionary->count - 1;
        } else {
            index = slots[at] - 1;
        }
        indices[i] = index;
        if (i % CHECK_EVERY == CHECK_EVERY - 1 &&
            !is_worth(dictionary, i + 1, bytes_until(values, i + 1, width)))
            return 0;
    }
    return is_worth(dictionary, values->count, value_view_bytes(values));
}

int dictionary_build(struct dictionary *dictionary, const struct value_view *values,
                     size_t max_bytes, struct err *err)
{
    dictionary->count = 0;
    dictionary->entries.len = dictionary->starts.len = dictionary->indices.len = 0;
    TRY(write_buffer_reserve(&dictionary->indices, 4 * values->count, err));
    dictionary->indices.len = 4 * values->count;
    TRY(start_slots(dictionary, FIRST_SLOTS_LOG, err));
    switch (values->width) {
    case 0:
        return build(dictionary, values, 0, max_bytes, err);
    case 4:
        return build(dictionary, values, 4, max_bytes, err);
    case 8:
        return build(dictionary, values, 8, max_bytes, err);
    default:
        return build(dictionary, values, values->width, max_bytes, err);
    }
}
