/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_CLI_LIVE_H
#define LEAT_CLI_LIVE_H

#include "run/run.h"

/* The lines at the bottom of the terminal that show what runs now. */
struct live;
struct live *live_new(FILE *out, int width);
void live_update(struct live *live, const struct run_event *event);
void live_draw(struct live *live, int64_t now_us); /* unless it was drawn less than 0.1 s ago */
void live_erase(struct live *live);
void live_free(struct live *live); /* erases; NULL allowed */

#endif
