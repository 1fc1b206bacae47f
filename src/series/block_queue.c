/* SPDX-License-Identifier: Apache-2.0 */
#include "series/block_queue.h"

#include "base/alloc.h"

#include <pthread.h>
#include <stdlib.h>

#define QUEUED_BLOCKS 8

struct block_queue {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct queued_block blocks[QUEUED_BLOCKS]; /* a ring */
    size_t first, count;
    bool is_taken; /* the first one is in use */
    bool is_ended, is_stopped;
    int result; /* of the reading */
    struct err err;
};

struct block_queue *block_queue_new(void)
{
    struct block_queue *queue = alloc_zeroed(sizeof(*queue));
    pthread_mutex_init(&queue->lock, NULL);
    pthread_cond_init(&queue->changed, NULL);
    for (size_t i = 0; i < QUEUED_BLOCKS; i++)
        queue->blocks[i].room = alloc_zeroed(sizeof(struct series_room));
    return queue;
}

void block_queue_free(struct block_queue *queue)
{
    if (queue == NULL)
        return;
    for (size_t i = 0; i < QUEUED_BLOCKS; i++)
        free(queue->blocks[i].room);
    pthread_mutex_destroy(&queue->lock);
    pthread_cond_destroy(&queue->changed);
    free(queue);
}

int block_queue_put(struct block_queue *queue, const struct series_block *block, int64_t until_us,
                    struct err *err)
{
    pthread_mutex_lock(&queue->lock);
    while (queue->count == QUEUED_BLOCKS && !queue->is_stopped)
        pthread_cond_wait(&queue->changed, &queue->lock);
    bool is_stopped = queue->is_stopped;
    if (!is_stopped) {
        struct queued_block *free_one =
            &queue->blocks[(queue->first + queue->count) % QUEUED_BLOCKS];
        struct series_room *room = free_one->room;
        *free_one = (struct queued_block){
            .samples = block->samples, .until_us = until_us, .room = *block->room};
        *block->room = room;
        queue->count++;
        pthread_cond_signal(&queue->changed);
    }
    pthread_mutex_unlock(&queue->lock);
    return is_stopped ? err_set(err, ERR_CANCELLED, "stopped") : 0;
}

void block_queue_end(struct block_queue *queue, int result, const struct err *err)
{
    pthread_mutex_lock(&queue->lock);
    queue->is_ended = true;
    queue->result = result;
    queue->err = *err;
    pthread_cond_signal(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
}

static void drop_taken(struct block_queue *queue)
{
    if (!queue->is_taken)
        return;
    queue->is_taken = false;
    queue->first = (queue->first + 1) % QUEUED_BLOCKS;
    queue->count--;
    pthread_cond_signal(&queue->changed);
}

int block_queue_take(struct block_queue *queue, const struct queued_block **ret_block,
                     struct err *err)
{
    pthread_mutex_lock(&queue->lock);
    drop_taken(queue);
    while (queue->count == 0 && !queue->is_ended)
        pthread_cond_wait(&queue->changed, &queue->lock);
    int result = queue->result;
    if (queue->count > 0) {
        *ret_block = &queue->blocks[queue->first];
        queue->is_taken = true;
        result = 1;
    } else if (result != 0 && err != NULL) {
        *err = queue->err;
    }
    pthread_mutex_unlock(&queue->lock);
    return result;
}

void block_queue_stop(struct block_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->is_stopped = true;
    pthread_cond_signal(&queue->changed);
    pthread_mutex_unlock(&queue->lock);
}
