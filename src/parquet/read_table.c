/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/read_table.h"

#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define TABLE_FIRST 64
#define NUMBER_MAX (UINT32_MAX / 4)

int row_entries_need(struct row_entries *entries, struct memory *memory, size_t more,
                     struct err *err)
{
    size_t keep = entries->count, count = keep + more;
    TRY(read_buffer_need(&entries->codes, memory, count * sizeof(uint32_t), keep * sizeof(uint32_t),
                         err));
    TRY(read_buffer_need(&entries->definition, memory, count, keep, err));
    return read_buffer_need(&entries->repetition, memory, count, keep, err);
}

void row_entries_add(struct row_entries *entries, uint32_t code, uint8_t definition,
                     uint8_t repetition)
{
    ((uint32_t *)(void *)entries->codes.data)[entries->count] = code;
    entries->definition.data[entries->count] = definition;
    entries->repetition.data[entries->count] = repetition;
    entries->count++;
}

void row_entries_release(struct row_entries *entries, struct memory *memory)
{
    read_buffer_release(&entries->codes, memory);
    read_buffer_release(&entries->definition, memory);
    read_buffer_release(&entries->repetition, memory);
}

static void table_clear(struct number_table *table)
{
    if (table->slots.data != NULL)
        memset(table->slots.data, 0, table->cap * sizeof(uint32_t));
    table->count = 0;
}

static uint32_t *table_slots(const struct number_table *table)
{
    return (uint32_t *)(void *)table->slots.data;
}

/* Room for one more; numbers find their new places by their hashes. */
static int table_need(struct number_table *table, struct memory *memory, const uint64_t *hashes,
                      struct err *err)
{
    if (table->count > NUMBER_MAX)
        return err_set(err, ERR_MEMORY_LIMIT, "a Parquet column has too many distinct values");
    if (table->cap != 0 && table->count < table->cap / 2)
        return 0;
    size_t cap = table->cap == 0 ? TABLE_FIRST : table->cap * 2;
    TRY(read_buffer_need(&table->slots, memory, cap * sizeof(uint32_t), 0, err));
    table->cap = cap;
    uint32_t *slots = table_slots(table);
    memset(slots, 0, cap * sizeof(uint32_t));
    for (uint32_t number = 0; number < table->count; number++) {
        size_t at = hashes[number] & (cap - 1);
        while (slots[at] != 0)
            at = (at + 1) & (cap - 1);
        slots[at] = number + 1;
    }
    return 0;
}

static uint64_t *buffer_hashes(const struct read_buffer *buffer)
{
    return (uint64_t *)(void *)buffer->data;
}

static size_t *buffer_starts(const struct read_buffer *buffer)
{
    return (size_t *)(void *)buffer->data;
}

/* Room in the arrays that have one item a number. */
static int need_number(struct read_buffer *starts, struct read_buffer *hashes, size_t count,
                       struct memory *memory, struct err *err)
{
    bool is_first = starts->data == NULL;
    TRY(read_buffer_need(starts, memory, (count + 2) * sizeof(size_t),
                         is_first ? 0 : (count + 1) * sizeof(size_t), err));
    TRY(read_buffer_need(hashes, memory, (count + 1) * sizeof(uint64_t), count * sizeof(uint64_t),
                         err));
    if (count == 0)
        buffer_starts(starts)[0] = 0;
    return 0;
}

void row_set_clear(struct row_set *set)
{
    set->entries.count = 0;
    set->count = 0;
    table_clear(&set->table);
}

void row_set_release(struct row_set *set, struct memory *memory)
{
    row_entries_release(&set->entries, memory);
    read_buffer_release(&set->starts, memory);
    read_buffer_release(&set->hashes, memory);
    read_buffer_release(&set->table.slots, memory);
}

static uint64_t hash_row(const struct row_entries *row)
{
    uint64_t hash = XXH3_64bits(row->codes.data, row->count * sizeof(uint32_t));
    hash = XXH3_64bits_withSeed(row->definition.data, row->count, hash);
    return XXH3_64bits_withSeed(row->repetition.data, row->count, hash);
}

static bool row_is(const struct row_set *set, uint32_t number, const struct row_entries *row)
{
    const size_t *starts = buffer_starts(&set->starts);
    size_t start = starts[number], count = starts[number + 1] - start;
    return count == row->count &&
           memcmp(set->entries.codes.data + start * sizeof(uint32_t), row->codes.data,
                  count * sizeof(uint32_t)) == 0 &&
           memcmp(set->entries.definition.data + start, row->definition.data, count) == 0 &&
           memcmp(set->entries.repetition.data + start, row->repetition.data, count) == 0;
}

static int row_set_add(struct row_set *set, struct memory *memory, const struct row_entries *row,
                       uint64_t hash, struct err *err)
{
    struct row_entries *to = &set->entries;
    TRY(row_entries_need(to, memory, row->count, err));
    TRY(need_number(&set->starts, &set->hashes, set->count, memory, err));
    memcpy(to->codes.data + to->count * sizeof(uint32_t), row->codes.data,
           row->count * sizeof(uint32_t));
    memcpy(to->definition.data + to->count, row->definition.data, row->count);
    memcpy(to->repetition.data + to->count, row->repetition.data, row->count);
    to->count += row->count;
    buffer_hashes(&set->hashes)[set->count] = hash;
    buffer_starts(&set->starts)[++set->count] = to->count;
    return 0;
}

int row_set_put(struct row_set *set, struct memory *memory, const struct row_entries *row,
                uint32_t *ret_number, struct err *err)
{
    TRY(table_need(&set->table, memory, buffer_hashes(&set->hashes), err));
    uint64_t hash = hash_row(row);
    uint32_t *slots = table_slots(&set->table);
    size_t at = hash & (set->table.cap - 1);
    for (; slots[at] != 0; at = (at + 1) & (set->table.cap - 1)) {
        uint32_t number = slots[at] - 1;
        if (buffer_hashes(&set->hashes)[number] == hash && row_is(set, number, row)) {
            *ret_number = number;
            return 0;
        }
    }
    TRY(row_set_add(set, memory, row, hash, err));
    slots[at] = set->count;
    set->table.count++;
    *ret_number = set->count - 1;
    return 0;
}

void value_set_clear(struct value_set *set)
{
    set->byte_count = 0;
    set->count = 0;
    table_clear(&set->table);
}

void value_set_release(struct value_set *set, struct memory *memory)
{
    read_buffer_release(&set->bytes, memory);
    read_buffer_release(&set->starts, memory);
    read_buffer_release(&set->hashes, memory);
    read_buffer_release(&set->table.slots, memory);
}

struct parquet_bytes value_set_get(const struct value_set *set, uint32_t number)
{
    const size_t *starts = buffer_starts(&set->starts);
    return (struct parquet_bytes){.data = set->bytes.data + starts[number],
                                  .len = (uint32_t)(starts[number + 1] - starts[number])};
}

static bool value_is(const struct value_set *set, uint32_t number, struct parquet_bytes value)
{
    struct parquet_bytes known = value_set_get(set, number);
    return known.len == value.len && memcmp(known.data, value.data, value.len) == 0;
}

static int value_set_add(struct value_set *set, struct memory *memory, struct parquet_bytes value,
                         uint64_t hash, struct err *err)
{
    TRY(read_buffer_need(&set->bytes, memory, set->byte_count + value.len, set->byte_count, err));
    TRY(need_number(&set->starts, &set->hashes, set->count, memory, err));
    memcpy(set->bytes.data + set->byte_count, value.data, value.len);
    set->byte_count += value.len;
    buffer_hashes(&set->hashes)[set->count] = hash;
    buffer_starts(&set->starts)[++set->count] = set->byte_count;
    return 0;
}

int value_set_put(struct value_set *set, struct memory *memory, struct parquet_bytes value,
                  uint32_t *ret_number, struct err *err)
{
    TRY(table_need(&set->table, memory, buffer_hashes(&set->hashes), err));
    uint64_t hash = XXH3_64bits(value.data, value.len);
    uint32_t *slots = table_slots(&set->table);
    size_t at = hash & (set->table.cap - 1);
    for (; slots[at] != 0; at = (at + 1) & (set->table.cap - 1)) {
        uint32_t number = slots[at] - 1;
        if (buffer_hashes(&set->hashes)[number] == hash && value_is(set, number, value)) {
            *ret_number = number;
            return 0;
        }
    }
    TRY(value_set_add(set, memory, value, hash, err));
    slots[at] = set->count;
    set->table.count++;
    *ret_number = set->count - 1;
    return 0;
}
