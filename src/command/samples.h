/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_COMMAND_SAMPLES_H
#define LEAT_COMMAND_SAMPLES_H

#include "base/str.h"

/* Failing rows, a JSON array of objects, as a small table set in by four spaces. `width` 0: no limit. */
void samples_append(struct str *text, const char *json, int width);

#endif
