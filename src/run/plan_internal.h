/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_RUN_PLAN_INTERNAL_H
#define LEAT_RUN_PLAN_INTERNAL_H

#include "run/run.h"

#include <jansson.h>

/*
 * What the making of a plan knows. Nodes are looked at in topological order, so the state of every input is
 * known before its readers are asked.
 *
 * A version names the rows of a node: two equal versions mean equal rows. It is the hash of the node's
 * fingerprint and its inputs' versions, so the versions after a run are known before it, and a node
 * that is rebuilt to the same rows (--full-refresh) does not drag its readers along.
 */
struct node_state {
    bool is_selected;
    bool will_run;
    const char *version;           /* after the run; NULL: never built and not in this run */
    const char *reason;            /* of the first step that runs */
    const struct node_state *root; /* whose own change makes this one run; NULL: its own */
    struct source_plan *source;
};
struct planner {
    struct session *session;
    const struct project *project;
    const struct plan_options *options;
    struct arena *arena;
    struct node_state *states; /* by node->index */
    struct map ledger;         /* "node\x1fpartition" → struct ledger_entry */
    struct ledger_list ledger_list;
    struct lake_snapshot snapshot;
    struct map retry; /* "node" → anything, when retrying */
    VEC(struct step) steps;
};

const struct ledger_entry *planner_ledger(const struct planner *planner, const char *node,
                                          const char *partition);
/* Which kind of node: each appends its step(s) and fills its node_state. */
int plan_source_node(struct planner *planner, const struct node *node, struct err *err);
int plan_model_node(struct planner *planner, const struct node *node, struct err *err);
int plan_partitioned_node(struct planner *planner, const struct node *node, struct err *err);
int plan_grid_node(struct planner *planner, const struct node *node, struct err *err);
int plan_output_node(struct planner *planner, const struct node *node, struct err *err);

/* The data file that a partition's ledger row names; "" when it had no rows. */
const char *partition_file(const struct ledger_entry *entry, struct arena *arena);

/* plan_partitions.c, for grids too: whether the call asks for it; its ledger row, if that still counts. */
bool plan_is_asked(const struct planner *planner, const struct node *node,
                   const struct interval *interval, const char *key);
const struct ledger_entry *plan_partition_done(const struct planner *planner,
                                               const struct node *node, const char *key);
void plan_drop_old_partitions(struct planner *planner, const struct node *node, size_t first);
/* plan_nodes.c: a delivered file below `root` that is gone or was changed by somebody; NULL stays when there is none. */
int plan_delivered_reason(const struct planner *planner, const struct node *node, const char *root,
                          const char **ret_reason, struct err *err) WARN_UNUSED;
/* Decides whether a step runs (it has a reason, and is asked for) and appends it to the plan. */
void plan_add_step(struct planner *planner, const struct node *node, struct step step,
                   bool is_asked);

/* The inputs' versions as a JSON object, and the version that follows from them. */
const char *planner_inputs(const struct planner *planner, const struct node *node);
const char *planner_version(const struct planner *planner, const struct node *node,
                            const char *inputs, bool is_unrepeatable);

/*
 * Why a node would run although it has run before, in words, or NULL when it would not: what changed in its SQL,
 * settings, params or inputs. explain.c.
 */
const char *reason_to_run(const struct planner *planner, const struct node *node,
                          const struct ledger_entry *done, const char *inputs);
const char *reason_source_changed(const struct planner *planner, const struct node *node,
                                  const struct source_plan *source, const struct input_list *known);
/* What the ledger keeps of a node so that the next plan can say what changed. */
const char *node_details(const struct node *node, const struct project *project,
                         struct arena *arena);

/* `text` NULL and `accepted` NULL: not text, or nothing of that. source_text.c. */
const char *source_version(const struct node *node, const struct source_plan *source,
                           const struct source_text *text, const char *accepted,
                           struct arena *arena);

#endif
