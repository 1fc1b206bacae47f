/* SPDX-License-Identifier: Apache-2.0 */
#include "lake/walk.h"

#include <errno.h>
#include <fts.h>
#include <unistd.h>

static FTS *open_walk(const char *folder)
{
    char *paths[] = {(char *)folder, NULL};
    return fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
}

static int visit(FTSENT *entry, int (*each)(void *, const char *, struct err *), void *context,
                 struct err *err)
{
    if (entry->fts_info == FTS_F)
        return each(context, entry->fts_path, err);
    bool is_failed =
        entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS;
    if (!is_failed || entry->fts_errno == ENOENT)
        return 0;
    errno = entry->fts_errno;
    return err_errno(err, "could not read \"%s\"", entry->fts_path);
}

int walk_files(const char *folder, int (*each)(void *context, const char *path, struct err *err),
               void *context, struct err *err)
{
    if (access(folder, F_OK) != 0)
        return 0;
    FTS *walk = open_walk(folder);
    if (walk == NULL)
        return err_errno(err, "could not read folder \"%s\"", folder);
    int failed = 0;
    for (FTSENT *entry; !failed && (entry = fts_read(walk)) != NULL;)
        failed = visit(entry, each, context, err);
    fts_close(walk);
    return failed;
}

int walk_remove_empty(const char *folder, struct err *err)
{
    if (access(folder, F_OK) != 0)
        return 0;
    FTS *walk = open_walk(folder);
    if (walk == NULL)
        return err_errno(err, "could not read folder \"%s\"", folder);
    for (FTSENT *entry; (entry = fts_read(walk)) != NULL;)
        if (entry->fts_info == FTS_DP && entry->fts_level > 0)
            (void)!rmdir(entry->fts_path);
    fts_close(walk);
    return 0;
}
