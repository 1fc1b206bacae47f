/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fault.h"
#include "base/hash.h"
#include "lake/internal.h"

#include <ctype.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = 80, HASH_DIGITS = 12 };

static bool is_plain(const char *name)
{
    size_t len = strlen(name);
    if (len == 0 || len > NAME_MAX_BYTES)
        return false;
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)name[i]) && name[i] != '_' && name[i] != '-')
            return false;
    return true;
}

/* A name no file system minds: "weird/name" becomes "weird_name-<hash>/", always the same. */
char *paths_default(struct arena *arena, const char *name)
{
    if (is_plain(name))
        return arena_printf(arena, "%s/", name);
    char safe[NAME_MAX_BYTES + 1];
    size_t len = 0;
    for (; name[len] != '\0' && len < 40; len++)
        safe[len] = isalnum((unsigned char)name[len]) ? name[len] : '_';
    safe[len] = '\0';
    struct hash hash = hash_bytes(name, strlen(name));
    return arena_printf(arena, "%s-%.*s/", safe, HASH_DIGITS, hash.hex);
}

char *paths_resolve(const struct lake *lake, struct arena *arena, struct stored_path schema,
                    struct stored_path table, struct stored_path file)
{
    const struct stored_path levels[] = {schema, table, file};
    char *path = arena_printf(arena, "%s/", lake->data_folder);
    for (size_t i = 0; i < ARRAY_COUNT(levels); i++) {
        const char *level = levels[i].path == NULL ? "" : levels[i].path;
        path = levels[i].is_relative ? arena_printf(arena, "%s%s", path, level)
                                     : arena_strdup(arena, level);
    }
    return path;
}

void staged_add(struct lake *lake, const char *path)
{
    struct staged_file *file = ARENA_NEW(&lake->arena, struct staged_file);
    file->path = arena_strdup(&lake->arena, path);
    file->next = lake->staged.first;
    lake->staged.first = file;
    map_put(&lake->staged.by_path, path, file);
}

void staged_forget(struct lake *lake, const char *path)
{
    struct staged_file *file = map_get(&lake->staged.by_path, path);
    if (file != NULL)
        file->is_published = true;
}

/* "…/data/<schema>/<table>/", as the catalog has it or as publishing will make it. */
static int table_folder(struct lake *lake, const char *schema, const char *name,
                        struct arena *arena, char **ret_folder, struct err *err)
{
    AUTO(arena_release) struct arena scratch;
    arena_init(&scratch, (size_t)16 << 20);
    struct publish find = {.lake = lake, .arena = &scratch};
    struct entry entry;
    TRY(publish_find(&find, schema, name, &entry, err));
    *ret_folder = paths_resolve(lake, arena, entry.schema_path, entry.table_path,
                                (struct stored_path){.path = "", .is_relative = true});
    return 0;
}

static int data_path_locked(struct lake *lake, const char *schema, const char *name,
                            struct arena *arena, char **ret_path, char **ret_folder,
                            struct err *err)
{
    LAKE_LOCKED(locked, lake);
    TRY(table_folder(locked, schema, name, arena, ret_folder, err));
    *ret_path = arena_printf(arena, "%sleat-%s-%lld.parquet", *ret_folder, locked->run_id,
                             (long long)locked->next_file++);
    staged_add(locked, *ret_path);
    return 0;
}

int lake_data_path(struct lake *lake, const char *schema, const char *name, struct arena *arena,
                   char **ret_path, struct err *err)
{
    char *path, *folder;
    if (lake->mode != LAKE_WRITE)
        return err_set(err, ERR_INTERNAL, "the warehouse is open for reading only");
    TRY(data_path_locked(lake, schema, name, arena, &path, &folder, err));
    if (!file_is_dir(folder))
        TRY(file_mkdirs_durable(folder, err));
    *ret_path = path;
    return 0;
}

static int sync_folders(const char *const *paths, size_t count, struct err *err)
{
    AUTO(arena_release) struct arena arena;
    struct map seen;
    arena_init(&arena, (size_t)256 << 20);
    map_init(&seen, &arena);
    for (size_t i = 0; i < count; i++) {
        char *folder = path_dirname(&arena, paths[i]);
        if (map_get(&seen, folder) != NULL)
            continue;
        map_put(&seen, folder, folder);
        TRY(file_sync(folder, err));
    }
    return 0;
}

int lake_sync_files(struct lake *lake, const char *const *paths, size_t count, struct err *err)
{
    FAULT_POINT("publish.before_data_sync");
    if (count > SYNC_EACH_MAX) {
        TRY(file_sync_all(lake->data_folder, err));
    } else {
        for (size_t i = 0; i < count; i++)
            TRY(file_sync(paths[i], err));
        TRY(sync_folders(paths, count, err));
    }
    FAULT_POINT("publish.after_data_sync");
    return 0;
}
