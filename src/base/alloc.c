/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void alloc_die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("leat: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    abort();
}

void *alloc_zeroed(size_t bytes)
{
    void *memory = calloc(1, bytes > 0 ? bytes : 1);
    if (memory == NULL)
        alloc_die("out of memory: could not get %zu bytes for bookkeeping", bytes);
    return memory;
}
