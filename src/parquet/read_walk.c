/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/read_walk.h"

#include "parquet/decode_bits.h"

static inline uint32_t code_at(const struct parquet_batch *batch, size_t index)
{
    if (batch->code_bytes == 1)
        return ((const uint8_t *)batch->codes)[index];
    if (batch->code_bytes == 2)
        return ((const uint16_t *)batch->codes)[index];
    return ((const uint32_t *)batch->codes)[index];
}

/* Entries [from, to) of a batch; `*value` is the number of the next value. */
static int add_entries(struct parquet_rows *rows, struct row_entries *entries,
                       const struct parquet_batch *batch, size_t from, size_t to, size_t *value,
                       struct err *err)
{
    uint8_t max = (uint8_t)rows->column->node->max_definition;
    TRY(row_entries_need(entries, rows->memory, to - from, err));
    for (size_t i = from; i < to; i++) {
        uint8_t definition = batch->definition == NULL ? max : batch->definition[i];
        uint32_t code = definition == max ? code_at(batch, (*value)++) : NO_CODE;
        row_entries_add(entries, code, definition,
                        batch->repetition == NULL ? 0 : batch->repetition[i]);
    }
    return 0;
}

static int put_row(struct parquet_rows *rows, const struct row_entries *row, uint32_t *ret_id,
                   struct err *err)
{
    uint32_t number = 0;
    TRY(row_set_put(&rows->set, rows->memory, row, &number, err));
    *ret_id = rows->base + number;
    return 0;
}

static struct short_row *short_rows(const struct parquet_rows *rows)
{
    return (struct short_row *)(void *)rows->shorts.data;
}

/* The first `len` (at most 16) bytes, and zeros. */
static inline void take_bytes(uint8_t *to, const uint8_t *from, size_t len)
{
    static const uint8_t mask[2 * SHORT_BYTES] = {
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    };
    const uint8_t *keep = mask + SHORT_BYTES - len;
    uint64_t low = load_u64(from) & load_u64(keep), high = load_u64(from + 8) & load_u64(keep + 8);
    memcpy(to, &low, sizeof(low));
    memcpy(to + 8, &high, sizeof(high));
}

/* Not 0 where the first `len` bytes of `a` are not `b`, which has zeros after them. */
static inline uint64_t differ(const uint8_t *a, const uint8_t *b, size_t len)
{
    uint8_t some[SHORT_BYTES];
    take_bytes(some, a, len);
    return (load_u64(some) ^ load_u64(b)) | (load_u64(some + 8) ^ load_u64(b + 8));
}

static inline size_t hash_short(const struct short_row *row)
{
    uint64_t hash =
        (load_u64(row->codes) ^ load_u64(row->repetition) << 3) * UINT64_C(0x9e3779b97f4a7c15);
    hash ^= hash >> 29;
    hash += (load_u64(row->codes + 8) ^ load_u64(row->repetition + 8) << 3);
    return hash * UINT64_C(0xc2b2ae3d27d4eb4f) >> 52; /* CACHE_SLOTS */
}

/* A row seen for the first time, or one that found no room. */
static int put_short(struct parquet_rows *rows, struct short_row *row, size_t home,
                     const struct parquet_batch *batch, size_t from, uint32_t *ret_short,
                     struct err *err)
{
    size_t value = from, slot = home;
    rows->row.count = 0;
    TRY(add_entries(rows, &rows->row, batch, from, from + row->count, &value, err));
    TRY(put_row(rows, &rows->row, &row->id, err));
    for (size_t i = 0; i < CACHE_PROBES && rows->cache[slot] != 0; i++)
        slot = (home + i) % CACHE_SLOTS;
    uint32_t number = rows->short_count + 1;
    if (rows->cache[slot] != 0 || number == CACHE_SLOTS)
        number = rows->cache[slot] != 0 ? rows->cache[slot] : rows->short_count;
    else
        rows->short_count = number;
    TRY(read_buffer_need(&rows->shorts, rows->memory, CACHE_SLOTS * sizeof(*row), 0, err));
    short_rows(rows)[number] = *row;
    rows->cache[slot] = (uint16_t)number;
    *ret_short = number;
    return 0;
}

static int find_short(struct parquet_rows *rows, const struct parquet_batch *batch, size_t from,
                      size_t count, uint32_t *ret_short, struct err *err)
{
    struct short_row row = {.count = (uint32_t)count,
                            .code_len = (uint32_t)count * batch->code_bytes};
    take_bytes(row.codes, (const uint8_t *)batch->codes + from * batch->code_bytes, row.code_len);
    take_bytes(row.repetition, batch->repetition + from, count);
    size_t home = hash_short(&row);
    for (size_t i = 0; i < CACHE_PROBES; i++) {
        uint32_t number = rows->cache[(home + i) % CACHE_SLOTS];
        if (number == 0)
            break;
        const struct short_row *known = &short_rows(rows)[number];
        if (memcmp(known->codes, row.codes, sizeof(row.codes)) == 0 &&
            memcmp(known->repetition, row.repetition, sizeof(row.repetition)) == 0) {
            *ret_short = number;
            return 0;
        }
    }
    return put_short(rows, &row, home, batch, from, ret_short, err);
}

/* Entries of the row at `from`; 0 when the batch ends before it does. */
static size_t row_entries(const struct parquet_batch *batch, size_t from)
{
    for (size_t to = from + 1; to < batch->entry_count; to++)
        if (batch->repetition[to] == 0)
            return to - from;
    return 0;
}

/* A row that is not the one expected; *ret_short 0 when it is no short one. */
static int walk_other(struct parquet_rows *rows, struct row_walk *walk, size_t count,
                      uint32_t *ret_short, struct err *err)
{
    const struct parquet_batch *batch = walk->batch;
    *ret_short = 0;
    if (count >= SHORT_BYTES || count * batch->code_bytes > SHORT_BYTES) {
        size_t value = walk->from;
        rows->row.count = 0;
        TRY(add_entries(rows, &rows->row, batch, walk->from, walk->from + count, &value, err));
        TRY(put_row(rows, &rows->row, &walk->ids[walk->count], err));
    } else {
        TRY(find_short(rows, batch, walk->from, count, ret_short, err));
        walk->ids[walk->count] = short_rows(rows)[*ret_short].id;
    }
    walk->count++;
    walk->from += count;
    return 0;
}

/* Rows that follow each other as they did before; returns the last of them. */
static inline uint32_t walk_expected(const struct short_row *known, struct row_walk *walk,
                                     uint32_t last, unsigned code_bytes)
{
    const uint8_t *codes = walk->batch->codes, *repetition = walk->batch->repetition;
    size_t from = walk->from, count = walk->count, end = walk->batch->entry_count;
    for (;;) {
        uint32_t next = known[last].next;
        const struct short_row *row = &known[next];
        if (next == 0 || from + row->count >= end ||
            (differ(codes + from * code_bytes, row->codes, row->code_len) |
             differ(repetition + from, row->repetition, row->count + 1)) != 0)
            break;
        walk->ids[count++] = row->id;
        from += row->count;
        last = next;
    }
    walk->from = from;
    walk->count = count;
    return last;
}

/* The short way through all rows that begin and end in the batch. */
static int walk_short(struct parquet_rows *rows, struct row_walk *walk, struct err *err)
{
    TRY(read_buffer_need(&rows->shorts, rows->memory, CACHE_SLOTS * sizeof(struct short_row), 0,
                         err));
    if (rows->short_code_bytes !=
        walk->batch->code_bytes) { /* rows are compared as bytes of codes */
        memset(rows->cache, 0, sizeof(rows->cache));
        rows->short_count = 0;
        rows->short_code_bytes = walk->batch->code_bytes;
    }
    struct short_row *known = short_rows(rows);
    uint32_t last = 0;
    known[0].next = 0;
    for (;;) {
        if (walk->batch->code_bytes == 1)
            last = walk_expected(known, walk, last, 1);
        else if (walk->batch->code_bytes == 2)
            last = walk_expected(known, walk, last, 2);
        else
            last = walk_expected(known, walk, last, 4);
        size_t count = row_entries(walk->batch, walk->from);
        if (count == 0)
            return 0;
        uint32_t other = 0;
        TRY(walk_other(rows, walk, count, &other, err));
        known[last].next = last != 0 ? other : 0;
        last = other;
    }
}

/* The long way, entry by entry, for batches with nulls or without repetitions. */
static int walk_long(struct parquet_rows *rows, struct row_walk *walk, size_t *value,
                     struct err *err)
{
    const struct parquet_batch *batch = walk->batch;
    for (size_t to = walk->from + 1; to < batch->entry_count; to++) {
        if (batch->repetition != NULL && batch->repetition[to] != 0)
            continue;
        rows->row.count = 0;
        TRY(add_entries(rows, &rows->row, batch, walk->from, to, value, err));
        TRY(put_row(rows, &rows->row, &walk->ids[walk->count++], err));
        walk->from = to;
    }
    return 0;
}

static size_t first_row(const struct parquet_batch *batch)
{
    size_t at = 0;
    while (batch->repetition != NULL && at < batch->entry_count && batch->repetition[at] != 0)
        at++;
    return at;
}

int row_walk_close(struct parquet_rows *rows, struct row_walk *walk, struct err *err)
{
    if (rows->open.count == 0)
        return 0;
    TRY(put_row(rows, &rows->open, &walk->ids[walk->count++], err));
    rows->open.count = 0;
    return 0;
}

/* The end of the row that was open, the whole rows, and the beginning of the one that stays open. */
int row_walk_nested(struct parquet_rows *rows, struct row_walk *walk, struct err *err)
{
    const struct parquet_batch *batch = walk->batch;
    size_t value = 0;
    walk->from = first_row(batch);
    TRY(add_entries(rows, &rows->open, batch, 0, walk->from, &value, err));
    if (walk->from == batch->entry_count)
        return 0;
    TRY(row_walk_close(rows, walk, err));
    if (batch->definition == NULL && batch->repetition != NULL) {
        TRY(walk_short(rows, walk, err));
        value = walk->from;
    } else {
        TRY(walk_long(rows, walk, &value, err));
    }
    return add_entries(rows, &rows->open, batch, walk->from, batch->entry_count, &value, err);
}

int row_walk_flat(struct parquet_rows *rows, struct row_walk *walk, struct err *err)
{
    const struct parquet_batch *batch = walk->batch;
    uint8_t max = (uint8_t)rows->column->node->max_definition;
    size_t value = 0;
    if (batch->definition == NULL && batch->dictionary != NULL) { /* codes are numbers already */
        parquet_batch_codes(batch, walk->ids);
        walk->count = batch->entry_count;
        return 0;
    }
    for (size_t i = 0; i < batch->entry_count; i++) {
        bool is_value = batch->definition == NULL || batch->definition[i] == max;
        uint32_t id = is_value ? code_at(batch, value) : NO_CODE;
        if (id >= rows->base) {
            rows->row.count = 0;
            TRY(add_entries(rows, &rows->row, batch, i, i + 1, &value, err));
            TRY(put_row(rows, &rows->row, &id, err));
        } else {
            value++;
        }
        walk->ids[walk->count++] = id;
    }
    return 0;
}
