/* SPDX-License-Identifier: Apache-2.0 */
#include "base/instant.h"
#include "lake/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/*
 * The lock on <folder>/lock is an open-file-description lock: the kernel gives it back when the
 * process ends in whatever way, and no other open or close in this process can drop it (as it would a
 * plain fcntl lock). The text in the file is for messages only.
 */
enum { POLL_MS = 50, TEXT_MAX = 512 };

static struct flock whole_file(short type)
{
    return (struct flock){.l_type = type, .l_whence = SEEK_SET};
}

static const char *word_after(char *text, const char *key)
{
    char *at = strstr(text, key);
    return at == NULL ? "" : at + strlen(key);
}

static void copy_line(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%.*s", (int)strcspn(from, "\n"), from);
}

static struct lock_holder read_holder(int fd)
{
    struct lock_holder holder = {.is_held = true};
    char text[TEXT_MAX + 1] = "";
    ssize_t len = pread(fd, text, TEXT_MAX, 0);
    text[len > 0 ? len : 0] = '\0';
    holder.pid = strtoll(word_after(text, "pid="), NULL, 10);
    copy_line(holder.host, sizeof(holder.host), word_after(text, "host="));
    copy_line(holder.start, sizeof(holder.start), word_after(text, "start="));
    return holder;
}

struct lock_holder lock_holder(const char *folder)
{
    AUTO(arena_release) struct arena arena;
    struct lock_holder holder = {0};
    struct flock probe = whole_file(F_WRLCK);
    arena_init(&arena, (size_t)1 << 20);
    int fd = open(path_join(&arena, folder, "lock"), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return holder;
    if (fcntl(fd, F_OFD_GETLK, &probe) == 0 && probe.l_type != F_UNLCK)
        holder = read_holder(fd);
    close(fd);
    return holder;
}

static int refuse(const char *folder, int fd, struct err *err)
{
    struct lock_holder holder = read_holder(fd);
    err_set(err, ERR_CONFLICT,
            "the warehouse \"%s\" is being written by process %lld on %s, started %s", folder,
            (long long)holder.pid, holder.host[0] ? holder.host : "an unknown host",
            holder.start[0] ? holder.start : "at an unknown time");
    if (err != NULL)
        err->retryable = true;
    return err_hint(err, "Wait for it to end, or stop it. The lock goes with the process; never "
                         "remove the file \"lock\".");
}

static int write_text(int fd, const char *folder, struct err *err)
{
    char text[TEXT_MAX], start[40], host[128] = "";
    gethostname(host, sizeof(host) - 1);
    int len = snprintf(text, sizeof(text), "pid=%lld\nhost=%s\nstart=%s\n", (long long)getpid(),
                       host, instant_format(now_us(), start));
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)len, 0) != len)
        return err_errno(err, "could not write file \"%s/lock\"", folder);
    return 0;
}

/* 1: ours; 0: somebody else's; -1 failed. */
static int try_lock(int fd, const char *folder, struct err *err)
{
    struct flock lock = whole_file(F_WRLCK);
    if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
        return 1;
    if (errno == EAGAIN || errno == EACCES)
        return 0;
    return err_errno(err, "could not lock \"%s/lock\"", folder);
}

static int wait_for_lock(int fd, const char *folder, int wait_ms, struct err *err)
{
    int64_t until_us = monotonic_us() + (int64_t)wait_ms * 1000;
    for (;;) {
        int got = try_lock(fd, folder, err);
        if (got < 0)
            return -1;
        if (got > 0)
            return write_text(fd, folder, err);
        if (monotonic_us() >= until_us)
            return refuse(folder, fd, err);
        nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
    }
}

int lock_take(const char *folder, int wait_ms, int *ret_fd, struct err *err)
{
    AUTO(arena_release) struct arena arena;
    arena_init(&arena, (size_t)1 << 20);
    int fd = open(path_join(&arena, folder, "lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return err_errno(err, "could not open file \"%s/lock\"", folder);
    if (wait_for_lock(fd, folder, wait_ms, err) != 0) {
        close(fd);
        return -1;
    }
    *ret_fd = fd;
    return 0;
}
