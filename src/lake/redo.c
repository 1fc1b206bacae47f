/* SPDX-License-Identifier: Apache-2.0 */
#include "lake/redo.h"
#include "base/fault.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * Steps 5 to 7 of delivering outputs: rename and delete, make the folders touched durable, commit. Each step
 * may have been done before a crash and is then found done.
 */

static bool is_same(struct file_id a, struct file_id b)
{
    return a.size_bytes == b.size_bytes && a.mtime_ns == b.mtime_ns;
}

/* -1 failed, 0 not there, 1 there. */
static int look(const char *path, struct file_id *ret_id, struct err *err)
{
    struct err fault = {0};
    if (file_stat(path, ret_id, &fault) == 0)
        return 1;
    if (fault.kind == ERR_NOT_FOUND)
        return 0;
    if (err != NULL)
        *err = fault;
    return -1;
}

/* What is there is ours: recorded as delivered, or named by the redo row, and untouched since. */
static int is_ours(struct lake *lake, const struct redo_row *row, struct file_id id,
                   bool *ret_is_ours, struct err *err)
{
    LAKE_LOCKED(locked, lake);
    int64_t count;
    *ret_is_ours = true;
    if (row->replaces.mtime_ns != 0 && is_same(row->replaces, id))
        return 0;
    TRY(db_value(
        &locked->db, 0, &count, err,
        "SELECT count(*) FROM leat_delivered WHERE path = ? AND size_bytes = ? AND mtime_ns = ?",
        "tii", row->final_path, id.size_bytes, id.mtime_ns));
    *ret_is_ours = count > 0;
    return 0;
}

static int require_ours(struct lake *lake, const struct redo_row *row, struct file_id id,
                        struct err *err)
{
    bool ours;
    TRY(is_ours(lake, row, id, &ours, err));
    if (ours)
        return 0;
    err_set(err, ERR_EXISTS,
            "file \"%s\" is in the way: leat did not write it, or it was changed since",
            row->final_path);
    return err_hint(err, "Move it away, or run with --adopt to let leat replace it.");
}

/* Both gone: the staged file is lost and the file is not the one that was to be there. */
static int find_done(const struct redo_row *row, bool is_final_there, struct file_id final,
                     enum redo_outcome *ret_outcome, struct err *err)
{
    struct hash hash;
    *ret_outcome = REDO_LOST;
    if (!is_final_there || final.size_bytes != row->size_bytes)
        return 0;
    TRY(hash_file(row->final_path, &hash, err));
    if (str_eq(hash.hex, row->hash))
        *ret_outcome = REDO_DONE;
    return 0;
}

static int move_into_place(const struct redo_row *row, bool is_final_there, struct arena *arena,
                           struct err *err)
{
    TRY(file_mkdirs(path_dirname(arena, row->final_path), err));
    FAULT_POINT("redo.before_rename");
    unsigned flags = is_final_there ? 0 : RENAME_NOREPLACE;
    int failed = renameat2(AT_FDCWD, row->staged, AT_FDCWD, row->final_path, flags);
    if (failed && flags != 0 && errno == EINVAL) /* a file system that cannot refuse to replace */
        failed = rename(row->staged, row->final_path);
    if (failed)
        return err_errno(err, "could not rename file \"%s\" to \"%s\"", row->staged,
                         row->final_path);
    FAULT_POINT("redo.after_rename");
    return 0;
}

static int put(struct lake *lake, const struct redo_row *row, struct arena *arena,
               enum redo_outcome *ret_outcome, struct err *err)
{
    struct file_id staged, final = {0};
    int is_staged_there = look(row->staged, &staged, err);
    int is_final_there = look(row->final_path, &final, err);
    if (is_staged_there < 0 || is_final_there < 0)
        return -1;
    if (!is_staged_there)
        return find_done(row, is_final_there, final, ret_outcome, err);
    if (is_final_there)
        TRY(require_ours(lake, row, final, err));
    TRY(move_into_place(row, is_final_there, arena, err));
    *ret_outcome = REDO_DONE;
    return 0;
}

/* Folders that deleting left empty, up to the root. */
static void remove_empty_folders(const struct redo_row *row, struct arena *arena)
{
    char *folder = path_dirname(arena, row->final_path);
    while (!str_eq(folder, row->root) && path_is_within(folder, row->root) && rmdir(folder) == 0)
        folder = path_dirname(arena, folder);
}

static int delete (struct lake *lake, const struct redo_row *row, struct arena *arena,
                   enum redo_outcome *ret_outcome, struct err *err)
{
    struct file_id final;
    int is_there = look(row->final_path, &final, err);
    if (is_there < 0)
        return -1;
    if (is_there) {
        TRY(require_ours(lake, row, final, err));
        FAULT_POINT("redo.before_delete");
        TRY(file_remove(row->final_path, err));
        FAULT_POINT("redo.after_delete");
        remove_empty_folders(row, arena);
    }
    *ret_outcome = REDO_DONE;
    return 0;
}

int redo_step(struct lake *lake, const struct redo_row *row, struct arena *arena,
              enum redo_outcome *ret_outcome, struct err *err)
{
    *ret_outcome = REDO_FAILED;
    if (!file_is_dir(row->root)) {
        err_set(err, ERR_NOT_FOUND, "output folder \"%s\" is not there", row->root);
        return err_hint(err, "Mount or create it again and rerun; nothing is lost.");
    }
    return row->op == REDO_PUT ? put(lake, row, arena, ret_outcome, err)
                               : delete (lake, row, arena, ret_outcome, err);
}
