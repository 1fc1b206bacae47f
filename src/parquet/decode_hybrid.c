/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/decode_hybrid.h"

#include "parquet/decode_bits.h"

#include <inttypes.h>

#define GROUP 8

int hybrid_init(struct hybrid *hybrid, const uint8_t *data, size_t len, unsigned bits,
                uint32_t limit, struct err *err)
{
    if (bits > 32)
        return err_set(err, ERR_DATA, "numbers of %u bits cannot be", bits);
    *hybrid = (struct hybrid){.at = data, .end = data + len, .bits = bits, .limit = limit};
    return 0;
}

static bool read_head(struct hybrid *hybrid, uint32_t *ret_head)
{
    uint64_t head = 0;
    for (unsigned shift = 0; shift < 35 && hybrid->at < hybrid->end; shift += 7) {
        uint8_t byte = *hybrid->at++;
        head |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            *ret_head = (uint32_t)head;
            return head <= UINT32_MAX;
        }
    }
    return false;
}

/* Some writers leave out the end of the last group; what is there counts. */
static void start_packed(struct hybrid *hybrid, uint64_t groups)
{
    uint64_t there = (uint64_t)(hybrid->end - hybrid->at);
    uint64_t bytes = groups * hybrid->bits;
    hybrid->is_packed = true;
    hybrid->packed = hybrid->at;
    hybrid->index = 0;
    hybrid->left = bytes <= there ? groups * GROUP : there * 8 / hybrid->bits;
    hybrid->at += bytes <= there ? bytes : there;
}

static int start_run(struct hybrid *hybrid, uint64_t count, struct err *err)
{
    size_t bytes = (hybrid->bits + 7) / 8;
    if ((size_t)(hybrid->end - hybrid->at) < bytes)
        return err_set(err, ERR_DATA, "a run goes past the end of its bytes");
    hybrid->is_packed = false;
    hybrid->value = 0;
    memcpy(&hybrid->value, hybrid->at, bytes);
    hybrid->at += bytes;
    hybrid->left = count;
    if (hybrid->value >= hybrid->limit && count != 0)
        return err_set(err, ERR_DATA, "a run is of number %" PRIu32 ", not below %" PRIu32,
                       hybrid->value, hybrid->limit);
    return 0;
}

static int next_run(struct hybrid *hybrid, struct err *err)
{
    uint32_t head = 0;
    if (!read_head(hybrid, &head))
        return err_set(err, ERR_DATA, "its runs end too early");
    if ((head & 1) == 0)
        return start_run(hybrid, head >> 1, err);
    start_packed(hybrid, head >> 1);
    return 0;
}

static void unpack(const struct hybrid *hybrid, void *out, unsigned out_bytes, size_t groups)
{
    const uint8_t *from = hybrid->packed + hybrid->index / GROUP * hybrid->bits;
    if (out_bytes == 1)
        unpack_u8(from, hybrid->bits, out, groups);
    else if (out_bytes == 2)
        unpack_u16(from, hybrid->bits, out, groups);
    else
        unpack_u32(from, hybrid->bits, out, groups);
}

/* Numbers that do not begin or end with a group. */
static size_t unpack_part(const struct hybrid *hybrid, void *out, unsigned out_bytes, size_t count)
{
    uint32_t group[GROUP];
    size_t skip = hybrid->index % GROUP;
    unpack(hybrid, group, out_bytes, 1);
    size_t take = count < GROUP - skip ? count : GROUP - skip;
    memcpy(out, (const uint8_t *)group + skip * out_bytes, take * out_bytes);
    return take;
}

/* Branchless, so that the compiler makes vectors of it. */
#define DEFINE_MAX(type)                                          \
    static uint32_t max_##type(const type *numbers, size_t count) \
    {                                                             \
        type max = 0;                                             \
        for (size_t i = 0; i < count; i++)                        \
            max = numbers[i] > max ? numbers[i] : max;            \
        return max;                                               \
    }
DEFINE_MAX(uint8_t)
DEFINE_MAX(uint16_t)
DEFINE_MAX(uint32_t)

static int check_limit(const struct hybrid *hybrid, const void *numbers, unsigned out_bytes,
                       size_t count, struct err *err)
{
    if (hybrid->bits < 32 && (uint64_t)1 << hybrid->bits <= hybrid->limit)
        return 0;
    uint32_t max = out_bytes == 1   ? max_uint8_t(numbers, count)
                   : out_bytes == 2 ? max_uint16_t(numbers, count)
                                    : max_uint32_t(numbers, count);
    if (max < hybrid->limit)
        return 0;
    return err_set(err, ERR_DATA, "it has number %" PRIu32 ", not below %" PRIu32, max,
                   hybrid->limit);
}

/* A writer may pack numbers with more bits than they need; then they are checked, and narrowed. */
static int read_wide(struct hybrid *hybrid, void *out, unsigned out_bytes, size_t count,
                     struct err *err)
{
    uint32_t wide[16 * GROUP] = {0};
    for (size_t done = 0; done < count;) {
        size_t part = count - done < 16 * GROUP - GROUP ? count - done : 16 * GROUP - GROUP;
        TRY(hybrid_read(hybrid, wide, sizeof(wide[0]), part, err));
        for (size_t i = 0; i < part; i++, done++) {
            if (out_bytes == 1)
                ((uint8_t *)out)[done] = (uint8_t)wide[i];
            else
                ((uint16_t *)out)[done] = (uint16_t)wide[i];
        }
    }
    return 0;
}

static size_t read_packed(struct hybrid *hybrid, void *out, unsigned out_bytes, size_t count)
{
    if (hybrid->index % GROUP != 0 || count < GROUP)
        return unpack_part(hybrid, out, out_bytes, count);
    unpack(hybrid, out, out_bytes, count / GROUP);
    return count / GROUP * GROUP;
}

static void fill(void *out, unsigned out_bytes, uint32_t value, size_t count)
{
    if (out_bytes == 1) {
        memset(out, (int)value, count);
    } else if (out_bytes == 2) {
        for (size_t i = 0; i < count; i++)
            ((uint16_t *)out)[i] = (uint16_t)value;
    } else {
        for (size_t i = 0; i < count; i++)
            ((uint32_t *)out)[i] = value;
    }
}

int hybrid_read(struct hybrid *hybrid, void *out, unsigned out_bytes, size_t count, struct err *err)
{
    if (hybrid->bits > out_bytes * 8)
        return read_wide(hybrid, out, out_bytes, count, err);
    uint8_t *to = out;
    while (count != 0) {
        if (hybrid->left == 0) {
            TRY(next_run(hybrid, err));
            continue;
        }
        size_t part = count < hybrid->left ? count : (size_t)hybrid->left;
        if (hybrid->is_packed) {
            part = read_packed(hybrid, to, out_bytes, part);
            TRY(check_limit(hybrid, to, out_bytes, part, err));
        } else {
            fill(to, out_bytes, hybrid->value, part);
        }
        hybrid->index += part;
        hybrid->left -= part;
        count -= part;
        to += part * out_bytes;
    }
    return 0;
}

bool hybrid_skip(struct hybrid *hybrid, uint32_t value, size_t count)
{
    struct hybrid ahead = *hybrid;
    while (count != 0) {
        if (ahead.left == 0 && next_run(&ahead, NULL) != 0)
            return false;
        if (ahead.left == 0)
            continue;
        if (ahead.is_packed || ahead.value != value)
            return false;
        size_t part = count < ahead.left ? count : (size_t)ahead.left;
        ahead.left -= part;
        count -= part;
    }
    *hybrid = ahead;
    return true;
}
