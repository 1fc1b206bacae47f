/* SPDX-License-Identifier: Apache-2.0 */
#include "project/graph.h"

#include <stdlib.h>
#include <string.h>

/* Nodes and who reads whom → project->nodes in topological order. */

/* ---- edges ---- */

static void add_input(struct graph_node *graph, struct arena *arena, size_t input)
{
    for (size_t i = 0; i < graph->inputs.count; i++)
        if (graph->inputs.items[i] == input)
            return;
    VEC_PUSH(arena, graph->inputs, input);
}

static bool is_samples(const struct node *node)
{
    return node->kind == NODE_SOURCE && node->source.format == FORMAT_SAMPLES;
}

static void say_no_call(struct loader *loader, struct place place, const char *id)
{
    problem_add(loader->problems, place, "%s is called like a function, but takes no bounds", id);
    problem_hint(loader->problems, "Write FROM %s.", id);
}

static void link_model(struct loader *loader, struct graph_node *graph, size_t self)
{
    struct draft *draft = loader->drafts.items[self];
    const struct sql_info *sql = draft->part.sql;
    for (size_t i = 0; sql && i < sql->table_count; i++) {
        const struct sql_ref *ref = &sql->tables[i];
        const char *schema = ref->schema ? ref->schema : "";
        const struct draft *input = schema[0] ? graph_find(loader, schema, ref->name) : NULL;
        draft->part.has_bad_names |= !input;
        struct place place = {draft->node.place.file, ref->line, ref->column};
        if (!input)
            graph_say_unknown(loader, place, schema, ref->name);
        else
            add_input(&graph[self], loader->arena, input->node.index);
        if (input && ref->is_call && !is_samples(&input->node))
            say_no_call(loader, place, input->node.id);
    }
}

/* What is read without being named in SQL. */
static void link_needed(struct loader *loader, struct graph_node *graph, size_t self)
{
    struct draft *draft = loader->drafts.items[self];
    const char *needs = draft->part.needs;
    if (!needs)
        return;
    const char *dot = strchr(needs, '.');
    const char *schema = dot ? arena_strndup(loader->arena, needs, (size_t)(dot - needs)) : "";
    const struct draft *input = graph_find(loader, schema, dot ? dot + 1 : needs);
    if (input)
        add_input(&graph[self], loader->arena, input->node.index);
    else
        graph_say_unknown(loader, draft->part.needs_place, schema, dot ? dot + 1 : needs);
}

/* An output is a reader of the model that declares it. */
static void link_output(struct loader *loader, struct graph_node *graph, size_t self)
{
    struct node *node = &loader->drafts.items[self]->node;
    const struct draft *model = graph_find(loader, node->schema, node->name);
    if (model)
        add_input(&graph[self], loader->arena, model->node.index);
}

/* ---- order ---- */

struct order {
    struct loader *loader;
    struct graph_node *graph;
    size_t *path; /* nodes that are being visited, outermost first */
    size_t path_len;
    size_t *result;
    size_t result_len;
};

static const char *id_at(const struct order *order, size_t at)
{
    return order->loader->drafts.items[at]->node.id;
}

/* Names the way round, and the line that closes it. */
static void say_cycle(struct order *order, size_t to)
{
    struct str text = STR_INIT(700);
    size_t start = 0;
    while (order->path[start] != to)
        start++;
    for (size_t i = start; i < order->path_len; i++)
        str_appendf(&text, "%s → ", id_at(order, order->path[i]));
    const struct draft *last = order->loader->drafts.items[order->path[order->path_len - 1]];
    struct place place = last->node.place;
    for (size_t i = 0; last->part.sql && i < last->part.sql->table_count; i++) {
        const struct sql_ref *ref = &last->part.sql->tables[i];
        if (graph_find(order->loader, ref->schema ? ref->schema : "", ref->name) ==
            order->loader->drafts.items[to])
            place = (struct place){last->node.place.file, ref->line, ref->column};
    }
    problem_add(order->loader->problems, place, "the models read each other in a circle: %s%s%s",
                str_text(&text), text.is_failed ? "… → " : "", id_at(order, to));
    str_release(&text);
}

static void visit(struct order *order, size_t at)
{
    struct graph_node *node = &order->graph[at];
    node->state = VISITING;
    order->path[order->path_len++] = at;
    for (size_t i = 0; i < node->inputs.count; i++) {
        size_t input = node->inputs.items[i];
        if (order->graph[input].state == VISITING)
            say_cycle(order, input);
        else if (order->graph[input].state == UNSEEN)
            visit(order, input);
    }
    order->path_len--;
    node->state = VISITED;
    order->result[order->result_len++] = at;
}

static int compare_drafts(const void *a, const void *b)
{
    const struct node *left = &(*(struct draft *const *)a)->node,
                      *right = &(*(struct draft *const *)b)->node;
    bool is_left_source = left->kind == NODE_SOURCE, is_right_source = right->kind == NODE_SOURCE;
    if (is_left_source != is_right_source)
        return is_left_source
                   ? -1
                   : 1; /* "output:…" sorts among the models, behind what it needs in any case */
    return strcmp(left->id, right->id);
}

static int compare_indexes(const void *a, const void *b)
{
    size_t left = *(const size_t *)a, right = *(const size_t *)b;
    return (left > right) - (left < right);
}

/* Nodes by name; outputs are visited by way of their model, so that they follow it at once. */
static void sort_nodes(struct order *order)
{
    struct loader *loader = order->loader;
    for (size_t i = 0; i < loader->drafts.count; i++)
        if (order->graph[i].inputs.count > 1)
            qsort(order->graph[i].inputs.items, order->graph[i].inputs.count, sizeof(size_t),
                  compare_indexes);
    for (size_t i = 0; i < loader->drafts.count; i++)
        if (loader->drafts.items[i]->node.kind != NODE_OUTPUT && order->graph[i].state == UNSEEN)
            visit(order, i);
}

/* Puts each output right behind its model. */
static size_t *place_outputs(struct order *order)
{
    struct loader *loader = order->loader;
    size_t *result = ARENA_ARRAY(loader->arena, size_t, loader->drafts.count + 1), count = 0;
    size_t *first =
        ARENA_ARRAY(loader->arena, size_t, loader->drafts.count + 1); /* output + 1 of a model */
    size_t *next = ARENA_ARRAY(loader->arena, size_t, loader->drafts.count + 1);
    for (size_t i = loader->drafts.count; i-- > 0;) {
        if (loader->drafts.items[i]->node.kind != NODE_OUTPUT || order->graph[i].inputs.count == 0)
            continue;
        size_t model = order->graph[i].inputs.items[0];
        next[i] = first[model];
        first[model] = i + 1;
    }
    for (size_t i = 0; i < order->result_len; i++) {
        result[count++] = order->result[i];
        for (size_t output = first[order->result[i]]; output; output = next[output - 1])
            result[count++] = output - 1;
    }
    order->result_len = count;
    return result;
}

/* ---- the finished array ---- */

static const size_t *map_indexes(struct arena *arena, const struct graph_node *node,
                                 const size_t *new_index)
{
    size_t *indexes = ARENA_ARRAY(arena, size_t, node->inputs.count + 1);
    for (size_t i = 0; i < node->inputs.count; i++)
        indexes[i] = new_index[node->inputs.items[i]];
    if (node->inputs.count > 1)
        qsort(indexes, node->inputs.count, sizeof(size_t), compare_indexes);
    return indexes;
}

static void set_readers(struct project *project, struct arena *arena)
{
    size_t **readers = ARENA_ARRAY(arena, size_t *, project->node_count + 1);
    for (size_t i = 0; i < project->node_count; i++)
        for (size_t k = 0; k < project->nodes[i].input_count; k++)
            project->nodes[project->nodes[i].inputs[k]].reader_count++;
    for (size_t i = 0; i < project->node_count; i++) {
        readers[i] = ARENA_ARRAY(arena, size_t, project->nodes[i].reader_count + 1);
        project->nodes[i].readers = readers[i];
        project->nodes[i].reader_count = 0;
    }
    for (size_t i = 0; i < project->node_count; i++)
        for (size_t k = 0; k < project->nodes[i].input_count; k++) {
            struct node *input = &project->nodes[project->nodes[i].inputs[k]];
            readers[input->index][input->reader_count++] = i;
        }
}

static void fill_project(struct loader *loader, const struct graph_node *graph, const size_t *order,
                         size_t count)
{
    struct project *project = loader->project;
    size_t *new_index = ARENA_ARRAY(loader->arena, size_t, loader->drafts.count + 1);
    project->nodes = ARENA_ARRAY(loader->arena, struct node, count + 1);
    loader->state->parts = ARENA_ARRAY(loader->arena, struct part, count + 1);
    project->node_count = count;
    map_init(&project->node_by_id, loader->arena);
    for (size_t i = 0; i < count; i++)
        new_index[order[i]] = i;
    for (size_t i = 0; i < count; i++) {
        struct node *node = &project->nodes[i];
        *node = loader->drafts.items[order[i]]->node;
        loader->state->parts[i] = loader->drafts.items[order[i]]->part;
        node->index = i;
        node->inputs = map_indexes(loader->arena, &graph[order[i]], new_index);
        node->input_count = graph[order[i]].inputs.count;
        if (node->kind == NODE_OUTPUT)
            node->out.model = node->inputs[0];
        map_put(&project->node_by_id, node->id, node);
    }
    set_readers(project, loader->arena);
}

void graph_build(struct loader *loader)
{
    size_t count = loader->drafts.count;
    struct graph_node *graph = ARENA_ARRAY(loader->arena, struct graph_node, count + 1);
    struct order order = {.loader = loader,
                          .graph = graph,
                          .path = ARENA_ARRAY(loader->arena, size_t, count + 1),
                          .result = ARENA_ARRAY(loader->arena, size_t, count + 1)};
    if (count > 0)
        qsort(loader->drafts.items, count, sizeof(loader->drafts.items[0]), compare_drafts);
    for (size_t i = 0; i < count; i++)
        loader->drafts.items[i]->node.index = i;
    for (size_t i = 0; i < count; i++) {
        if (loader->drafts.items[i]->node.kind == NODE_MODEL)
            link_model(loader, graph, i);
        else if (loader->drafts.items[i]->node.kind == NODE_OUTPUT)
            link_output(loader, graph, i);
        link_needed(loader, graph, i);
    }
    sort_nodes(&order);
    size_t *result = place_outputs(&order);
    fill_project(loader, graph, result, order.result_len);
}
