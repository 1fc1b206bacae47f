/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "base/file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *path_join(struct arena *arena, const char *folder, const char *rest)
{
    if (rest[0] == '/' || folder[0] == '\0')
        return arena_strdup(arena, rest);
    if (rest[0] == '\0')
        return arena_strdup(arena, folder);
    bool has_slash = folder[strlen(folder) - 1] == '/';
    return arena_printf(arena, "%s%s%s", folder, has_slash ? "" : "/", rest);
}

char *path_dirname(struct arena *arena, const char *path)
{
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    while (len > 0 && path[len - 1] != '/')
        len--;
    while (len > 1 && path[len - 1] == '/')
        len--;
    return len == 0 ? arena_strdup(arena, ".") : arena_strndup(arena, path, len);
}

const char *path_basename(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* Drops "", "." and ".." of an absolute path, in place. */
static void normalize(char *path)
{
    size_t out = 0;
    for (const char *at = path; *at != '\0';) {
        size_t slashes = strspn(at, "/"), len = strcspn(at + slashes, "/");
        const char *part = at + slashes;
        at = part + len;
        if (len == 0 || (len == 1 && part[0] == '.'))
            continue;
        if (len == 2 && part[0] == '.' && part[1] == '.') {
            while (out > 0 && path[--out] != '/')
                continue;
            continue;
        }
        path[out++] = '/';
        memmove(path + out, part, len);
        out += len;
    }
    if (out == 0)
        path[out++] = '/';
    path[out] = '\0';
}

char *path_absolute(struct arena *arena, const char *path)
{
    char *absolute;
    if (path[0] == '/')
        absolute = arena_strdup(arena, path);
    else {
        char *here = getcwd(NULL, 0);
        if (here == NULL)
            alloc_die("could not find the current folder: was it removed?");
        absolute = arena_printf(arena, "%s/%s", here, path);
        free(here);
    }
    normalize(absolute);
    return absolute;
}

/* Where the part of `path` below `folder` starts, or NULL. */
static const char *below(const char *path, const char *folder)
{
    size_t len = strlen(folder);
    while (len > 0 && folder[len - 1] == '/')
        len--;
    if (strncmp(path, folder, len) != 0 || (path[len] != '\0' && path[len] != '/'))
        return NULL;
    return path + len + strspn(path + len, "/");
}

bool path_is_within(const char *path, const char *folder)
{
    return below(path, folder) != NULL;
}

const char *path_relative_to(const char *path, const char *folder)
{
    const char *rest = below(path, folder);
    if (rest == NULL)
        return path;
    return *rest == '\0' ? "." : rest;
}
