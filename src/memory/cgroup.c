/* SPDX-License-Identifier: Apache-2.0 */
#include "memory/limit.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/*
 * A process is in one cgroup of the unified tree (version 2) and, on older or hybrid machines, in
 * one of the memory controller's tree (version 1). Both are read and the lowest limit counts. Each
 * tree is mounted somewhere, maybe only from some folder of it on ("root" in mountinfo, as in a
 * container without a cgroup namespace), and a limit may stand at each level up to that mount.
 */
struct tree {
    bool is_unified;
    const char *limit_file;
    char path[PATH_MAX];  /* of this process, from the tree's own root */
    char mount[PATH_MAX]; /* where the tree is mounted */
    char top[PATH_MAX];   /* what part of it is mounted */
    bool has_path, has_mount;
};

static FILE *open_below(const char *root, const char *path)
{
    char whole[PATH_MAX];
    int len = snprintf(whole, sizeof(whole), "%s%s", root, path);
    return len < 0 || (size_t)len >= sizeof(whole) ? NULL : fopen(whole, "re");
}

static void file_close(FILE **file)
{
    if (*file != NULL)
        fclose(*file);
}

static void line_free(char **line)
{
    free(*line);
}

/* Is `word` one of the comma-separated words of `list`? */
static bool has_word(const char *list, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, word, len) == 0 && (at[len] == ',' || at[len] == '\0'))
            return true;
    }
    return false;
}

static bool copy_path(char *target, const char *text)
{
    size_t len = strlen(text);
    if (len >= PATH_MAX)
        return false;
    memcpy(target, text, len + 1);
    return true;
}

/* mountinfo writes space, tab, newline and backslash as \ooo. */
static void unescape(char *text)
{
    char *out = text;
    for (const char *at = text; *at != '\0';) {
        bool is_octal = at[0] == '\\' && at[1] >= '0' && at[1] <= '3' && at[2] >= '0' &&
                        at[2] <= '7' && at[3] >= '0' && at[3] <= '7';
        if (is_octal) {
            *out++ = (char)((at[1] - '0') * 64 + (at[2] - '0') * 8 + (at[3] - '0'));
            at += 4;
        } else
            *out++ = *at++;
    }
    *out = '\0';
}

/* Lines "<id>:<controllers>:<path>"; the unified tree has id 0 and no controllers. */
static void find_path(struct tree *tree, const char *root)
{
    AUTO(file_close) FILE *file = open_below(root, "/proc/self/cgroup");
    AUTO(line_free) char *line = NULL;
    size_t cap = 0;
    while (file != NULL && !tree->has_path && getline(&line, &cap, file) > 0) {
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':');
        char *path = controllers == NULL ? NULL : strchr(controllers + 1, ':');
        if (path == NULL)
            continue;
        *path++ = '\0';
        controllers++;
        bool is_ours = tree->is_unified ? strcmp(line, "0:") == 0 || *controllers == '\0'
                                        : has_word(controllers, "memory");
        tree->has_path = is_ours && copy_path(tree->path, path);
    }
}

/* "36 35 98:0 <root> <mount point> <options> [fields…] - <type> <source> <super options>" */
static void take_mount(struct tree *tree, char *line)
{
    char *fields[6], *rest = line, *separator = strstr(line, " - ");
    if (separator == NULL)
        return;
    *separator = '\0';
    for (size_t i = 0; i < ARRAY_COUNT(fields); i++)
        if ((fields[i] = strsep(&rest, " ")) == NULL)
            return;
    char *tail = separator + 3, *type = strsep(&tail, " ");
    strsep(&tail, " ");
    bool is_ours = tree->is_unified
                       ? strcmp(type, "cgroup2") == 0
                       : strcmp(type, "cgroup") == 0 && tail != NULL && has_word(tail, "memory");
    if (!is_ours)
        return;
    unescape(fields[3]);
    unescape(fields[4]);
    tree->has_mount = copy_path(tree->top, fields[3]) && copy_path(tree->mount, fields[4]);
}

static void find_mount(struct tree *tree, const char *root)
{
    AUTO(file_close) FILE *file = open_below(root, "/proc/self/mountinfo");
    AUTO(line_free) char *line = NULL;
    size_t cap = 0;
    while (file != NULL && !tree->has_mount && getline(&line, &cap, file) > 0) {
        line[strcspn(line, "\n")] = '\0';
        take_mount(tree, line);
    }
}

/* INT64_MAX for "max", for version 1's huge number that means it, and for what is not there. */
static int64_t read_limit(const char *root, const char *folder, const char *name)
{
    char path[PATH_MAX], text[64];
    int len = snprintf(path, sizeof(path), "%s/%s", folder, name);
    AUTO(file_close)
    FILE *file = len < 0 || (size_t)len >= sizeof(path) ? NULL : open_below(root, path);
    if (file == NULL || fgets(text, sizeof(text), file) == NULL)
        return INT64_MAX;
    char *end;
    errno = 0;
    long long bytes = strtoll(text, &end, 10);
    bool is_limit = errno == 0 && end != text && bytes > 0 && bytes < INT64_C(1) << 60;
    return is_limit ? bytes : INT64_MAX;
}

/* The process's folder below the mount point: without the part of its path that is not mounted. */
static const char *path_below_mount(const struct tree *tree)
{
    size_t len = strcmp(tree->top, "/") == 0 ? 0 : strlen(tree->top);
    if (strncmp(tree->path, tree->top, len) != 0 ||
        (tree->path[len] != '/' && tree->path[len] != '\0'))
        return ""; /* somewhere else: only what the mount point itself says is known */
    return strstr(tree->path + len, "/..") != NULL ? "" : tree->path + len;
}

static int64_t lowest_of_tree(struct tree *tree, const char *root)
{
    find_path(tree, root);
    find_mount(tree, root);
    if (!tree->has_path || !tree->has_mount)
        return INT64_MAX;
    char folder[2 * PATH_MAX];
    snprintf(folder, sizeof(folder), "%s%s", tree->mount, path_below_mount(tree));
    size_t mount_len = strlen(tree->mount);
    int64_t lowest = INT64_MAX;
    for (;;) {
        int64_t limit = read_limit(root, folder, tree->limit_file);
        if (limit < lowest)
            lowest = limit;
        char *slash = strrchr(folder, '/');
        if (strlen(folder) <= mount_len || slash == NULL)
            return lowest;
        *slash = '\0';
    }
}

int64_t limit_of_cgroups(const char *root)
{
    struct tree unified = {.is_unified = true, .limit_file = "memory.max"};
    struct tree older = {.limit_file = "memory.limit_in_bytes"};
    int64_t a = lowest_of_tree(&unified, root), b = lowest_of_tree(&older, root);
    return a < b ? a : b;
}
