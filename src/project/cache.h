/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PROJECT_CACHE_H
#define LEAT_PROJECT_CACHE_H

#include "base/arena.h"
#include "base/hash.h"
#include "base/str.h"
#include "engine/sql.h"

struct yaml;

/*
 * What was parsed and bound before, by the hash of what it was made from, so that a command on an unchanged
 * project neither parses YAML nor opens DuckDB. One file, read at once, checked by its own hash; whatever does not
 * fit (other version, damage, a truncated file) is as if there were none. Only entries used since it was opened are kept.
 */
enum cache_kind {
    CACHE_YAML = 'y',
    CACHE_SQL = 's',
    CACHE_COLUMNS = 'c',
    CACHE_ZONE = 'z',
    CACHE_TYPE = 't',
    CACHE_CHECKS = 'k'
};
struct cache_entry;
struct cache {
    struct arena *arena;
    const char *path; /* NULL: nothing is kept */
    struct map entries;
    VEC(struct cache_entry *) list;
    bool is_changed; /* an entry was added or is no longer used */
    size_t loaded_count;
};
void cache_open(struct cache *cache, struct arena *arena, const char *path);
int cache_save(struct cache *cache,
               struct err *err) WARN_UNUSED; /* does nothing when nothing changed */
/* `*ret_data` is NUL-terminated and lives as long as the arena. */
bool cache_get(struct cache *cache, enum cache_kind kind, struct hash key, const char **ret_data,
               size_t *ret_len);
void cache_put(struct cache *cache, enum cache_kind kind, struct hash key, const void *data,
               size_t len);

/* ---- codec.c: trees as bytes. What is read borrows its texts from the entry; false: not readable ---- */
struct yaml *cache_get_yaml(struct cache *cache, struct hash key, const char *file, int first_line);
void cache_put_yaml(struct cache *cache, struct hash key, const struct yaml *tree, int first_line);
const struct sql_info *cache_get_sql(struct cache *cache, struct hash key);
void cache_put_sql(struct cache *cache, struct hash key, const struct sql_info *info);
bool cache_get_columns(struct cache *cache, struct hash key, struct column_list *ret_columns);
void cache_put_columns(struct cache *cache, struct hash key, struct column_list columns);

#endif
