/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_BASE_ALLOC_H
#define LEAT_BASE_ALLOC_H

#include <stddef.h>

/*
 * Small control memory. There is no sensible way on without it, so a failure prints one line and
 * aborts. Anything whose size depends on data asks memory/ first and may fail instead.
 */
void *alloc_zeroed(size_t bytes) __attribute__((malloc, returns_nonnull));
/* Prints "leat: <why>" and aborts. */
_Noreturn void alloc_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
