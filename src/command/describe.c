/* SPDX-License-Identifier: Apache-2.0 */
#include "command/describe.h"

#include "base/str.h"

const char *node_kind_name(const struct node *node)
{
    static const char *const names[] = {
        [NODE_SOURCE] = "source", [NODE_MODEL] = "model", [NODE_OUTPUT] = "output"};
    return names[node->kind];
}

const char *node_how(const struct node *node)
{
    static const char *const outputs[] = {
        [OUTPUT_PARQUET] = "parquet", [OUTPUT_CSV] = "csv", [OUTPUT_JSONL] = "jsonl"};
    static const char *const kinds[] = {[MATERIALIZED_VIEW] = "view",
                                        [MATERIALIZED_TABLE] = "table",
                                        [MATERIALIZED_INCREMENTAL] = "incremental",
                                        [MATERIALIZED_PARTITIONED] = "partitioned",
                                        [MATERIALIZED_GRID] = "grid"};
    if (node->kind == NODE_SOURCE)
        return source_format_name(node->source.format);
    if (node->kind == NODE_MODEL)
        return kinds[node->model.materialized];
    return outputs[node->out.output->format];
}

int node_find(const struct project *project, const char *name, const struct node **ret_node,
              struct err *err)
{
    enum { NAMES_MAX = 4096 };
    const char *names[NAMES_MAX];
    size_t count = 0;
    *ret_node = project_node(project, name);
    if (*ret_node != NULL)
        return 0;
    for (size_t i = 0; i < project->node_count && count + 2 <= NAMES_MAX; i++) {
        names[count++] = project->nodes[i].id;
        if (project->nodes[i].name != NULL)
            names[count++] = project->nodes[i].name;
    }
    err_set(err, ERR_NOT_FOUND, "there is no node \"%s\", or several have that name", name);
    const char *nearest = nearest_name(name, names, count);
    if (nearest != NULL)
        return err_hint(err, "Did you mean %s?", nearest);
    return err_hint(err, "\"leat ls\" lists all nodes.");
}
