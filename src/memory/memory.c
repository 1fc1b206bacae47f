/* SPDX-License-Identifier: Apache-2.0 */
#include "memory/memory.h"

#include "base/alloc.h"
#include "base/str.h"

#include <pthread.h>
#include <stdlib.h>

#define MB (INT64_C(1) << 20)
#define PROGRAM_BYTES (64 * MB)       /* the program itself, its libraries, DuckDB's code */
#define ENGINE_LEAST_BYTES (24 * MB)  /* DuckDB cannot sort or aggregate with less */
#define SINGLE_BELOW_BYTES (512 * MB) /* one step, one thread */
#define PER_THREAD_BYTES (128 * MB)   /* of the engine's share, unless threads are asked for */

struct memory {
    struct memory_limit limit;
    pthread_mutex_t lock; /* over the next two */
    int64_t reserved_bytes, peak_bytes;
    pthread_mutex_t telling; /* over the rest; taken before `lock` */
    void (*changed)(void *context, int64_t share_bytes);
    void *context;
    int64_t told_bytes; /* the share that `changed` knows */
};

struct memory *memory_new(struct memory_limit limit)
{
    struct memory *memory = alloc_zeroed(sizeof(*memory));
    memory->limit = limit;
    pthread_mutex_init(&memory->lock, NULL);
    pthread_mutex_init(&memory->telling, NULL);
    return memory;
}

void memory_free(struct memory *memory)
{
    if (memory == NULL)
        return;
    pthread_mutex_destroy(&memory->lock);
    pthread_mutex_destroy(&memory->telling);
    free(memory);
}

struct memory_limit memory_limit_of(const struct memory *memory)
{
    return memory->limit;
}

/* The engine overshoots its limit by up to 70 %, so it is told 1/1.7 of what it may use. */
static int64_t engine_share(const struct memory *memory, int64_t reserved_bytes)
{
    return (memory->limit.bytes - PROGRAM_BYTES - reserved_bytes) / 17 * 10;
}

static int64_t most_reservable(const struct memory *memory)
{
    return memory->limit.bytes - PROGRAM_BYTES - ENGINE_LEAST_BYTES / 10 * 17;
}

static int64_t read_locked(const struct memory *memory, const int64_t *value)
{
    pthread_mutex_t *lock = (pthread_mutex_t *)&memory->lock; /* reading changes nothing to see */
    pthread_mutex_lock(lock);
    int64_t copy = *value;
    pthread_mutex_unlock(lock);
    return copy;
}

int64_t memory_engine_share(const struct memory *memory)
{
    return engine_share(memory, read_locked(memory, &memory->reserved_bytes));
}

int64_t memory_reserved_peak(const struct memory *memory)
{
    return read_locked(memory, &memory->peak_bytes);
}

/* One thread tells at a time and asks for the share only then, so the last word is the latest. */
static void tell_share(struct memory *memory)
{
    pthread_mutex_lock(&memory->telling);
    int64_t share = memory_engine_share(memory);
    if (memory->changed != NULL && llabs(share - memory->told_bytes) > memory->told_bytes / 16) {
        memory->told_bytes = share;
        memory->changed(memory->context, share);
    }
    pthread_mutex_unlock(&memory->telling);
}

void memory_on_share(struct memory *memory, void (*changed)(void *context, int64_t share_bytes),
                     void *context)
{
    pthread_mutex_lock(&memory->telling);
    memory->changed = changed;
    memory->context = context;
    memory->told_bytes = memory_engine_share(memory);
    pthread_mutex_unlock(&memory->telling);
}

static int over_limit(const struct memory *memory, int64_t bytes, int64_t free_bytes,
                      const char *what, struct err *err)
{
    char wanted[32], left[32], limit[32];
    err_set(err, ERR_MEMORY_LIMIT, "%s needs %s of memory, %s is left of the limit of %s", what,
            format_bytes(bytes, wanted), format_bytes(free_bytes, left),
            format_bytes(memory->limit.bytes, limit));
    return err_hint(err, "Raise memory, or lower threads so that less is worked on at once.");
}

int memory_reserve(struct memory *memory, int64_t bytes, const char *what, struct err *err)
{
    if (bytes < 0)
        return err_set(err, ERR_INTERNAL, "%s asks for %lld bytes", what, (long long)bytes);
    pthread_mutex_lock(&memory->lock);
    int64_t free_bytes = most_reservable(memory) - memory->reserved_bytes;
    bool fits = bytes <= free_bytes;
    if (fits)
        memory->reserved_bytes += bytes;
    if (memory->reserved_bytes > memory->peak_bytes)
        memory->peak_bytes = memory->reserved_bytes;
    pthread_mutex_unlock(&memory->lock);
    if (!fits)
        return over_limit(memory, bytes, free_bytes, what, err);
    tell_share(memory);
    return 0;
}

void memory_release(struct memory *memory, int64_t bytes)
{
    pthread_mutex_lock(&memory->lock);
    if (bytes < 0 || bytes > memory->reserved_bytes)
        alloc_die("internal fault: %lld bytes are released, %lld were reserved", (long long)bytes,
                  (long long)memory->reserved_bytes);
    memory->reserved_bytes -= bytes;
    pthread_mutex_unlock(&memory->lock);
    tell_share(memory);
}

int memory_thread_limit(const struct memory *memory, int asked, int cpu_count)
{
    if (memory->limit.bytes < SINGLE_BELOW_BYTES)
        return 1;
    if (asked > 0)
        return asked;
    int64_t fitting = engine_share(memory, 0) / PER_THREAD_BYTES;
    if (fitting < cpu_count)
        cpu_count = (int)fitting;
    return cpu_count < 1 ? 1 : cpu_count;
}
