/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "base/glob_match.h"
#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct walk {
    struct arena *arena;
    VEC(const char *) found;
    struct str path; /* of the entry that is looked at */
    struct err *err;
};

static bool has_magic(const char *part, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (strchr("*?[{", part[i]) != NULL)
            return true;
    return false;
}

bool glob_has_magic(const char *pattern)
{
    return has_magic(pattern, strlen(pattern));
}

char *glob_root(struct arena *arena, const char *pattern)
{
    size_t magic = strcspn(pattern, "*?[{");
    if (pattern[magic] == '\0')
        return arena_strdup(arena, pattern);
    while (magic > 0 && pattern[magic - 1] != '/')
        magic--;
    while (magic > 1 && pattern[magic - 1] == '/')
        magic--;
    return magic == 0 ? arena_strdup(arena, ".") : arena_strndup(arena, pattern, magic);
}

static void path_cut(struct str *path, size_t len)
{
    path->len = len;
    if (path->data != NULL)
        path->data[len] = '\0';
}

/* Appends a part to the path that is walked; too long a path is an error like the system's. */
static int path_add(struct walk *walk, const char *part, size_t len)
{
    if (walk->path.len > 0 && walk->path.data[walk->path.len - 1] != '/')
        str_append_char(&walk->path, '/');
    str_append_len(&walk->path, part, len);
    if (!walk->path.is_failed)
        return 0;
    return err_set(walk->err, ERR_IO, "path below \"%s\" is too long", str_text(&walk->path));
}

/* Not there any more, or a link that leads nowhere or in a circle: nothing to match. */
static bool is_gone(int error)
{
    return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

/* Follows links; the mode is 0 for what is gone. */
static int find_mode(struct walk *walk, mode_t *ret_mode)
{
    struct stat info;
    *ret_mode = 0;
    if (stat(str_text(&walk->path), &info) == 0)
        *ret_mode = info.st_mode;
    else if (!is_gone(errno))
        return err_errno(walk->err, "could not look at \"%s\"", str_text(&walk->path));
    return 0;
}

/* `entry`, when it is known, mostly saves the look at the file itself. */
static int add_if_file(struct walk *walk, const struct dirent *entry)
{
    mode_t mode = entry == NULL ? 0 : DTTOIF(entry->d_type);
    if (mode == 0 || S_ISLNK(mode))
        TRY(find_mode(walk, &mode));
    if (S_ISREG(mode))
        VEC_PUSH(walk->arena, walk->found, arena_strdup(walk->arena, str_text(&walk->path)));
    return 0;
}

static bool is_real_dir(const char *path, const struct dirent *entry)
{
    struct stat info;
    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_DIR;
    return lstat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static int walk_parts(struct walk *walk, const char *pattern);

/* What a name in the folder means for the pattern part of `len` bytes that `rest` follows. */
static int visit_entry(struct walk *walk, const struct dirent *entry, const char *pattern,
                       size_t len, const char *rest)
{
    bool is_any_depth = len == 2 && memcmp(pattern, "**", 2) == 0;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
        return 0;
    TRY(path_add(walk, entry->d_name, strlen(entry->d_name)));
    if (is_any_depth) {
        if (entry->d_name[0] == '.')
            return 0;
        if (is_real_dir(str_text(&walk->path), entry))
            return walk_parts(walk, pattern);
        return *rest == '\0' ? add_if_file(walk, entry) : 0;
    }
    char part[NAME_MAX + 1];
    if (len >= sizeof(part))
        return 0; /* no name is that long */
    memcpy(part, pattern, len);
    part[len] = '\0';
    if (!glob_match_part(part, entry->d_name))
        return 0;
    return *rest == '\0' ? add_if_file(walk, entry) : walk_parts(walk, rest);
}

static void dir_close(DIR **dir)
{
    if (*dir != NULL)
        closedir(*dir);
}

static int visit_dir(struct walk *walk, const char *pattern, size_t len, const char *rest)
{
    size_t path_len = walk->path.len;
    AUTO(dir_close) DIR *dir = opendir(path_len == 0 ? "." : str_text(&walk->path));
    if (dir == NULL && is_gone(errno))
        return 0;
    if (dir == NULL)
        return err_errno(walk->err, "could not open folder \"%s\"", str_text(&walk->path));
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (entry == NULL && errno != 0)
            return err_errno(walk->err, "could not read folder \"%s\"", str_text(&walk->path));
        if (entry == NULL)
            return 0;
        TRY(visit_entry(walk, entry, pattern, len, rest));
        path_cut(&walk->path, path_len);
    }
}

/* The parts still to be matched below the path: plain ones are appended, others read a folder. */
static int walk_parts(struct walk *walk, const char *pattern)
{
    size_t len = strcspn(pattern, "/");
    const char *rest = pattern + len + strspn(pattern + len, "/");
    if (*pattern == '\0')
        return add_if_file(walk, NULL);
    if (!has_magic(pattern, len)) {
        TRY(path_add(walk, pattern, len));
        return walk_parts(walk, rest);
    }
    bool is_any_depth = len == 2 && memcmp(pattern, "**", 2) == 0;
    while (is_any_depth && strncmp(rest, "**/", 3) == 0) /* two of them mean the same as one */
        rest += 3 + strspn(rest + 3, "/");
    size_t path_len = walk->path.len;
    if (is_any_depth && *rest != '\0') { /* no folder in between */
        TRY(walk_parts(walk, rest));
        path_cut(&walk->path, path_len);
    }
    return visit_dir(walk, pattern, len, rest);
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, and each path once: {a,a*} finds some twice. */
static void sort_unique(struct path_list *list)
{
    if (list->count == 0)
        return;
    qsort(list->items, list->count, sizeof(list->items[0]), compare_paths);
    size_t kept = 1;
    for (size_t i = 1; i < list->count; i++)
        if (strcmp(list->items[i], list->items[kept - 1]) != 0)
            list->items[kept++] = list->items[i];
    list->count = kept;
}

int glob_expand(const char *pattern, struct arena *arena, struct path_list *ret_list,
                struct err *err)
{
    struct path_list patterns;
    TRY(glob_expand_braces(pattern, arena, &patterns, err));
    struct walk walk = {.arena = arena, .path = STR_INIT(PATH_MAX - 1), .err = err};
    int failed = 0;
    for (size_t i = 0; i < patterns.count && !failed; i++) {
        const char *one = patterns.items[i];
        str_clear(&walk.path);
        if (*one == '/')
            str_append_char(&walk.path, '/');
        failed = walk_parts(&walk, one + strspn(one, "/"));
    }
    str_release(&walk.path);
    if (failed)
        return -1;
    *ret_list = (struct path_list){walk.found.items, walk.found.count};
    sort_unique(ret_list);
    return 0;
}
