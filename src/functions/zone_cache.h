/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_FUNCTIONS_ZONE_CACHE_H
#define LEAT_FUNCTIONS_ZONE_CACHE_H

#include "engine/zones.h"

/* The zones that functions of one engine have asked for; thread-safe, counted by its users. */
struct zone_cache;
struct zone_cache *zone_cache_new(struct engine *engine);
void *zone_cache_share(struct zone_cache *cache); /* one more user; returns the cache */
void zone_cache_drop(void *data);                 /* the last one frees it */
/* Valid as long as the cache. */
int zone_cache_get(struct zone_cache *cache, const char *name, const struct zone **ret_zone,
                   struct err *err) WARN_UNUSED;

#endif
