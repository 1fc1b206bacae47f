/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/parquet_footer.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TAIL_BYTES 8 /* length of the footer, magic */

static int read_at(int fd, const char *path, void *buffer, size_t len, int64_t offset,
                   struct err *err)
{
    for (size_t done = 0; done < len;) {
        ssize_t got = pread(fd, (char *)buffer + done, len - done, offset + (int64_t)done);
        if (got < 0)
            return err_errno(err, "could not read \"%s\"", path);
        if (got == 0)
            return err_set(err, ERR_CONFLICT, "\"%s\" became shorter while it was read", path);
        done += (size_t)got;
    }
    return 0;
}

static int fail_broken(const char *path, const char *what, struct err *err)
{
    err_set(err, ERR_DATA, "\"%s\" is not a whole Parquet file: %s", path, what);
    return err_hint(err, "Was its copying or writing cut off? Replace or remove the file.");
}

static int hash_range(int fd, const char *path, int64_t start, int64_t end, struct hash *ret_hash,
                      struct err *err)
{
    char piece[16384];
    struct hasher *hasher = hasher_new();
    for (int64_t at = start; at < end; at += (int64_t)sizeof(piece)) {
        size_t len = end - at < (int64_t)sizeof(piece) ? (size_t)(end - at) : sizeof(piece);
        if (read_at(fd, path, piece, len, at, err) != 0) {
            hasher_free(hasher);
            return -1;
        }
        hasher_add(hasher, piece, len);
    }
    *ret_hash = hasher_end(hasher);
    return 0;
}

static int hash_footer(int fd, const char *path, struct hash *ret_hash, struct err *err)
{
    struct stat status;
    unsigned char tail[TAIL_BYTES];
    if (fstat(fd, &status) != 0)
        return err_errno(err, "could not read \"%s\"", path);
    if (status.st_size < 4 + TAIL_BYTES)
        return fail_broken(path, "it is too short", err);
    int64_t end = status.st_size - TAIL_BYTES;
    TRY(read_at(fd, path, tail, TAIL_BYTES, end, err));
    if (memcmp(tail + 4, "PARE", 4) == 0)
        return err_set(err, ERR_DATA, "\"%s\" is an encrypted Parquet file, which leat cannot read",
                       path);
    if (memcmp(tail + 4, "PAR1", 4) != 0)
        return fail_broken(path, "it does not end in PAR1", err);
    uint32_t len =
        tail[0] | (uint32_t)tail[1] << 8 | (uint32_t)tail[2] << 16 | (uint32_t)tail[3] << 24;
    if ((int64_t)len > end - 4)
        return fail_broken(path, "its footer is longer than it", err);
    return hash_range(fd, path, end - len, end, ret_hash, err);
}

int parquet_footer_hash(const char *path, struct hash *ret_hash, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, "could not open \"%s\"", path);
    int failed = hash_footer(fd, path, ret_hash, err);
    close(fd);
    return failed;
}
