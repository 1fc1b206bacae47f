/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include "functions/functions.h"

#include <string.h>

/*
 * A view in the warehouse must be readable by any tool that reads DuckLake: built-in functions and tables of the warehouse, also
 * through other views. Functions of ours and views over files are not.
 */

static const char *own_function(const struct sql_info *sql, const struct sql_ref **ret_ref)
{
    for (size_t i = 0; i < sql->function_count; i++)
        for (size_t k = 0; k < function_doc_count; k++)
            if (strcasecmp(sql->functions[i].name, function_docs[k].name) == 0) {
                *ret_ref = &sql->functions[i];
                return function_docs[k].name;
            }
    return NULL;
}

static struct place place_of_input(const struct node *node, const struct sql_info *sql,
                                   const struct node *input)
{
    for (size_t i = 0; i < sql->table_count; i++)
        if (strcasecmp(sql->tables[i].name, input->name) == 0 && sql->tables[i].schema &&
            strcasecmp(sql->tables[i].schema, input->schema) == 0)
            return (struct place){node->place.file, sql->tables[i].line, sql->tables[i].column};
    return node->place;
}

void bindview_check(struct binder *binder, const struct node *node)
{
    struct part *part = &binder->state->parts[node->index];
    const struct sql_ref *ref = NULL;
    if (node->model.materialized != MATERIALIZED_VIEW || !part->sql)
        return;
    const char *function = own_function(part->sql, &ref);
    if (function) {
        problem_add(
            binder->problems, (struct place){node->place.file, ref->line, ref->column},
            "a view cannot use %s, which only leat has: other tools could not read the view",
            function);
        problem_hint(binder->problems, "Write \"materialized: table\".");
    }
    for (size_t i = 0; i < node->input_count; i++) {
        const struct node *input = &binder->project->nodes[node->inputs[i]];
        if (input->kind != NODE_SOURCE || input->source.land_table)
            continue;
        problem_add(binder->problems, place_of_input(node, part->sql, input),
                    "a view cannot read %s, whose rows stay in files outside of the warehouse",
                    input->id);
        problem_hint(binder->problems,
                     "Write \"materialized: table\" here, or \"land: table\" for the source.");
    }
}
