/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_PROJECT_GRAPH_H
#define LEAT_PROJECT_GRAPH_H

#include "project/internal.h"

enum visit_state { UNSEEN, VISITING, VISITED };
struct graph_node { /* beside loader->drafts, same index */
    VEC(size_t) inputs;
    enum visit_state state;
};

/* By schema and name, whatever their case; NULL: no such source or model. */
struct draft *graph_find(const struct loader *loader, const char *schema, const char *name);
/* "no source or model …", with the nearest name. */
void graph_say_unknown(struct loader *loader, struct place place, const char *schema,
                       const char *name);

#endif
