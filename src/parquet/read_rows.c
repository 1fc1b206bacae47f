/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/read_rows.h"

#include "base/alloc.h"
#include "parquet/decode_bits.h"
#include "parquet/decode_values.h"
#include "parquet/read_column.h"
#include "parquet/read_table.h"

#include <stdlib.h>

/*
 * The short way: a row whose entries all have values, with at most 16 bytes of codes and fewer than
 * 16 repetition levels, is those bytes. Labels come in an order that repeats, so the row is first
 * compared with the one that followed last time on the row before: 32 bytes, and the 0 with which
 * the next row begins, at an address that is known early. If it is another, it is looked up by a
 * hash of its bytes. All other rows, and each row that is seen for the first time, go the long way
 * through `struct row_set`.
 */
#define SHORT_BYTES 16
#define CACHE_SLOTS 4096
#define CACHE_PROBES 8

struct short_row {
    uint8_t codes[SHORT_BYTES], repetition[SHORT_BYTES]; /* filled up with zeros */
    uint32_t count;                                      /* entries */
    uint32_t code_len;                                   /* bytes of codes */
    uint32_t id;
    uint32_t next; /* the short row that came next, last time */
};

struct parquet_rows {
    struct memory *memory;
    struct parquet_column *column;
    bool is_flat;
    bool is_begun;                        /* `base` is known */
    bool has_dictionary_values;           /* `values` has those of the dictionary */
    uint32_t base;                        /* flat: numbers below are codes of the dictionary */
    struct parquet_dictionary dictionary; /* of the chunk; empty when it has none */
    /*
     * Values of pages without codes get codes too, behind those of the dictionary. `values` has
     * the dictionary's first, and for each of these the first code that has it.
     */
    struct value_set values;
    struct read_buffer first_codes; /* uint32_t */
    uint32_t dictionary_values;     /* of `values` */
    struct row_set set;
    struct row_entries open; /* of the row that the last batch may have cut */
    struct row_entries row;  /* one row on the long way */
    struct read_buffer ids, value_codes, cells;
    struct read_buffer shorts; /* struct short_row; [0] is none */
    uint32_t short_count;
    uint16_t cache[CACHE_SLOTS]; /* of `shorts`, by hash; 0: free */
};

struct parquet_rows *parquet_rows_new(struct memory *memory)
{
    struct parquet_rows *rows = alloc_zeroed(sizeof(*rows));
    rows->memory = memory;
    rows->column = parquet_column_new(memory);
    return rows;
}

void parquet_rows_free(struct parquet_rows **rows)
{
    struct parquet_rows *gone = *rows;
    *rows = NULL;
    if (gone == NULL)
        return;
    parquet_column_free(&gone->column);
    value_set_release(&gone->values, gone->memory);
    row_set_release(&gone->set, gone->memory);
    row_entries_release(&gone->open, gone->memory);
    row_entries_release(&gone->row, gone->memory);
    read_buffer_release(&gone->first_codes, gone->memory);
    read_buffer_release(&gone->shorts, gone->memory);
    read_buffer_release(&gone->ids, gone->memory);
    read_buffer_release(&gone->value_codes, gone->memory);
    read_buffer_release(&gone->cells, gone->memory);
    free(gone);
}

int64_t parquet_rows_read_bytes(const struct parquet_rows *rows)
{
    return parquet_column_read_bytes(rows->column);
}

uint32_t parquet_rows_distinct(const struct parquet_rows *rows)
{
    return rows->base + rows->set.count;
}

int parquet_rows_start(struct parquet_rows *rows, struct parquet_file *file, size_t group,
                       int32_t leaf, struct err *err)
{
    TRY(parquet_column_start(rows->column, file, group, leaf, err));
    rows->is_flat = rows->column->node->max_repetition == 0;
    rows->is_begun = rows->has_dictionary_values = false;
    rows->base = rows->dictionary_values = 0;
    rows->dictionary = (struct parquet_dictionary){0};
    value_set_clear(&rows->values);
    row_set_clear(&rows->set);
    rows->open.count = 0;
    memset(rows->cache, 0, sizeof(rows->cache));
    rows->short_count = 0;
    return 0;
}

/* A value in memory as bytes: where it lies, or what it points to. */
static struct parquet_bytes value_at(const struct parquet_rows *rows, const void *values,
                                     size_t index)
{
    const struct parquet_node *node = rows->column->node;
    if (node->type == PARQUET_BYTE_ARRAY)
        return ((const struct parquet_bytes *)values)[index];
    uint32_t width = value_bytes(node->type, node->type_length);
    return (struct parquet_bytes){.data = (const uint8_t *)values + index * width, .len = width};
}

static int put_value(struct parquet_rows *rows, struct parquet_bytes value, uint32_t *ret_code,
                     struct err *err)
{
    uint32_t number = 0;
    TRY(value_set_put(&rows->values, rows->memory, value, &number, err));
    *ret_code = number < rows->dictionary_values
                    ? ((const uint32_t *)(const void *)rows->first_codes.data)[number]
                    : rows->dictionary.count + (number - rows->dictionary_values);
    return 0;
}

static int put_dictionary(struct parquet_rows *rows, struct err *err)
{
    uint32_t count = rows->dictionary.count;
    TRY(read_buffer_need(&rows->first_codes, rows->memory, count * sizeof(uint32_t), 0, err));
    uint32_t *codes = (uint32_t *)(void *)rows->first_codes.data;
    for (uint32_t i = 0, number = 0; i < count; i++) {
        struct parquet_bytes value = value_at(rows, rows->dictionary.values, i);
        TRY(value_set_put(&rows->values, rows->memory, value, &number, err));
        if (number == rows->dictionary_values)
            codes[rows->dictionary_values++] = i;
    }
    rows->has_dictionary_values = true;
    return 0;
}

static int code_values(struct parquet_rows *rows, const struct parquet_batch *batch,
                       struct err *err)
{
    if (!rows->has_dictionary_values)
        TRY(put_dictionary(rows, err));
    TRY(read_buffer_need(&rows->value_codes, rows->memory,
                         (size_t)batch->value_count * sizeof(uint32_t), 0, err));
    uint32_t *codes = (uint32_t *)(void *)rows->value_codes.data;
    for (uint32_t i = 0; i < batch->value_count; i++)
        TRY(put_value(rows, value_at(rows, batch->values, i), &codes[i], err));
    return 0;
}

/* A batch with codes in any case. */
static int next_coded(struct parquet_rows *rows, struct parquet_batch *batch, struct err *err)
{
    TRY(parquet_column_next(rows->column, batch, err));
    if (batch->entry_count == 0)
        return 0;
    if (!rows->is_begun) {
        rows->is_begun = true;
        rows->dictionary = rows->column->dictionary;
        rows->base = rows->is_flat ? rows->dictionary.count : 0;
    }
    if (batch->dictionary != NULL)
        return 0;
    TRY(code_values(rows, batch, err));
    batch->codes = rows->value_codes.data;
    batch->code_bytes = sizeof(uint32_t);
    return 0;
}

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

/* Where rows are of a batch whose entries all have values. */
struct walk {
    const struct parquet_batch *batch;
    uint32_t *ids;
    size_t count; /* of ids */
    size_t from;  /* the open row's first entry */
};

/* Entries of the row at `from`; 0 when the batch ends before it does. */
static size_t row_entries(const struct parquet_batch *batch, size_t from)
{
    for (size_t to = from + 1; to < batch->entry_count; to++)
        if (batch->repetition[to] == 0)
            return to - from;
    return 0;
}

/* A row that is not the one expected; *ret_short 0 when it is no short one. */
static int walk_other(struct parquet_rows *rows, struct walk *walk, size_t count,
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
static inline uint32_t walk_expected(const struct short_row *known, struct walk *walk,
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
static int walk_short(struct parquet_rows *rows, struct walk *walk, struct err *err)
{
    TRY(read_buffer_need(&rows->shorts, rows->memory, CACHE_SLOTS * sizeof(struct short_row), 0,
                         err));
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
static int walk_long(struct parquet_rows *rows, struct walk *walk, size_t *value, struct err *err)
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

static int close_open(struct parquet_rows *rows, struct walk *walk, struct err *err)
{
    if (rows->open.count == 0)
        return 0;
    TRY(put_row(rows, &rows->open, &walk->ids[walk->count++], err));
    rows->open.count = 0;
    return 0;
}

/* The end of the row that was open, the whole rows, and the beginning of the one that stays open. */
static int walk_nested(struct parquet_rows *rows, struct walk *walk, struct err *err)
{
    const struct parquet_batch *batch = walk->batch;
    size_t value = 0;
    walk->from = first_row(batch);
    TRY(add_entries(rows, &rows->open, batch, 0, walk->from, &value, err));
    if (walk->from == batch->entry_count)
        return 0;
    TRY(close_open(rows, walk, err));
    if (batch->definition == NULL && batch->repetition != NULL) {
        TRY(walk_short(rows, walk, err));
        value = walk->from;
    } else {
        TRY(walk_long(rows, walk, &value, err));
    }
    return add_entries(rows, &rows->open, batch, walk->from, batch->entry_count, &value, err);
}

static int walk_flat(struct parquet_rows *rows, struct walk *walk, struct err *err)
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

int parquet_rows_next(struct parquet_rows *rows, const uint32_t **ret_ids, size_t *ret_count,
                      struct err *err)
{
    TRY(read_buffer_need(&rows->ids, rows->memory, (PARQUET_BATCH_ENTRIES + 1) * sizeof(uint32_t),
                         0, err));
    struct parquet_batch batch;
    struct walk walk = {.batch = &batch, .ids = (uint32_t *)(void *)rows->ids.data};
    do {
        TRY(next_coded(rows, &batch, err));
        if (batch.entry_count == 0)
            TRY(close_open(rows, &walk, err));
        else if (rows->is_flat)
            TRY(walk_flat(rows, &walk, err));
        else
            TRY(walk_nested(rows, &walk, err));
    } while (walk.count == 0 && batch.entry_count != 0);
    *ret_ids = walk.ids;
    *ret_count = walk.count;
    return 0;
}

static struct parquet_bytes value_of_code(const struct parquet_rows *rows, uint32_t code)
{
    if (code == NO_CODE)
        return (struct parquet_bytes){0};
    if (code < rows->dictionary.count)
        return value_at(rows, rows->dictionary.values, code);
    return value_set_get(&rows->values, code - rows->dictionary.count + rows->dictionary_values);
}

int parquet_rows_value(struct parquet_rows *rows, uint32_t id, struct parquet_row *ret_row,
                       struct err *err)
{
    static const uint8_t no_repetition = 0;
    const struct row_set *set = &rows->set;
    bool is_code = id < rows->base;
    size_t start = is_code ? 0 : ((size_t *)(void *)set->starts.data)[id - rows->base];
    size_t count = is_code ? 1 : ((size_t *)(void *)set->starts.data)[id - rows->base + 1] - start;
    TRY(read_buffer_need(&rows->cells, rows->memory, (count + 1) * sizeof(struct parquet_bytes), 0,
                         err));
    struct parquet_bytes *cells = (struct parquet_bytes *)(void *)rows->cells.data;
    const uint32_t *codes = (const uint32_t *)(void *)set->entries.codes.data;
    for (size_t i = 0; i < count; i++)
        cells[i] = value_of_code(rows, is_code ? id : codes[start + i]);
    uint8_t *max = (uint8_t *)&cells[count];
    *max = (uint8_t)rows->column->node->max_definition;
    *ret_row = (struct parquet_row){
        .entry_count = (uint32_t)count,
        .definition = is_code ? max : set->entries.definition.data + start,
        .repetition = is_code ? &no_repetition : set->entries.repetition.data + start,
        .values = cells};
    return 0;
}
