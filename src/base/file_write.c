/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t written = write(fd, data, len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        data += written;
        len -= (size_t)written;
    }
    return 0;
}

/* A new hidden file in the same folder, so that the rename stays within one file system. */
static int open_beside(const char *path, char *temp, size_t size)
{
    static atomic_uint serial;
    const char *base = path_basename(path);
    int fd = -1;
    for (int tries = 0; fd < 0 && tries < 100; tries++) {
        int len = snprintf(temp, size, "%.*s.%.200s.%ld-%u.tmp", (int)(base - path), path, base,
                           (long)getpid(), atomic_fetch_add(&serial, 1));
        if (len < 0 || (size_t)len >= size) {
            errno = ENAMETOOLONG;
            return -1;
        }
        fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST)
            return -1;
    }
    return fd;
}

static int fill(int fd, const char *path, const void *data, size_t len)
{
    struct stat old;
    int failed = stat(path, &old) == 0 && fchmod(fd, old.st_mode & 07777) != 0;
    failed = failed || write_all(fd, data, len) != 0 || fsync(fd) != 0;
    int error = errno;
    if (close(fd) != 0 && !failed)
        return -1;
    errno = error;
    return failed ? -1 : 0;
}

static int replace(const char *path, const void *data, size_t len, struct err *err)
{
    char temp[PATH_MAX];
    int fd = open_beside(path, temp, sizeof(temp));
    if (fd < 0)
        return err_errno(err, "could not create a file beside \"%s\"", path);
    if (fill(fd, path, data, len) != 0 || rename(temp, path) != 0) {
        err_errno(err, "could not write file \"%s\"", path);
        unlink(temp);
        return -1;
    }
    struct arena arena;
    arena_init(&arena, (size_t)64 << 10);
    int failed = file_sync(path_dirname(&arena, path), err);
    arena_release(&arena);
    return failed;
}

int file_write_atomic(const char *path, const void *data, size_t len, struct err *err)
{
    struct stat info;
    if (lstat(path, &info) != 0 || !S_ISLNK(info.st_mode))
        return replace(path, data, len, err);
    char *target = realpath(path, NULL); /* the link stays, what it points to is replaced */
    if (target == NULL)
        return err_errno(err, "could not follow the link \"%s\"", path);
    int failed = replace(target, data, len, err);
    free(target);
    return failed;
}
