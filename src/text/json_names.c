/* SPDX-License-Identifier: Apache-2.0 */
#include "text/json_names.h"
#include "base/alloc.h"
#include "text/json_value.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_NAMES 64

static void put_slot(struct json_names *names, size_t index)
{
    size_t slot = names->items[index].hash & (names->slot_count - 1);
    while (names->slots[slot] != 0)
        slot = (slot + 1) & (names->slot_count - 1);
    names->slots[slot] = index + 1;
    names->items[index].slot = slot;
}

/* Twice as many names, and twice as many slots as names. In order, so that the last names can be taken out again. */
static void grow(struct json_names *names)
{
    size_t cap = names->cap ? 2 * names->cap : FIRST_NAMES;
    struct json_name *items = realloc(names->items, cap * sizeof(*items));
    if (!items)
        alloc_die("out of memory for the keys of JSON");
    names->items = items;
    names->cap = cap;
    free(names->slots);
    names->slot_count = 2 * cap;
    names->slots = alloc_zeroed(names->slot_count * sizeof(*names->slots));
    for (size_t i = 0; i < names->count; i++)
        put_slot(names, i);
}

static bool is_plain(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == '"' || text[i] == '\\')
            return false;
    return true;
}

static size_t add(struct json_names *names, const char *text, size_t len, uint64_t hash)
{
    if (names->count == TEXT_MAX_FIELDS)
        return JSON_NO_NAME;
    if (names->count == names->cap)
        grow(names);
    size_t index = names->count++;
    names->items[index] = (struct json_name){.text = text,
                                             .len = len,
                                             .hash = hash,
                                             .follower = index + 1,
                                             .record = -1,
                                             .is_plain = is_plain(text, len)};
    put_slot(names, index);
    return index;
}

size_t json_names_find(struct json_names *names, const char *text, size_t len)
{
    uint64_t hash = json_key_hash(text, len);
    size_t mask = names->slot_count - 1;
    for (size_t slot = hash & mask; names->slots[slot] != 0; slot = (slot + 1) & mask) {
        const struct json_name *name = &names->items[names->slots[slot] - 1];
        if (name->hash == hash && name->len == len && memcmp(name->text, text, len) == 0)
            return names->slots[slot] - 1;
    }
    return add(names, text, len, hash);
}

/* The list is never moved under a reader of it: the old one stays in the arena. */
static void publish(struct json_names *names)
{
    struct text_names *published = names->published;
    if (names->published_cap < names->count) {
        const char **items = ARENA_ARRAY(&names->arena, const char *, names->cap);
        if (published->count > 0)
            memcpy(items, published->items, published->count * sizeof(*items));
        published->items = items;
        names->published_cap = names->cap;
    }
    for (size_t i = published->count; i < names->count; i++)
        published->items[i] = names->items[i].text;
    published->count = names->count;
}

bool json_names_keep(struct json_names *names)
{
    if (names->known == names->count)
        return true;
    size_t bytes = names->text_bytes;
    for (size_t i = names->known; i < names->count; i++)
        bytes += names->items[i].len;
    if (bytes > JSON_MAX_NAMES_BYTES)
        return false;
    for (size_t i = names->known; i < names->count; i++)
        names->items[i].text =
            arena_strndup(&names->arena, names->items[i].text, names->items[i].len);
    names->text_bytes = bytes;
    names->known = names->count;
    publish(names);
    return true;
}

void json_names_drop(struct json_names *names)
{
    while (names->count > names->known)
        names->slots[names->items[--names->count].slot] = 0;
}

void json_names_init(struct json_names *names, struct text_names *published,
                     const struct text_names *known)
{
    *names = (struct json_names){.published = published};
    arena_init(&names->arena, 8 * JSON_MAX_NAMES_BYTES);
    grow(names);
    for (size_t i = 0; known && i < known->count; i++)
        json_names_find(names, known->items[i], strlen(known->items[i]));
    (void)json_names_keep(names);
}

void json_names_release(struct json_names *names)
{
    arena_release(&names->arena);
    free(names->items);
    free(names->slots);
    *names = (struct json_names){0};
}
