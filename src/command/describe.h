/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_COMMAND_DESCRIBE_H
#define LEAT_COMMAND_DESCRIBE_H

#include "project/project.h"

/* Nodes in words. */
const char *node_kind_name(const struct node *node); /* "source", "model", "output" */
const char *node_how(const struct node *node);       /* "parquet", "table", "partitioned", … */
/* The node of that name, or ERR_NOT_FOUND with the nearest. */
int node_find(const struct project *project, const char *name, const struct node **ret_node,
              struct err *err) WARN_UNUSED;

#endif
