/* SPDX-License-Identifier: Apache-2.0 */
#include "command/interrupt.h"

#include <time.h>

static void *watch(void *context)
{
    struct interrupt *interrupt = context;
    const struct timespec pause = {.tv_nsec = 20000000L};
    while (!atomic_load(&interrupt->is_ended)) {
        if (*interrupt->stop != 0)
            conn_interrupt(interrupt->conn); /* again and again: the query may not have begun */
        nanosleep(&pause, NULL);
    }
    return NULL;
}

void interrupt_start(struct interrupt *interrupt)
{
    if (interrupt->stop == NULL)
        return;
    interrupt->is_started = pthread_create(&interrupt->thread, NULL, watch, interrupt) == 0;
}

void interrupt_end(struct interrupt *interrupt)
{
    atomic_store(&interrupt->is_ended, true);
    if (interrupt->is_started)
        pthread_join(interrupt->thread, NULL);
}
