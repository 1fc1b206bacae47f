/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "base/fault.h"
#include "lake/internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bookkeeping of one warehouse: names of the data files that are not yet published. */
#define LAKE_ARENA_MAX ((size_t)512 << 20)
/* What opening needs for a moment: the redo list and the folders that dead runs left. */
#define OPEN_ARENA_MAX ((size_t)512 << 20)

static struct lake *lake_new(const struct lake_options *options)
{
    struct lake *lake = alloc_zeroed(sizeof(*lake));
    arena_init(&lake->arena, LAKE_ARENA_MAX);
    map_init(&lake->staged.by_path, &lake->arena);
    pthread_mutex_init(&lake->mutex, NULL);
    lake->folder = path_absolute(&lake->arena, options->folder);
    lake->data_folder = path_join(&lake->arena, lake->folder, "data");
    lake->run_id = arena_strdup(&lake->arena, options->run_id);
    lake->mode = options->mode;
    lake->lock_fd = -1;
    return lake;
}

static int open_for_writing(struct lake *lake, int lock_wait_ms, struct err *err)
{
    AUTO(arena_release) struct arena arena;
    struct redo_failures failures; /* stay in the redo list, where run/ finds them again */
    arena_init(&arena, OPEN_ARENA_MAX);
    if (lake->run_id == NULL || lake->run_id[0] == '\0')
        return err_set(err, ERR_INTERNAL, "a run without an id");
    TRY(file_mkdirs_durable(lake->folder, err));
    TRY(network_refuse(lake->folder, err));
    TRY(lock_take(lake->folder, lock_wait_ms, &lake->lock_fd, err));
    FAULT_POINT("open.after_lock");
    TRY(catalog_open(lake, err));
    FAULT_POINT("open.after_fence");
    TRY(lake_recover(lake, &arena, &failures, err));
    /* While it is there, recovery knows that this run may have left files. */
    return file_mkdirs(lake_temp_folder(lake, &arena), err);
}

int lake_open(const struct lake_options *options, struct lake **ret_lake, struct err *err)
{
    struct lake *lake = lake_new(options);
    int failed = options->mode == LAKE_WRITE ? open_for_writing(lake, options->lock_wait_ms, err)
                                             : catalog_open(lake, err);
    if (failed) {
        lake_close(lake);
        return -1;
    }
    *ret_lake = lake;
    return 0;
}

/* What this run wrote and never published. Not once another run has taken over. */
static void discard(struct lake *lake)
{
    if (lake_check_fence(lake, NULL) != 0)
        return;
    if (recover_staged(lake) == 0)
        (void)!file_remove_tree(lake_temp_folder(lake, &lake->arena), NULL);
}

void lake_close(struct lake *lake)
{
    if (lake == NULL)
        return;
    if (lake->mode == LAKE_WRITE && lake->fence > 0)
        discard(lake);
    if (lake->db.handle != NULL)
        db_close(&lake->db);
    if (lake->lock_fd >= 0)
        close(lake->lock_fd);
    pthread_mutex_destroy(&lake->mutex);
    arena_release(&lake->arena);
    free(lake);
}

const char *lake_folder(const struct lake *lake)
{
    return lake->folder;
}

bool lake_is_copy(const struct lake *lake)
{
    return lake->is_copy;
}

char *lake_temp_folder(struct lake *lake, struct arena *arena)
{
    return arena_printf(arena, "%s/temp/%s", lake->folder, lake->run_id);
}
