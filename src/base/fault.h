/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_BASE_FAULT_H
#define LEAT_BASE_FAULT_H

/*
 * Named places at which a test build (meson -Dfaults=true) dies, to prove that nothing is left
 * half-done: FAULT_POINT("publish.before_commit"). In other builds they are nothing at all.
 *
 *     LEAT_FAULT=publish.before_commit          the first hit ends the process by SIGKILL
 *     LEAT_FAULT=publish.before_commit:3        the third hit does
 *     LEAT_FAULT=publish.before_commit:stop     the first hit stops it by SIGSTOP; SIGCONT wakes it
 *     LEAT_FAULT=publish.before_commit:3:stop   the third hit does
 *     LEAT_FAULT_TRACE=FILE                     the name of each point hit is appended to FILE
 */
#ifdef LEAT_FAULTS
void fault_point_(const char *name);
#define FAULT_POINT(name) fault_point_(name)
#else
#define FAULT_POINT(name) ((void)0)
#endif

#endif
