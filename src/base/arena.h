/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_BASE_ARENA_H
#define LEAT_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Memory with one lifetime (project, run, node, request), given back all at once. Holds small
 * control data only: an allocation beyond the cap, or a failed one, ends the program. Whatever
 * grows with the data takes its memory from memory/ instead.
 */
struct arena_block;
struct arena {
    struct arena_block *block; /* newest first */
    size_t used_bytes;         /* of all blocks */
    size_t cap_bytes;
};

void arena_init(struct arena *arena, size_t cap_bytes);
void arena_release(struct arena *arena);

/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t bytes) __attribute__((malloc, returns_nonnull));
/* As arena_alloc, for count items; a product that overflows ends the program. */
void *arena_alloc_array(struct arena *arena, size_t count, size_t item_bytes)
    __attribute__((malloc, returns_nonnull));
char *arena_strdup(struct arena *arena, const char *text); /* NULL gives NULL */
char *arena_strndup(struct arena *arena, const char *text, size_t len);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_alloc_array((arena), (count), sizeof(type)))

/*
 * A growing array whose memory belongs to an arena:
 *     VEC(const char *) names = {0};
 *     VEC_PUSH(arena, names, "a");
 *     for (size_t i = 0; i < names.count; i++) use(names.items[i]);
 */
#define VEC(type)          \
    struct {               \
        type *items;       \
        size_t count, cap; \
    }
#define VEC_PUSH(arena, vec, ...)                                                                 \
    do {                                                                                          \
        if ((vec).count == (vec).cap)                                                             \
            (vec).items =                                                                         \
                vec_grow_((arena), (vec).items, (vec).count, &(vec).cap, sizeof((vec).items[0])); \
        (vec).items[(vec).count++] = (__VA_ARGS__);                                               \
    } while (0)
void *vec_grow_(struct arena *arena, void *items, size_t count, size_t *cap, size_t item_bytes);

/* A map from text to pointers, its memory in an arena. Keys are copied. */
struct map_slot;
struct map {
    struct arena *arena;
    struct map_slot *slots;
    size_t count, cap;
};
void map_init(struct map *map, struct arena *arena);
void *map_get(const struct map *map, const char *key); /* NULL: not there */
void map_put(struct map *map, const char *key, void *value);

#endif
