/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fault.h"
#include "lake/internal.h"
#include "lake/walk.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * What dead runs left. A run has <folder>/temp/<run>/ from its start to its orderly end; only the
 * holder of the warehouse's lock gets here, so every other run that still has one is dead. The data
 * folder is searched only then.
 */
#define DATA_PREFIX "leat-"
#define ROOTS_FILE "output-roots"
enum { ROOTS_MAX_BYTES = 16 << 20 };

struct run_names {
    VEC(const char *) list;
};

static int find_dead_runs(struct lake *lake, struct arena *arena, struct run_names *names,
                          struct err *err)
{
    const char *folder = path_join(arena, lake->folder, "temp");
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return errno == ENOENT ? 0 : err_errno(err, "could not open folder \"%s\"", folder);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.' && !str_eq(entry->d_name, lake->run_id))
            VEC_PUSH(arena, names->list, arena_strdup(arena, entry->d_name));
    closedir(dir);
    return 0;
}

/* ---- data files ---- */

/* Names are unique: they hold the run and a number. */
static int load_named(struct lake *lake, struct arena *arena, struct map *named, struct err *err)
{
    LAKE_LOCKED(locked, lake);
    AUTO(rows_done) struct rows rows = {0};
    int more;
    map_init(named, arena);
    TRY(db_query(&locked->db, &rows, err,
                 "SELECT path FROM ducklake_data_file UNION ALL"
                 " SELECT path FROM ducklake_files_scheduled_for_deletion",
                 ""));
    while ((more = rows_next(&rows, err)) > 0) {
        const char *base = path_basename(rows_text(&rows, 0));
        if (str_starts(base, DATA_PREFIX))
            map_put(named, base, named);
    }
    return more;
}

struct sweep {
    struct lake *lake;
    struct map named;
    char *own_prefix; /* of the run that recovers */
};

static int sweep_file(void *context, const char *path, struct err *err)
{
    struct sweep *sweep = context;
    const char *base = path_basename(path);
    if (!str_starts(base, DATA_PREFIX) || !str_ends(base, ".parquet") ||
        str_starts(base, sweep->own_prefix) || map_get(&sweep->named, base) != NULL)
        return 0;
    FAULT_POINT("recover.before_remove");
    TRY(lake_check_fence(sweep->lake, err));
    return file_remove(path, err);
}

static int sweep_data(struct lake *lake, struct arena *arena, struct err *err)
{
    struct sweep sweep = {.lake = lake};
    sweep.own_prefix = arena_printf(arena, DATA_PREFIX "%s-", lake->run_id);
    TRY(load_named(lake, arena, &sweep.named, err));
    return walk_files(lake->data_folder, sweep_file, &sweep, err);
}

/* ---- staging folders of outputs ---- */

static bool is_awaited(const struct redo_list *redo, const char *folder)
{
    for (size_t i = 0; i < redo->count; i++)
        if (redo->items[i].staged != NULL && path_is_within(redo->items[i].staged, folder))
            return true;
    return false;
}

static void remove_stagings(struct lake *lake, struct arena *arena, const char *run,
                            const struct redo_list *redo, bool *is_any_awaited)
{
    char *text = NULL;
    size_t len = 0;
    const char *path = arena_printf(arena, "%s/temp/%s/" ROOTS_FILE, lake->folder, run);
    if (file_read(path, ROOTS_MAX_BYTES, arena, &text, &len, NULL) != 0)
        return;
    for (char *rest = text, *root; (root = strsep(&rest, "\n")) != NULL;) {
        const char *folder = arena_printf(arena, "%s/.leat/%s", root, run);
        if (root[0] != '/')
            continue;
        if (is_awaited(redo, folder)) {
            *is_any_awaited = true;
        } else if (file_remove_tree(folder, NULL) == 0) { /* a root that is gone keeps it */
            (void)!rmdir(path_dirname(arena, folder));
        }
    }
}

static int remove_run(struct lake *lake, struct arena *arena, const char *run, struct err *err)
{
    struct redo_list redo;
    bool is_any_awaited = false;
    TRY(lake_redo_load(lake, arena, &redo, err));
    remove_stagings(lake, arena, run, &redo, &is_any_awaited);
    FAULT_POINT("recover.before_temp");
    /* The list of roots stays while some of its files still wait to be delivered. */
    if (is_any_awaited)
        return 0;
    return file_remove_tree(arena_printf(arena, "%s/temp/%s", lake->folder, run), err);
}

int lake_recover(struct lake *lake, struct arena *arena, struct redo_failures *ret_failed,
                 struct err *err)
{
    struct run_names dead = {0};
    TRY(lake_redo(lake, NULL, arena, ret_failed, err));
    TRY(find_dead_runs(lake, arena, &dead, err));
    if (dead.list.count == 0)
        return 0;
    TRY(sweep_data(lake, arena, err));
    for (size_t i = 0; i < dead.list.count; i++)
        TRY(remove_run(lake, arena, dead.list.items[i], err));
    return 0;
}

int recover_staged(struct lake *lake)
{
    int failed = 0;
    for (struct staged_file *file = lake->staged.first; file != NULL; file = file->next)
        if (!file->is_published)
            failed |= file_remove(file->path, NULL);
    return failed;
}

static int note_root(struct lake *lake, const char *root, struct arena *arena, struct err *err)
{
    LAKE_LOCKED(locked, lake);
    const char *path = arena_printf(arena, "%s/" ROOTS_FILE, lake_temp_folder(locked, arena));
    FILE *file = fopen(path, "ae");
    if (file == NULL)
        return err_errno(err, "could not open file \"%s\"", path);
    int failed = fprintf(file, "%s\n", root) < 0;
    if (fclose(file) != 0 || failed)
        return err_errno(err, "could not write file \"%s\"", path);
    return 0;
}

int lake_staging_folder(struct lake *lake, const char *root, struct arena *arena, char **ret_path,
                        struct err *err)
{
    char *folder = arena_printf(arena, "%s/.leat/%s", root, lake->run_id);
    if (!file_is_dir(folder)) {
        TRY(note_root(lake, root, arena, err));
        TRY(file_mkdirs_durable(folder, err));
    }
    *ret_path = folder;
    return 0;
}
