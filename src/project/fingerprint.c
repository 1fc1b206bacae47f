/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include <string.h>

/*
 * The fingerprint of a node: everything the user wrote that can change its rows or files, and nothing else. Descriptions,
 * tags, checks, units and what other nodes say are left out. Paths inside the project count relative to
 * it, so that moving the folder changes nothing.
 */

/* Goes up when a node of the same text gives other rows than before. */
#define FINGERPRINT_FORMAT 1

static void add_path(struct hasher *hasher, const struct project *project, const char *path)
{
    hasher_add_text(hasher, path ? path_relative_to(path, project->folder) : NULL);
}

static void add_texts(struct hasher *hasher, const char *const *items, size_t count)
{
    hasher_add_i64(hasher, (int64_t)count);
    for (size_t i = 0; i < count; i++)
        hasher_add_text(hasher, items[i]);
}

static void add_dialect(struct hasher *hasher, const struct text_dialect *said)
{
    hasher_add_i64(hasher, said->encoding);
    hasher_add_i64(hasher, said->header);
    hasher_add_i64(hasher, said->delimiter);
    hasher_add_i64(hasher, said->quote);
    hasher_add_i64(hasher, said->comment);
    hasher_add_i64(hasher, said->decimal);
    hasher_add_i64(hasher, said->thousands);
    hasher_add_i64(hasher, said->skip_lines);
    hasher_add_i64(hasher, said->footer_lines);
    hasher_add_i64(hasher, said->is_trimmed);
    hasher_add_text(hasher, said->records);
    hasher_add_i64(hasher, said->widths);
    hasher_add_i64(hasher, (int64_t)said->span_count);
    for (size_t i = 0; i < said->span_count; i++) {
        hasher_add_i64(hasher, said->spans[i].start);
        hasher_add_i64(hasher, said->spans[i].width);
    }
}

/* What to do with records that do not fit or files that changed is not here: rows that were read stay as they are. */
static void add_text(struct hasher *hasher, const struct node *node)
{
    char type[32];
    add_dialect(hasher, &node->source.said);
    hasher_add_text(hasher, node->source.member);
    hasher_add_i64(hasher, (int64_t)node->source.declared_count);
    for (size_t i = 0; i < node->source.declared_count; i++) {
        const struct text_column *column = &node->source.declared[i];
        hasher_add_text(hasher, column->name);
        hasher_add_text(hasher, text_type_sql(&column->type, type));
        hasher_add_text(hasher, column->type.format);
        hasher_add_text(hasher, column->type.zone ? column->type.zone->name : NULL);
    }
}

static void add_series(struct hasher *hasher, const struct series_layout *layout)
{
    hasher_add_text(hasher, layout->time);
    hasher_add_text(hasher, layout->value);
    hasher_add_i64(hasher, layout->tick_us);
    add_texts(hasher, layout->labels, layout->label_count);
}

static void add_source(struct hasher *hasher, const struct project *project,
                       const struct node *node)
{
    add_path(hasher, project, node->source.files);
    hasher_add_i64(hasher, node->source.format);
    hasher_add_i64(hasher, node->source.land_table);
    hasher_add_text(hasher, node->source.time);
    add_texts(hasher, node->source.said.null_words, node->source.said.null_word_count);
    if (node->source.series)
        add_series(hasher, node->source.series);
    else if (node->source.format != FORMAT_PARQUET)
        add_text(hasher, node);
}

static void add_params(struct hasher *hasher, const struct project *project,
                       const struct node *node)
{
    for (size_t i = 0; i < node->model.param_count; i++) {
        const struct project_param *param = params_find(project, node->model.params[i]);
        hasher_add_text(hasher, node->model.params[i]);
        if (!param)
            continue;
        hasher_add_i64(hasher, param->type);
        if (param->type == PARAM_PATH)
            add_path(hasher, project, param->value);
        else
            hasher_add_text(hasher, param->value);
    }
}

static void add_reads(struct hasher *hasher, const struct node *node)
{
    for (size_t i = 0; i < node->model.read_count; i++) {
        const struct node_read *read = &node->model.reads[i];
        hasher_add_text(hasher, read->input);
        hasher_add_i64(hasher, read->policy);
        hasher_add_i64(hasher, read->lookback_us);
        hasher_add_text(hasher, read->policy == READS_ALL ? NULL : read->time_column);
    }
}

static void add_grid(struct hasher *hasher, const struct project *project, const struct node *node)
{
    hasher_add_text(hasher, node->model.grid.samples);
    add_path(hasher, project, node->model.grid.path);
    hasher_add_text(hasher, node->model.grid.zone->name);
    hasher_add_i64(hasher, node->model.grid.every_us);
    hasher_add_i64(hasher, node->model.grid.max_gap_us);
    hasher_add_i64(hasher, node->model.grid.flag);
    hasher_add_i64(hasher, node->model.grid.codec);
}

static void add_model(struct hasher *hasher, const struct project *project, const struct node *node,
                      const struct sql_info *sql)
{
    hasher_add_text(hasher, sql ? sql->fingerprint.hex : node->model.sql);
    hasher_add_i64(hasher, node->model.materialized);
    add_params(hasher, project, node);
    if (node->model.materialized == MATERIALIZED_INCREMENTAL) {
        add_texts(hasher, node->model.key, node->model.key_count);
        hasher_add_text(hasher, node->model.cursor);
        hasher_add_i64(hasher, node->model.lookback_us);
    }
    if (node->model.materialized == MATERIALIZED_PARTITIONED) {
        hasher_add_text(hasher, node->model.by);
        hasher_add_i64(hasher, node->model.every);
        hasher_add_i64(hasher, node->model.from_us);
        hasher_add_text(hasher, node->model.timezone);
        add_reads(hasher, node);
    }
    if (node->model.materialized == MATERIALIZED_GRID)
        add_grid(hasher, project, node);
}

static void add_output(struct hasher *hasher, const struct project *project,
                       const struct output *output)
{
    hasher_add_i64(hasher, output->format);
    add_path(hasher, project, output->path);
    hasher_add_text(hasher, output->timezone);
    add_texts(hasher, output->columns, output->column_count);
    hasher_add_text(hasher, output->order_by);
    if (output->format == OUTPUT_CSV) {
        hasher_add_i64(hasher, output->delimiter);
        hasher_add_i64(hasher, output->has_header);
    } else {
        hasher_add_text(hasher, output->compression);
    }
}

void fingerprint_nodes(struct loader *loader)
{
    struct project *project = loader->project;
    for (size_t i = 0; i < project->node_count; i++) {
        struct node *node = &project->nodes[i];
        struct hasher *hasher = hasher_new();
        hasher_add_i64(hasher, FINGERPRINT_FORMAT);
        hasher_add_i64(hasher, node->kind);
        if (node->kind == NODE_SOURCE)
            add_source(hasher, project, node);
        else if (node->kind == NODE_MODEL)
            add_model(hasher, project, node, loader->state->parts[i].sql);
        else
            add_output(hasher, project, node->out.output);
        node->fingerprint = hasher_end(hasher);
    }
}
