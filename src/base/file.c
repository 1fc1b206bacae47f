/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void fd_close(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static ssize_t read_again(int fd, char *data, size_t len)
{
    ssize_t got;
    do
        got = read(fd, data, len);
    while (got < 0 && errno == EINTR);
    return got;
}

/* Its size is only a first guess: files under /proc have none, others may still grow. */
static size_t first_room(int fd, size_t max_bytes)
{
    struct stat info;
    size_t room = fstat(fd, &info) == 0 && info.st_size > 0 ? (size_t)info.st_size : 4095;
    return (room < max_bytes ? room : max_bytes) + 1;
}

int file_read(const char *path, size_t max_bytes, struct arena *arena, char **ret_data,
              size_t *ret_len, struct err *err)
{
    AUTO(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, "could not open file \"%s\"", path);
    size_t room = first_room(fd, max_bytes), len = 0;
    char *data = arena_alloc(arena, room + 1);
    for (;;) {
        ssize_t got = read_again(fd, data + len, room - len);
        if (got < 0)
            return err_errno(err, "could not read file \"%s\"", path);
        len += (size_t)got;
        if (len > max_bytes)
            return err_set(err, ERR_DATA, "file \"%s\" is larger than the %zu bytes allowed", path,
                           max_bytes);
        if (got == 0)
            break;
        if (len == room) {
            char *wider = arena_alloc(arena, room * 2 + 1);
            memcpy(wider, data, len);
            data = wider;
            room *= 2;
        }
    }
    data[len] = '\0';
    *ret_data = data;
    if (ret_len != NULL)
        *ret_len = len;
    return 0;
}

int file_stat(const char *path, struct file_id *ret_id, struct err *err)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return err_errno(err, "could not find file \"%s\"", path);
    if (!S_ISREG(info.st_mode))
        return err_set(err, ERR_IO, "\"%s\" is not a regular file", path);
    *ret_id = (struct file_id){
        .size_bytes = info.st_size,
        .mtime_ns = (int64_t)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec,
        .inode = info.st_ino,
    };
    return 0;
}

bool file_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

bool file_is_dir(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

int file_sync(const char *path, struct err *err)
{
    AUTO(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, "could not open \"%s\" to make it durable", path);
    if (fsync(fd) != 0)
        return err_errno(err, "could not make \"%s\" durable", path);
    return 0;
}

int file_sync_all(const char *folder, struct err *err)
{
    AUTO(fd_close) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, "could not open folder \"%s\" to make it durable", folder);
    if (syncfs(fd) != 0)
        return err_errno(err, "could not make the files in \"%s\" durable", folder);
    return 0;
}

static int sync_parent(const char *path, struct err *err)
{
    char parent[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    if (len >= sizeof(parent)) {
        errno = ENAMETOOLONG;
        return err_errno(err, "could not open the folder of \"%s\"", path);
    }
    memcpy(parent, path, len);
    parent[len] = '\0';
    return file_sync(len == 0 ? "." : parent, err);
}

/* One folder; that it is there already is fine. */
static int make_dir(const char *path, bool is_durable, struct err *err)
{
    if (mkdir(path, 0777) == 0)
        return is_durable ? sync_parent(path, err) : 0;
    int error = errno;
    if (file_is_dir(path))
        return 0;
    if (error == EEXIST)
        return err_set(err, ERR_EXISTS, "could not create folder \"%s\": there is a file", path);
    errno = error;
    return err_errno(err, "could not create folder \"%s\"", path);
}

/* The longest beginning of a path that is a folder: mostly all but its last parts. */
static size_t existing_len(char *path, size_t len)
{
    while (len > 0) {
        char cut = path[len];
        path[len] = '\0';
        bool is_there = file_is_dir(path);
        path[len] = cut;
        if (is_there)
            break;
        while (len > 0 && path[--len] != '/')
            ;
    }
    return len;
}

static int make_dirs(const char *path, bool is_durable, struct err *err)
{
    char part[PATH_MAX];
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    if (len == 0 || len >= sizeof(part)) {
        errno = len == 0 ? ENOENT : ENAMETOOLONG;
        return err_errno(err, "could not create folder \"%s\"", path);
    }
    memcpy(part, path, len);
    part[len] = '\0';
    size_t have = existing_len(part, len);
    if (have == len)
        return 0;
    for (size_t i = have + 1; i < len; i++) {
        if (part[i] != '/' || part[i - 1] == '/')
            continue;
        part[i] = '\0';
        TRY(make_dir(part, is_durable, err));
        part[i] = '/';
    }
    return make_dir(part, is_durable, err);
}

int file_mkdirs(const char *path, struct err *err)
{
    return make_dirs(path, false, err);
}

int file_mkdirs_durable(const char *path, struct err *err)
{
    return make_dirs(path, true, err);
}

int file_rename(const char *from, const char *to, struct err *err)
{
    if (rename(from, to) != 0)
        return err_errno(err, "could not rename \"%s\" to \"%s\"", from, to);
    return 0;
}

int file_remove(const char *path, struct err *err)
{
    if (unlink(path) != 0 && errno != ENOENT)
        return err_errno(err, "could not remove \"%s\"", path);
    return 0;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path) != 0 && errno != ENOENT ? -1 : 0;
}

int file_remove_tree(const char *path, struct err *err)
{
    if (nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
        return err_errno(err, "could not remove \"%s\"", path);
    return 0;
}
