/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PARQUET_DECODE_HYBRID_H
#define LEAT_PARQUET_DECODE_HYBRID_H

#include "base/err.h"

#include <stdint.h>

/*
 * The RLE/bit-packed hybrid of levels, dictionary codes and booleans, read a piece at a time:
 * runs of one number, and groups of packed ones. Borrows its bytes, which have PARQUET_SLACK after
 * them.
 */
struct hybrid {
    const uint8_t *at, *end;
    unsigned bits;  /* of a number, 0 to 32 */
    uint32_t limit; /* numbers are below it */
    bool is_packed;
    uint64_t left;  /* numbers left in this run */
    uint32_t value; /* a run of one number */
    const uint8_t *packed;
    uint64_t index; /* next number of `packed` */
};

int hybrid_init(struct hybrid *hybrid, const uint8_t *data, size_t len, unsigned bits,
                uint32_t limit, struct err *err) WARN_UNUSED;
/*
 * `count` numbers of `out_bytes` (1, 2, 4) each; the limit must fit. `out` has room for 8 more than
 * `count`. ERR_DATA when there are not as many, or one is not below the limit.
 */
int hybrid_read(struct hybrid *hybrid, void *out, unsigned out_bytes, size_t count,
                struct err *err) WARN_UNUSED;
/* Passes over the next `count` numbers if all of them come in runs of `value`; else does nothing. */
bool hybrid_skip(struct hybrid *hybrid, uint32_t value, size_t count);

#endif
