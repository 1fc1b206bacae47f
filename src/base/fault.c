/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fault.h"

#ifdef LEAT_FAULTS
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One write, so that lines of threads and processes do not mix. */
static void trace(const char *name)
{
    const char *path = getenv("LEAT_FAULT_TRACE");
    int fd = path == NULL ? -1 : open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return;
    char line[128];
    int len = snprintf(line, sizeof(line), "%s\n", name);
    if (len > 0 && len < (int)sizeof(line) && write(fd, line, (size_t)len) != len)
        perror("leat: could not write the trace of fault points");
    close(fd);
}

void fault_point_(const char *name)
{
    static atomic_long hits; /* of the one point that LEAT_FAULT names */
    trace(name);
    const char *wanted = getenv("LEAT_FAULT");
    size_t len = strlen(name);
    if (wanted == NULL || strncmp(wanted, name, len) != 0)
        return;
    if (wanted[len] != '\0' && wanted[len] != ':')
        return;
    long nth = 1;
    const char *option = wanted + len;
    if (option[0] == ':' && option[1] >= '0' && option[1] <= '9')
        nth = strtol(option + 1, (char **)&option, 10);
    if (atomic_fetch_add(&hits, 1) + 1 != nth)
        return;
    if (strcmp(option, ":stop") == 0)
        raise(SIGSTOP); /* to this thread: it must not go on while the signal looks for another */
    else
        kill(getpid(), SIGKILL);
}
#endif
