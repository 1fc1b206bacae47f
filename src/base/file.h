/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_BASE_FILE_H
#define LEAT_BASE_FILE_H

#include "base/arena.h"
#include "base/err.h"

#include <stdint.h>

/* Files and paths, and the calls that make a change survive a power cut. Paths are UTF-8 text. */

struct file_id {
    int64_t size_bytes;
    int64_t mtime_ns;
    uint64_t inode;
};

/*
 * The whole file, NUL-terminated, owned by the arena; over `max_bytes` is an error (ERR_DATA). The
 * arena's cap must have room for it. `ret_len` may be NULL.
 */
int file_read(const char *path, size_t max_bytes, struct arena *arena, char **ret_data,
              size_t *ret_len, struct err *err) WARN_UNUSED;
/*
 * Replaces the file so that a crash leaves the old bytes or the new ones. Keeps the permissions of
 * the old file; a link stays a link, and what it points to is replaced.
 */
int file_write_atomic(const char *path, const void *data, size_t len, struct err *err) WARN_UNUSED;
/* Regular files only. */
int file_stat(const char *path, struct file_id *ret_id, struct err *err) WARN_UNUSED;
bool file_exists(const char *path);
bool file_is_dir(const char *path);
/* With its parents; that they are there already is fine. */
int file_mkdirs(const char *path, struct err *err) WARN_UNUSED;
/* As file_mkdirs, and the parents of every new folder are fsynced. */
int file_mkdirs_durable(const char *path, struct err *err) WARN_UNUSED;
int file_sync(const char *path, struct err *err) WARN_UNUSED; /* a file or a folder */
/* All that was written to the file system of a folder: for many files cheaper than one by one. */
int file_sync_all(const char *folder, struct err *err) WARN_UNUSED;
int file_rename(const char *from, const char *to, struct err *err) WARN_UNUSED;
int file_remove(const char *path, struct err *err) WARN_UNUSED;      /* not there is fine */
int file_remove_tree(const char *path, struct err *err) WARN_UNUSED; /* does not follow links */

/* "folder/rest"; an absolute `rest` wins. */
char *path_join(struct arena *arena, const char *folder, const char *rest);
char *path_dirname(struct arena *arena, const char *path);
const char *path_basename(const char *path);
/* Absolute and without "." and ".." (by text: links are not resolved). */
char *path_absolute(struct arena *arena, const char *path);
bool path_is_within(const char *path, const char *folder); /* both absolute */
/* `path` relative to `folder` when within it ("." when equal), else `path`. Borrows from `path`. */
const char *path_relative_to(const char *path, const char *folder);

/*
 * Regular files that match a pattern of *, ?, [a-z], [!a-z], {a,b} and ** (any depth), sorted by
 * path, each once. Hidden files and folders match only a pattern part that itself starts with a
 * dot. Symlinked folders are entered by `*` but not by `**`. No match is an empty list, not an
 * error; a folder that may not be read is an error, since its files would be missing in silence.
 */
struct path_list {
    const char **items;
    size_t count;
};
int glob_expand(const char *pattern, struct arena *arena, struct path_list *ret_list,
                struct err *err) WARN_UNUSED;
bool glob_has_magic(const char *pattern);
/*
 * The part of a pattern before its first magic segment: what the pattern's files all lie under.
 * "." when there is none, the whole pattern when nothing in it is magic.
 */
char *glob_root(struct arena *arena, const char *pattern);

#endif
