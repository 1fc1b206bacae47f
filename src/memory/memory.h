/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_MEMORY_MEMORY_H
#define LEAT_MEMORY_MEMORY_H

#include "base/err.h"

#include <stdint.h>

/*
 * The one place that knows the memory limit of the process.
 *
 * The limit L is, in this order: what the user asked for; 90 % of the container's limit (cgroup v2
 * memory.max or v1 memory.limit_in_bytes, the lowest on the way to the root); 75 % of RAM. Of L,
 * 64 MB are set aside for the program itself and its libraries, what leat's native code reserves is
 * counted here, and DuckDB gets (L - 64 MB - reserved) / 1.7, because it overshoots its own limit
 * by 20-70 % (measured). Below 512 MB one step runs at a time, on one thread.
 */
struct memory; /* thread-safe */

enum memory_origin { MEMORY_FROM_USER, MEMORY_FROM_CGROUP, MEMORY_FROM_RAM };
struct memory_limit {
    int64_t bytes;
    enum memory_origin origin;
    int64_t available_bytes; /* what the container or the machine really allows; 0 = unknown */
};

/*
 * `asked_bytes` 0 means not asked. Below 128 MB is an error: ERR_CONFIG when it was asked for,
 * ERR_MEMORY_LIMIT when the machine has no more. What was asked for may be more than is available;
 * the caller says so.
 */
int memory_find_limit(int64_t asked_bytes, struct memory_limit *ret_limit,
                      struct err *err) WARN_UNUSED;
struct memory *memory_new(struct memory_limit limit);
void memory_free(struct memory *memory);
struct memory_limit memory_limit_of(const struct memory *memory);

/*
 * Counts `bytes` against the limit, or fails with ERR_MEMORY_LIMIT naming `what` and the figures.
 * The engine always keeps a share of 24 MB.
 */
int memory_reserve(struct memory *memory, int64_t bytes, const char *what,
                   struct err *err) WARN_UNUSED;
void memory_release(struct memory *memory, int64_t bytes);
int64_t memory_reserved_peak(const struct memory *memory);

int64_t memory_engine_share(const struct memory *memory); /* DuckDB's memory_limit, bytes */
/*
 * Threads to use: 1 below a limit of 512 MB, else what was asked for (0: not asked, then one per
 * CPU, but no more than leave the engine 128 MB each).
 */
int memory_thread_limit(const struct memory *memory, int asked, int cpu_count);
/*
 * `changed` is called with the new share of the engine whenever reservations change it by more than
 * 1/16, before memory_reserve() or memory_release() returns, by one thread at a time. It must not
 * reserve or release. `changed` NULL ends it.
 */
void memory_on_share(struct memory *memory, void (*changed)(void *context, int64_t share_bytes),
                     void *context);

int64_t memory_process_peak(void); /* resident high-water mark of this process (VmHWM), bytes */

#endif
