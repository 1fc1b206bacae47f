/* SPDX-License-Identifier: Apache-2.0 */
#include "series/label_cache.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* What is beyond is looked up each time. */
#define MAX_BYTES ((size_t)4 << 20)
#define SLOTS 32768

struct label_slot {
    uint64_t hash;
    size_t start, len; /* of the key; len 0: free */
    uint32_t series;
};
struct label_cache {
    struct label_slot slots[SLOTS];
    size_t count;
    uint8_t *bytes;
    size_t used, cap;
};

/* Never empty, for 0 says that it is too long. */
void label_key_begin(struct label_key *key)
{
    key->bytes[0] = 0;
    key->len = 1;
}

static void append(struct label_key *key, const void *bytes, size_t len)
{
    if (key->len == 0 || len > sizeof(key->bytes) - key->len) {
        key->len = 0;
        return;
    }
    if (len > 0)
        memcpy(key->bytes + key->len, bytes, len);
    key->len += len;
}

void label_key_add(struct label_key *key, const struct parquet_node *node,
                   const struct parquet_row *row)
{
    uint32_t shape[] = {row->entry_count, (uint32_t)node->max_definition,
                        (uint32_t)node->max_repetition, (uint32_t)node->repetition};
    append(key, shape, sizeof(shape));
    append(key, row->definition, row->definition == NULL ? 0 : row->entry_count);
    append(key, row->repetition, row->entry_count);
    for (uint32_t i = 0; i < row->entry_count; i++) {
        uint32_t len = row->values[i].data == NULL ? UINT32_MAX : row->values[i].len;
        append(key, &len, sizeof(len));
        append(key, row->values[i].data, row->values[i].data == NULL ? 0 : len);
    }
}

struct label_cache *label_cache_new(void)
{
    return alloc_zeroed(sizeof(struct label_cache));
}

void label_cache_free(struct label_cache *cache)
{
    if (cache != NULL)
        free(cache->bytes);
    free(cache);
}

/* The slot of the key, or the free one where it belongs. */
static size_t find_slot(const struct label_cache *cache, const struct label_key *key, uint64_t hash)
{
    size_t at = hash % SLOTS;
    for (; cache->slots[at].len != 0; at = (at + 1) % SLOTS) {
        const struct label_slot *slot = &cache->slots[at];
        if (slot->hash == hash && slot->len == key->len &&
            memcmp(cache->bytes + slot->start, key->bytes, key->len) == 0)
            break;
    }
    return at;
}

bool label_cache_get(const struct label_cache *cache, const struct label_key *key,
                     uint32_t *ret_series)
{
    if (key->len == 0)
        return false;
    size_t at = find_slot(cache, key, XXH3_64bits(key->bytes, key->len));
    *ret_series = cache->slots[at].series;
    return cache->slots[at].len != 0;
}

void label_cache_put(struct label_cache *cache, const struct label_key *key, uint32_t series)
{
    if (key->len == 0 || cache->count == SLOTS / 2 || cache->used + key->len > MAX_BYTES)
        return;
    if (cache->used + key->len > cache->cap) {
        cache->cap = cache->cap > 0 ? 2 * cache->cap : (size_t)1 << 17;
        cache->bytes = realloc(cache->bytes, cache->cap);
        if (cache->bytes == NULL)
            alloc_die("out of memory for the labels of rows");
    }
    uint64_t hash = XXH3_64bits(key->bytes, key->len);
    cache->slots[find_slot(cache, key, hash)] =
        (struct label_slot){.hash = hash, .start = cache->used, .len = key->len, .series = series};
    memcpy(cache->bytes + cache->used, key->bytes, key->len);
    cache->used += key->len;
    cache->count++;
}
