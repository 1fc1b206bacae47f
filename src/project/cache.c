/* SPDX-License-Identifier: Apache-2.0 */
#include "project/cache.h"

#include "base/file.h"
#include "engine/engine.h"

#include <string.h>

#ifndef LEAT_VERSION
#define LEAT_VERSION "dev"
#endif

/*
 * The file: a line "leat cache <format> <version of leat> <version of DuckDB> <hash of the rest>", then the entries,
 * each: kind (1 byte), key (32 hexadecimal digits), length (4 bytes, little endian), data, NUL.
 * FORMAT goes up whenever the meaning of an entry changes.
 */
#define FORMAT 1
#define CACHE_MAX ((size_t)128 << 20)
#define KEY_LEN 32

struct cache_entry {
    char name[KEY_LEN + 2]; /* kind and key */
    const char *data;
    size_t len;
    bool is_used;
};

static char *header_make(struct arena *arena, struct hash body)
{
    return arena_printf(arena, "leat cache %d %s %s %s\n", FORMAT, LEAT_VERSION, engine_version(),
                        body.hex);
}

static void entry_name(enum cache_kind kind, struct hash key, char *ret_name)
{
    ret_name[0] = (char)kind;
    memcpy(ret_name + 1, key.hex, KEY_LEN);
    ret_name[KEY_LEN + 1] = '\0';
}

static struct cache_entry *entry_add(struct cache *cache, const char *name, const char *data,
                                     size_t len)
{
    struct cache_entry *entry = ARENA_NEW(cache->arena, struct cache_entry);
    memcpy(entry->name, name, sizeof(entry->name) - 1);
    entry->data = data;
    entry->len = len;
    map_put(&cache->entries, entry->name, entry);
    VEC_PUSH(cache->arena, cache->list, entry);
    return entry;
}

static size_t read_length(const char *at)
{
    const unsigned char *bytes = (const unsigned char *)at;
    return (size_t)bytes[0] | (size_t)bytes[1] << 8 | (size_t)bytes[2] << 16 |
           (size_t)bytes[3] << 24;
}

static void load_entries(struct cache *cache, const char *at, const char *end)
{
    const size_t head = 1 + KEY_LEN + 4;
    while ((size_t)(end - at) > head) {
        size_t len = read_length(at + 1 + KEY_LEN);
        if (len >= (size_t)(end - at) - head)
            return;
        char name[KEY_LEN + 2];
        memcpy(name, at, KEY_LEN + 1);
        name[KEY_LEN + 1] = '\0';
        entry_add(cache, name, at + head, len);
        at += head + len + 1;
    }
}

void cache_open(struct cache *cache, struct arena *arena, const char *path)
{
    *cache = (struct cache){.arena = arena, .path = path};
    map_init(&cache->entries, arena);
    char *data = NULL;
    size_t len = 0;
    if (!path || file_read(path, CACHE_MAX, arena, &data, &len, NULL) != 0)
        return;
    const char *body = memchr(data, '\n', len);
    if (!body)
        return;
    body++;
    const char *expected = header_make(arena, hash_bytes(body, (size_t)(data + len - body)));
    if (strlen(expected) != (size_t)(body - data) || memcmp(expected, data, strlen(expected)) != 0)
        return;
    load_entries(cache, body, data + len);
    cache->loaded_count = cache->list.count;
}

bool cache_get(struct cache *cache, enum cache_kind kind, struct hash key, const char **ret_data,
               size_t *ret_len)
{
    char name[KEY_LEN + 2];
    if (!cache->entries.arena)
        return false;
    entry_name(kind, key, name);
    struct cache_entry *entry = map_get(&cache->entries, name);
    if (!entry)
        return false;
    entry->is_used = true;
    *ret_data = entry->data;
    *ret_len = entry->len;
    return true;
}

void cache_put(struct cache *cache, enum cache_kind kind, struct hash key, const void *data,
               size_t len)
{
    char name[KEY_LEN + 2];
    if (!cache->entries.arena || len > UINT32_MAX)
        return;
    entry_name(kind, key, name);
    struct cache_entry *entry = map_get(&cache->entries, name);
    char *copy = arena_alloc(cache->arena, len + 1);
    memcpy(copy, data, len);
    if (!entry)
        entry = entry_add(cache, name, copy, len);
    entry->data = copy;
    entry->len = len;
    entry->is_used = true;
    cache->is_changed = true;
}

static void append_entry(struct str *out, const struct cache_entry *entry)
{
    unsigned char len[4] = {(unsigned char)entry->len, (unsigned char)(entry->len >> 8),
                            (unsigned char)(entry->len >> 16), (unsigned char)(entry->len >> 24)};
    str_append_len(out, entry->name, KEY_LEN + 1);
    str_append_len(out, (const char *)len, sizeof(len));
    str_append_len(out, entry->data, entry->len);
    str_append_len(out, "", 1);
}

int cache_save(struct cache *cache, struct err *err)
{
    size_t used = 0;
    for (size_t i = 0; i < cache->list.count; i++)
        used += cache->list.items[i]->is_used;
    if (!cache->path || (!cache->is_changed && used == cache->loaded_count))
        return 0;
    AUTO(str_release) struct str body = STR_INIT(CACHE_MAX), file = STR_INIT(CACHE_MAX);
    for (size_t i = 0; i < cache->list.count; i++)
        if (cache->list.items[i]->is_used)
            append_entry(&body, cache->list.items[i]);
    str_append(&file, header_make(cache->arena, hash_bytes(str_text(&body), body.len)));
    str_append_len(&file, str_text(&body), body.len);
    if (body.is_failed || file.is_failed)
        return err_set(err, ERR_DATA, "the cache would be larger than 128 MB");
    TRY(file_mkdirs(path_dirname(cache->arena, cache->path), err));
    return file_write_atomic(cache->path, file.data, file.len, err);
}
