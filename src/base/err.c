/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include "base/str.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static const struct err_kind_info kinds[ERR_KIND_COUNT] = {
    [ERR_NONE] = {"none", 0, 200, false, "Nothing went wrong."},
    [ERR_USAGE] = {"usage", 2, 400, false, "The command line is wrong."},
    [ERR_CONFIG] = {"config", 2, 422, false, "Something written in the project is wrong."},
    [ERR_NOT_FOUND] = {"not_found", 2, 404, false, "A file, node or table is not there."},
    [ERR_EXISTS] = {"exists", 2, 409, false, "Something that is not leat's is in the way."},
    [ERR_DENIED] = {"denied", 2, 403, false, "The operating system does not permit it."},
    [ERR_IO] = {"io", 2, 500, false, "The operating system could not read or write."},
    [ERR_NETWORK] = {"network", 1, 502, true, "Another system could not be reached."},
    [ERR_REMOTE] = {"remote", 1, 502, false, "Another system answered with an error."},
    [ERR_DATA] = {"data", 1, 422, false, "A value cannot be stored as asked."},
    [ERR_CHECK] = {"check", 1, 422, false, "A check found bad rows; nothing was published."},
    [ERR_CONFLICT] = {"conflict", 1, 409, true, "Somebody else changed the same thing first."},
    [ERR_MEMORY_LIMIT] = {"memory_limit", 1, 503, false, "The memory limit would be broken."},
    [ERR_TIMEOUT] = {"timeout", 1, 504, true, "It took longer than allowed."},
    [ERR_CANCELLED] = {"cancelled", 1, 503, false, "The run was asked to stop."},
    [ERR_INTERNAL] = {"internal", 2, 500, false, "A fault of leat; please report it."},
};

/* What errno means; whatever is not listed is ERR_IO. */
static const struct errno_row {
    int number;
    enum err_kind kind;
    bool is_retryable;
    const char *hint;
} errnos[] = {
    {ENOENT, ERR_NOT_FOUND, false, NULL},
    {ENOTDIR, ERR_NOT_FOUND, false, NULL},
    {EACCES, ERR_DENIED, false, NULL},
    {EPERM, ERR_DENIED, false, NULL},
    {EROFS, ERR_DENIED, false, "The file system is mounted read-only."},
    {EEXIST, ERR_EXISTS, false, NULL},
    {ENOTEMPTY, ERR_EXISTS, false, NULL},
    {ENOSPC, ERR_IO, false,
     "Free some space on that file system, then run the same command again."},
    {EDQUOT, ERR_IO, false, "The disk quota is used up. Free some space, then run it again."},
    {EMFILE, ERR_IO, false, "Raise the number of files a process may open: ulimit -n 4096."},
    {ENFILE, ERR_IO, true, "The machine has too many open files."},
    {ENOMEM, ERR_MEMORY_LIMIT, false, NULL},
    {EINTR, ERR_CANCELLED, false, NULL},
    {ECANCELED, ERR_CANCELLED, false, NULL},
    {ETIMEDOUT, ERR_TIMEOUT, true, NULL},
    {EAGAIN, ERR_CONFLICT, true, NULL},
    {EBUSY, ERR_CONFLICT, true, NULL},
    {ETXTBSY, ERR_CONFLICT, true, NULL},
    {ECONNREFUSED, ERR_NETWORK, true, NULL},
    {ECONNRESET, ERR_NETWORK, true, NULL},
    {ECONNABORTED, ERR_NETWORK, true, NULL},
    {EPIPE, ERR_NETWORK, true, NULL},
    {EHOSTUNREACH, ERR_NETWORK, true, NULL},
    {ENETUNREACH, ERR_NETWORK, true, NULL},
    {ENETDOWN, ERR_NETWORK, true, NULL},
    {ENOTCONN, ERR_NETWORK, true, NULL},
};

const struct err_kind_info *err_kind_info(enum err_kind kind)
{
    return &kinds[(unsigned)kind < ERR_KIND_COUNT ? kind : ERR_INTERNAL];
}

/* A text that was cut to fit must not end in half a character. */
static void trim_utf8(char *text)
{
    size_t len = strlen(text), back = 1;
    while (back < 4 && back < len && ((unsigned char)text[len - back] & 0xC0) == 0x80)
        back++;
    if (back <= len && (unsigned char)text[len - back] >= 0xC0 &&
        utf8_length(text + len - back) == 0)
        text[len - back] = '\0';
}

/* By way of a copy, because the arguments may point into `target`. */
static void print_into(char *target, size_t size, const char *format, va_list args)
{
    char text[sizeof(((struct err *)0)->message)];
    vsnprintf(text, size, format, args);
    trim_utf8(text);
    memcpy(target, text, strlen(text) + 1);
}

static void start(struct err *err, enum err_kind kind, bool is_retryable)
{
    err->kind = kind;
    err->retryable = is_retryable;
    err->hint[0] = '\0';
    err->where[0] = '\0';
}

int err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
    if (err == NULL)
        return -1;
    va_list args;
    va_start(args, format);
    print_into(err->message, sizeof(err->message), format, args);
    va_end(args);
    start(err, kind, err_kind_info(kind)->is_retryable);
    return -1;
}

static const struct errno_row *errno_row(int number)
{
    static const struct errno_row other = {0, ERR_IO, false, NULL};
    for (size_t i = 0; i < ARRAY_COUNT(errnos); i++)
        if (errnos[i].number == number)
            return &errnos[i];
    return &other;
}

int err_errno(struct err *err, const char *format, ...)
{
    int number = errno;
    if (err == NULL)
        return -1;
    va_list args;
    va_start(args, format);
    print_into(err->message, sizeof(err->message), format, args);
    va_end(args);
    const struct errno_row *row = errno_row(number);
    start(err, row->kind, row->is_retryable);
    if (row->hint != NULL)
        err_hint(err, "%s", row->hint);
    char buffer[128];
    const char *reason = strerror_r(number, buffer, sizeof(buffer)); /* GNU's, returns the text */
    size_t len = strlen(err->message), room = sizeof(err->message) - strlen(reason) - 3;
    if (len > room) { /* the reason matters more than the end of a long path */
        err->message[room] = '\0';
        trim_utf8(err->message);
        len = strlen(err->message);
    }
    snprintf(err->message + len, sizeof(err->message) - len, ": %s", reason);
    errno = number;
    return -1;
}

int err_hint(struct err *err, const char *format, ...)
{
    if (err == NULL)
        return -1;
    va_list args;
    va_start(args, format);
    print_into(err->hint, sizeof(err->hint), format, args);
    va_end(args);
    return -1;
}

int err_where(struct err *err, const char *format, ...)
{
    if (err == NULL)
        return -1;
    va_list args;
    va_start(args, format);
    print_into(err->where, sizeof(err->where), format, args);
    va_end(args);
    return -1;
}

int err_context(struct err *err, const char *format, ...)
{
    if (err == NULL)
        return -1;
    char old[sizeof(err->message)];
    memcpy(old, err->message, sizeof(old));
    va_list args;
    va_start(args, format);
    print_into(err->message, sizeof(err->message), format, args);
    va_end(args);
    size_t len = strlen(err->message);
    snprintf(err->message + len, sizeof(err->message) - len, ": %s", old);
    trim_utf8(err->message);
    return -1;
}
