/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_MEMORY_LIMIT_H
#define LEAT_MEMORY_LIMIT_H

#include "memory/memory.h"

/*
 * What the machine allows. `root` is put before /proc/… and /sys/… so that tests can show it other
 * machines; the program passes "".
 */

/* The lowest memory limit of the cgroups of this process, of both versions; INT64_MAX when none. */
int64_t limit_of_cgroups(const char *root);
/* MemTotal, or 0 when it cannot be found. */
int64_t limit_of_ram(const char *root);
/* As memory_find_limit(). */
int limit_find(const char *root, int64_t asked_bytes, struct memory_limit *ret_limit,
               struct err *err) WARN_UNUSED;

#endif
