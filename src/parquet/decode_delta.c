/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/decode_delta.h"

#include "parquet/decode_bits.h"

#include <inttypes.h>

#define BLOCK_MAX (1 << 16)

static int read_varint(struct delta *delta, uint64_t *ret_value, struct err *err)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && delta->at < delta->end; shift += 7) {
        uint8_t byte = *delta->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            *ret_value = value;
            return 0;
        }
    }
    return err_set(err, ERR_DATA, "its differences end too early");
}

static int read_zigzag(struct delta *delta, uint64_t *ret_value, struct err *err)
{
    uint64_t value = 0;
    TRY(read_varint(delta, &value, err));
    *ret_value = (value >> 1) ^ (0 - (value & 1));
    return 0;
}

int delta_init(struct delta *delta, const uint8_t *data, size_t len, struct err *err)
{
    *delta = (struct delta){.at = data, .end = data + len};
    uint64_t block = 0, minis = 0;
    TRY(read_varint(delta, &block, err));
    TRY(read_varint(delta, &minis, err));
    TRY(read_varint(delta, &delta->left, err));
    TRY(read_zigzag(delta, &delta->last, err));
    if (block == 0 || block > BLOCK_MAX || minis == 0 || block % minis != 0 ||
        block / minis % 8 != 0)
        return err_set(err, ERR_DATA,
                       "blocks of %" PRIu64 " differences in %" PRIu64 " parts cannot be", block,
                       minis);
    delta->mini_count = delta->mini = (uint32_t)minis;
    delta->mini_size = (uint32_t)(block / minis);
    return 0;
}

static int next_block(struct delta *delta, struct err *err)
{
    TRY(read_zigzag(delta, &delta->min, err));
    if ((size_t)(delta->end - delta->at) < delta->mini_count)
        return err_set(err, ERR_DATA, "its differences end too early");
    delta->widths = delta->at;
    delta->at += delta->mini_count;
    delta->mini = 0;
    return 0;
}

/* Some writers leave out what fills up the last miniblock; what is needed must be there. */
static int next_mini(struct delta *delta, struct err *err)
{
    if (delta->mini == delta->mini_count)
        TRY(next_block(delta, err));
    delta->bits = delta->widths[delta->mini++];
    uint64_t used = delta->left < delta->mini_size ? delta->left : delta->mini_size;
    uint64_t there = (uint64_t)(delta->end - delta->at);
    uint64_t bytes = (uint64_t)delta->mini_size * delta->bits / 8;
    if (delta->bits > 64 || (used * delta->bits + 7) / 8 > there)
        return err_set(err, ERR_DATA, "its differences of %u bits go past the end of their bytes",
                       delta->bits);
    delta->packed = delta->at;
    delta->at += bytes < there ? bytes : there;
    delta->mini_left = delta->mini_size;
    return 0;
}

/* Makes the next numbers ready: at most `count`, never more than one miniblock. */
static int prepare(struct delta *delta, size_t count, size_t *ret_part, struct err *err)
{
    if (count > delta->left)
        return err_set(err, ERR_DATA, "it has fewer numbers than its page tells of");
    if (delta->mini_left == 0)
        TRY(next_mini(delta, err));
    *ret_part = count < delta->mini_left ? count : delta->mini_left;
    return 0;
}

#define DEFINE_READ(name, type)                                                        \
    int name(struct delta *delta, type *out, size_t count, struct err *err)            \
    {                                                                                  \
        if (count != 0 && !delta->is_begun && delta->left != 0) {                      \
            *out++ = (type)delta->last;                                                \
            delta->is_begun = true;                                                    \
            delta->left--;                                                             \
            count--;                                                                   \
        }                                                                              \
        while (count != 0) {                                                           \
            size_t part = 0;                                                           \
            TRY(prepare(delta, count, &part, err));                                    \
            uint64_t last = delta->last, from = delta->mini_size - delta->mini_left;   \
            for (size_t i = 0; i < part; i++) {                                        \
                last += delta->min + unpack_one(delta->packed, delta->bits, from + i); \
                out[i] = (type)last;                                                   \
            }                                                                          \
            delta->last = last;                                                        \
            delta->left -= part;                                                       \
            delta->mini_left -= (uint32_t)part;                                        \
            out += part;                                                               \
            count -= part;                                                             \
        }                                                                              \
        return 0;                                                                      \
    }
DEFINE_READ(delta_read_i32, int32_t)
DEFINE_READ(delta_read_i64, int64_t)

int delta_find_end(const struct delta *delta, const uint8_t **ret_end, struct err *err)
{
    struct delta ahead = *delta;
    int64_t passed[128];
    while (ahead.left != 0) {
        size_t part = ahead.left < ARRAY_COUNT(passed) ? (size_t)ahead.left : ARRAY_COUNT(passed);
        TRY(delta_read_i64(&ahead, passed, part, err));
    }
    *ret_end = ahead.at;
    return 0;
}
