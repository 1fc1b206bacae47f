/* SPDX-License-Identifier: Apache-2.0 */
#include "memory/limit.h"

#include "base/str.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define LEAST_BYTES (INT64_C(128) << 20)

/* The value of a line "<name>:   <number> kB", in bytes, or 0. */
static int64_t read_kb(const char *path, const char *name)
{
    FILE *file = fopen(path, "re");
    char line[256];
    int64_t bytes = 0;
    size_t len = strlen(name);
    while (file != NULL && bytes == 0 && fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, name, len) == 0 && line[len] == ':')
            bytes = strtoll(line + len + 1, NULL, 10) * 1024;
    if (file != NULL)
        fclose(file);
    return bytes;
}

int64_t limit_of_ram(const char *root)
{
    char path[PATH_MAX];
    int len = snprintf(path, sizeof(path), "%s/proc/meminfo", root);
    return len < 0 || (size_t)len >= sizeof(path) ? 0 : read_kb(path, "MemTotal");
}

static int too_small(const struct memory_limit *limit, struct err *err)
{
    char has[32], needs[32];
    enum err_kind kind = limit->origin == MEMORY_FROM_USER ? ERR_CONFIG : ERR_MEMORY_LIMIT;
    err_set(err, kind, "a memory limit of %s is too small, leat needs %s",
            format_bytes(limit->bytes, has), format_bytes(LEAST_BYTES, needs));
    return limit->origin == MEMORY_FROM_USER
               ? err_hint(err, "Set memory to 128MB or more.")
               : err_hint(err, "Give the container or the machine more memory.");
}

int limit_find(const char *root, int64_t asked_bytes, struct memory_limit *ret_limit,
               struct err *err)
{
    int64_t ram = limit_of_ram(root), cgroup = limit_of_cgroups(root);
    bool is_contained = cgroup != INT64_MAX && (ram == 0 || cgroup < ram);
    struct memory_limit limit = {.available_bytes = is_contained ? cgroup : ram};
    if (asked_bytes != 0) {
        limit.origin = MEMORY_FROM_USER;
        limit.bytes = asked_bytes;
    } else if (is_contained) {
        limit.origin = MEMORY_FROM_CGROUP;
        limit.bytes = cgroup / 10 * 9;
    } else {
        limit.origin = MEMORY_FROM_RAM;
        limit.bytes = ram / 4 * 3;
    }
    if (asked_bytes == 0 && limit.available_bytes == 0) {
        err_set(err, ERR_MEMORY_LIMIT, "could not find out how much memory there is");
        return err_hint(err, "Set memory, for example memory: 4GB in leat.yaml.");
    }
    if (limit.bytes < LEAST_BYTES)
        return too_small(&limit, err);
    *ret_limit = limit;
    return 0;
}

int memory_find_limit(int64_t asked_bytes, struct memory_limit *ret_limit, struct err *err)
{
    return limit_find("", asked_bytes, ret_limit, err);
}

int64_t memory_process_peak(void)
{
    int64_t bytes = read_kb("/proc/self/status", "VmHWM");
    struct rusage usage;
    if (bytes == 0 && getrusage(RUSAGE_SELF, &usage) == 0)
        bytes = (int64_t)usage.ru_maxrss * 1024;
    return bytes;
}
