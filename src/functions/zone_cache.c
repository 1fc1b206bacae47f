/* SPDX-License-Identifier: Apache-2.0 */
#include "functions/zone_cache.h"

#include "base/alloc.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct zone_cache {
    struct engine *engine;
    atomic_int users;
    pthread_mutex_t lock;
    struct arena arena;
    struct map zones;
};

struct zone_cache *zone_cache_new(struct engine *engine)
{
    struct zone_cache *cache = alloc_zeroed(sizeof(*cache));
    cache->engine = engine;
    atomic_init(&cache->users, 1);
    pthread_mutex_init(&cache->lock, NULL);
    arena_init(&cache->arena, 16u << 20); /* all 600 zones take 3 MB */
    map_init(&cache->zones, &cache->arena);
    return cache;
}

void *zone_cache_share(struct zone_cache *cache)
{
    atomic_fetch_add(&cache->users, 1);
    return cache;
}

void zone_cache_drop(void *data)
{
    struct zone_cache *cache = data;
    if (atomic_fetch_sub(&cache->users, 1) != 1)
        return;
    arena_release(&cache->arena);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

/* A connection of its own: this is called while a statement runs on the caller's. */
static int load(struct zone_cache *cache, const char *name, const struct zone **ret_zone,
                struct err *err)
{
    struct conn *conn;
    TRY(conn_open(cache->engine, &conn, err));
    int rc = zone_load(conn, name, &cache->arena, ret_zone, err);
    conn_close(conn);
    return rc;
}

int zone_cache_get(struct zone_cache *cache, const char *name, const struct zone **ret_zone,
                   struct err *err)
{
    pthread_mutex_lock(&cache->lock);
    const struct zone *zone = map_get(&cache->zones, name);
    int rc = zone != NULL ? 0 : load(cache, name, &zone, err);
    if (rc == 0) {
        map_put(&cache->zones, name, (void *)zone);
        *ret_zone = zone;
    }
    pthread_mutex_unlock(&cache->lock);
    return rc;
}
