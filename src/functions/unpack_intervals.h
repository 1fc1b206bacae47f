/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_FUNCTIONS_UNPACK_INTERVALS_H
#define LEAT_FUNCTIONS_UNPACK_INTERVALS_H

#include "functions/functions.h"

/*
 * unpack_intervals(date, values, resolution, zone, …): the array of one local day as rows of true
 * time. The macro keeps the element type of the list, which a C function cannot: integers up to 64
 * bits and floats take native functions whose result is cast back, the others a native function over
 * positions and a lambda over the list.
 */
int unpack_intervals_register(struct conn *conn, struct err *err) WARN_UNUSED;

#endif
