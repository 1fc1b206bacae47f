/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdint.h>
#include <string.h>

struct map_slot {
    const char *key; /* NULL: free */
    void *value;
};

/* FNV-1a: the keys are names of a project, short and not hostile. */
static uint64_t key_hash(const char *key)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (const unsigned char *p = (const unsigned char *)key; *p != '\0'; p++)
        hash = (hash ^ *p) * UINT64_C(1099511628211);
    return hash ^ hash >> 32;
}

/* The slot of the key, or the free one where it belongs. `cap` is a power of two, never full. */
static struct map_slot *find_slot(struct map_slot *slots, size_t cap, const char *key)
{
    size_t i = key_hash(key) & (cap - 1);
    while (slots[i].key != NULL && strcmp(slots[i].key, key) != 0)
        i = (i + 1) & (cap - 1);
    return &slots[i];
}

void map_init(struct map *map, struct arena *arena)
{
    *map = (struct map){.arena = arena};
}

void *map_get(const struct map *map, const char *key)
{
    return map->cap == 0 || key == NULL ? NULL : find_slot(map->slots, map->cap, key)->value;
}

static void grow(struct map *map)
{
    size_t cap = map->cap == 0 ? 16 : map->cap * 2;
    struct map_slot *slots = ARENA_ARRAY(map->arena, struct map_slot, cap);
    for (size_t i = 0; i < map->cap; i++)
        if (map->slots[i].key != NULL)
            *find_slot(slots, cap, map->slots[i].key) = map->slots[i];
    map->slots = slots;
    map->cap = cap;
}

void map_put(struct map *map, const char *key, void *value)
{
    if ((map->count + 1) * 4 > map->cap * 3)
        grow(map);
    struct map_slot *slot = find_slot(map->slots, map->cap, key);
    if (slot->key == NULL) {
        slot->key = arena_strdup(map->arena, key);
        map->count++;
    }
    slot->value = value;
}
