/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_COMMAND_INTERRUPT_H
#define LEAT_COMMAND_INTERRUPT_H

#include "engine/engine.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

/*
 * A thread that interrupts a connection's query when the user asks to stop: a signal handler may only
 * set a flag, and the thread that runs the query cannot look at it.
 */
struct interrupt {
    volatile sig_atomic_t *stop; /* NULL: never */
    struct conn *conn;
    pthread_t thread;
    bool is_started;
    atomic_bool is_ended;
};
void interrupt_start(struct interrupt *interrupt);
void interrupt_end(struct interrupt *interrupt);

#endif
