/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_BASE_ERR_H
#define LEAT_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * One error type for the whole program. It lives on the caller's stack, never allocates, and may be
 * NULL where the caller does not care. A function that can fail returns 0 or -1 and takes
 * `struct err *err` as its very last argument.
 */
enum err_kind {
    ERR_NONE,
    ERR_USAGE,        /* the command line is wrong */
    ERR_CONFIG,       /* something the user wrote in the project is wrong */
    ERR_NOT_FOUND,    /* a file, node or table that should be there is not */
    ERR_EXISTS,       /* something is in the way that is not ours */
    ERR_DENIED,       /* no permission */
    ERR_IO,           /* the operating system failed us */
    ERR_NETWORK,      /* the network failed us */
    ERR_REMOTE,       /* another system answered with an error */
    ERR_DATA,         /* a value that cannot be stored as asked */
    ERR_CHECK,        /* a check of the user's found bad rows */
    ERR_CONFLICT,     /* somebody else changed what we are about to change */
    ERR_MEMORY_LIMIT, /* the memory limit would be broken */
    ERR_TIMEOUT,
    ERR_CANCELLED, /* the user asked us to stop */
    ERR_INTERNAL,  /* a fault of leat */
    ERR_KIND_COUNT
};

struct err {
    enum err_kind kind;
    bool retryable;
    char message[512]; /* lower case, no full stop */
    char hint[256];    /* full sentences that say what to do; may be empty */
    char where[256];   /* file:line:column of what the user wrote; may be empty */
};

/* What a kind means for the world outside; `leat docs errors` prints this table. */
struct err_kind_info {
    const char *name;
    int exit_code;
    int http_status;
    bool is_retryable;
    const char *meaning;
};
const struct err_kind_info *err_kind_info(enum err_kind kind);

/* Fills `err` (which may be NULL) and returns -1, so that `return err_set(…)` reads well. */
int err_set(struct err *err, enum err_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* As err_set, with ": <strerror(errno)>" appended and the kind chosen from errno. */
int err_errno(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The next three return -1 as well; they add to an error that is already set. */
int err_hint(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
int err_where(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Puts "<context>: " before the message. Only at the border of a module. */
int err_context(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define WARN_UNUSED __attribute__((warn_unused_result))

/* Returns -1 from the calling function when `call` fails. */
#define TRY(call)        \
    do {                 \
        if ((call) != 0) \
            return -1;   \
    } while (0)

/* `AUTO(destroy) struct x x = {0};` calls `destroy(&x)` when x goes out of scope. */
#define AUTO(destroy) __attribute__((cleanup(destroy)))
/* `ret = TAKE(p)` hands a pointer on and leaves NULL behind, so that AUTO does nothing. */
#define TAKE(pointer)                          \
    __extension__({                            \
        __typeof__(pointer) *at_ = &(pointer); \
        __typeof__(pointer) taken_ = *at_;     \
        *at_ = NULL;                           \
        taken_;                                \
    })

#define ARRAY_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
