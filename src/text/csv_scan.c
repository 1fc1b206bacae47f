/* SPDX-License-Identifier: Apache-2.0 */
#include "text/csv_scan.h"
#include "base/alloc.h"

#include <stdlib.h>

/* What the blocks say of one record. */
enum step { STEP_ON, STEP_MORE, STEP_WALK };

void csv_scan_restart(struct csv_scan *scan)
{
    scan->is_begun = false;
}

void csv_scan_release(struct csv_scan *scan)
{
    free(scan->fields);
}

void csv_scan_grow(struct csv_scan *scan, size_t count)
{
    size_t cap = scan->field_cap;
    while (cap < count + CSV_BLOCK)
        cap = cap ? 2 * cap : 2 * (size_t)CSV_BLOCK;
    if (cap == scan->field_cap)
        return;
    struct text_field *grown = realloc(scan->fields, cap * sizeof(*grown));
    if (!grown)
        alloc_die("out of memory for the fields of a record");
    scan->fields = grown;
    scan->field_cap = cap;
}

/* Takes up the block at `base`. */
static inline enum step look(struct csv_scan *scan, const struct csv_needles *needles, size_t base)
{
    if (base >= scan->end)
        return scan->is_end ? STEP_WALK : STEP_MORE;
    size_t left = scan->end - base;
    if (left < CSV_PADDING && !scan->is_end)
        return STEP_MORE;
    if (scan->is_cr_end && left < CSV_PADDING)
        return STEP_WALK;
    const char *bytes = scan->buffer + base;
    struct csv_masks masks = csv_look(needles, bytes);
    if (left < CSV_BLOCK) {
        uint64_t valid = csv_bits_below(left);
        masks.delimiter &= valid;
        masks.odd &= valid;
    }
    scan->base = base;
    scan->block =
        csv_read_block(&masks, bytes + CSV_BLOCK, scan->delimiter, scan->quote, &scan->state);
    return scan->block.is_strict ? STEP_ON : STEP_WALK;
}

/* The rest of a block that a record goes beyond. */
static inline void leave(struct csv_scan *scan, struct csv_found *found)
{
    struct csv_block *block = &scan->block;
    if (block->odd | block->inner | block->doubled) {
        found->has_odd |= block->odd != 0;
        found->has_doubled |= block->doubled != 0;
        found->lines += csv_count(block->inner);
    }
}

/* A record ends with the bit `at` of the block. */
static inline void end(struct csv_scan *scan, struct csv_found *found, size_t at)
{
    struct csv_block *block = &scan->block;
    if (block->odd | block->inner | block->doubled) {
        uint64_t used = csv_bits_below(at + 1);
        found->has_odd |= (block->odd & used) != 0;
        found->has_doubled |= (block->doubled & used) != 0;
        if (block->inner & used)
            found->lines += csv_count(block->inner & used);
        block->odd &= ~used;
        block->inner &= ~used;
        block->doubled &= ~used;
    }
}

static inline void set(struct text_field *field, const char *text, size_t len, int quote)
{
    if ((unsigned char)*text == quote)
        *field = (struct text_field){text + 1, len - 2, TOKEN_QUOTED};
    else
        *field = (struct text_field){text, len, TOKEN_PLAIN};
}

static void finish(struct csv_scan *scan, struct csv_found *found, size_t newline, size_t count)
{
    found->count = count;
    found->bytes = newline + 1 - scan->begin;
    found->lines++;
    scan->begin = newline + 1;
}

/*
 * The hot path. A separator is a bit; everything else about a field follows from where the last one was. The walk takes
 * over where a block is not strict; that a quote is never closed it finds out as well.
 */
static enum step scan_blocks(struct csv_scan *scan, struct csv_found *found)
{
    const char *const buffer = scan->buffer;
    const struct csv_needles needles = csv_needles(scan->delimiter, scan->quote);
    const char delimiter = scan->delimiter;
    const int quote = scan->quote;
    size_t start = scan->begin, count = 0, base = scan->base;
    uint64_t separators = scan->block.separators;
    if (!scan->is_begun) {
        scan->state = (struct csv_state){.can_open = true};
        scan->block = (struct csv_block){0};
        separators = 0;
        base = scan->begin - CSV_BLOCK;
        scan->is_begun = true;
    }
    if (scan->field_cap < CSV_BLOCK)
        csv_scan_grow(scan, 0);
    struct text_field *fields = scan->fields;
    for (;;) {
        while (!separators) {
            leave(scan, found);
            base += CSV_BLOCK;
            enum step step = look(scan, &needles, base);
            if (step != STEP_ON)
                return step;
            separators = scan->block.separators;
            if (count + CSV_BLOCK > scan->field_cap) {
                if (count > TEXT_MAX_FIELDS)
                    return STEP_WALK;
                csv_scan_grow(scan, count);
                fields = scan->fields;
            }
        }
        size_t at = (size_t)__builtin_ctzll(separators), p = base + at;
        separators &= separators - 1;
        if (buffer[p] == delimiter) {
            set(&fields[count++], buffer + start, p - start, quote);
            start = p + 1;
            continue;
        }
        size_t stop = p > start && buffer[p - 1] == '\r' ? p - 1 : p;
        set(&fields[count++], buffer + start, stop - start, quote);
        if (count > TEXT_MAX_FIELDS)
            return STEP_WALK;
        scan->block.separators = separators;
        end(scan, found, at);
        found->len = stop - scan->begin;
        finish(scan, found, p, count);
        return STEP_ON;
    }
}

enum csv_got csv_scan_record(struct csv_scan *scan, struct csv_found *ret_found)
{
    *ret_found = (struct csv_found){0};
    enum step step = scan_blocks(scan, ret_found);
    if (step == STEP_ON)
        return CSV_RECORD;
    csv_scan_restart(scan);
    *ret_found = (struct csv_found){0};
    return step == STEP_MORE ? CSV_MORE : csv_walk_record(scan, ret_found);
}
