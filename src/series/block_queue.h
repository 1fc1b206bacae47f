/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_SERIES_BLOCK_QUEUE_H
#define LEAT_SERIES_BLOCK_QUEUE_H

#include "series/scan.h"

/* Blocks of samples on their way from the thread that reads to the one that adds them. Only for series/. */
struct queued_block {
    struct grid_samples samples;
    int64_t until_us; /* nothing that follows, this block neither, is before it */
    struct series_room *room;
};
struct block_queue;
struct block_queue *block_queue_new(void);
void block_queue_free(struct block_queue *queue);

/* The reading thread: keeps the block's room, which gets another. ERR_CANCELLED: nobody takes any more. */
int block_queue_put(struct block_queue *queue, const struct series_block *block, int64_t until_us,
                    struct err *err) WARN_UNUSED;
/* No more follow; `result` and `err` are what the taker is told after the last one. */
void block_queue_end(struct block_queue *queue, int result, const struct err *err);

/* The other: 1 and a block, valid until the next call; 0: that was all; -1: the reading failed. */
int block_queue_take(struct block_queue *queue, const struct queued_block **ret_block,
                     struct err *err) WARN_UNUSED;
void block_queue_stop(struct block_queue *queue); /* takes no more */

#endif
