/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include "base/alloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT _Alignof(max_align_t)
#define FIRST_BLOCK_BYTES ((size_t)4 << 10)
#define LARGEST_BLOCK_BYTES ((size_t)256 << 10)

struct arena_block {
    struct arena_block *next;
    size_t used_bytes, size_bytes;
    _Alignas(max_align_t) unsigned char data[];
};

void arena_init(struct arena *arena, size_t cap_bytes)
{
    *arena = (struct arena){.cap_bytes = cap_bytes};
}

void arena_release(struct arena *arena)
{
    for (struct arena_block *block = arena->block, *next; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    arena_init(arena, arena->cap_bytes);
}

/* Blocks double, so that a request's arena is small and a project's has few blocks. */
static size_t next_block_bytes(const struct arena *arena, size_t bytes)
{
    size_t size = FIRST_BLOCK_BYTES;
    while (size < LARGEST_BLOCK_BYTES && size < arena->used_bytes)
        size *= 2;
    if (size > arena->cap_bytes - arena->used_bytes)
        size = arena->cap_bytes - arena->used_bytes;
    return size < bytes ? bytes : size;
}

static struct arena_block *block_new(struct arena *arena, size_t bytes)
{
    if (arena->cap_bytes == 0)
        alloc_die("internal fault: an arena is used before arena_init()");
    if (bytes > arena->cap_bytes - arena->used_bytes)
        alloc_die("out of bookkeeping memory: %zu bytes more would pass the cap of %zu bytes",
                  bytes, arena->cap_bytes);
    size_t size = next_block_bytes(arena, bytes);
    struct arena_block *block = alloc_zeroed(sizeof(*block) + size);
    block->size_bytes = size;
    arena->used_bytes += size;
    return block;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    if (bytes > SIZE_MAX / 2)
        alloc_die("internal fault: an allocation of %zu bytes", bytes);
    bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (bytes == 0)
        bytes = ALIGNMENT;
    struct arena_block *block = arena->block;
    if (block == NULL || block->size_bytes - block->used_bytes < bytes) {
        struct arena_block *fresh = block_new(arena, bytes);
        if (block != NULL &&
            bytes == fresh->size_bytes) { /* full at once: keep filling the other */
            fresh->next = block->next;
            block->next = fresh;
        } else {
            fresh->next = block;
            arena->block = fresh;
        }
        block = fresh;
    }
    void *memory = block->data + block->used_bytes;
    block->used_bytes += bytes;
    return memory;
}

void *arena_alloc_array(struct arena *arena, size_t count, size_t item_bytes)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, item_bytes, &bytes))
        alloc_die("internal fault: an array of %zu items", count);
    return arena_alloc(arena, bytes);
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
    if (text == NULL)
        return NULL;
    len = strnlen(text, len);
    char *copy = arena_alloc(arena, len + 1);
    memcpy(copy, text, len);
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return text == NULL ? NULL : arena_strndup(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0)
        alloc_die("internal fault: could not format \"%s\"", format);
    char *text = arena_alloc(arena, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return text;
}

void *vec_grow_(struct arena *arena, void *items, size_t count, size_t *cap, size_t item_bytes)
{
    size_t wider = *cap == 0 ? 8 : *cap * 2;
    void *grown = arena_alloc_array(arena, wider, item_bytes);
    if (count > 0)
        memcpy(grown, items, count * item_bytes);
    *cap = wider;
    return grown;
}
