/* SPDX-License-Identifier: Apache-2.0 */
#include "run/execute_internal.h"

#include <string.h>

/*
 * Delivering files outside the warehouse: compare what was staged with what is there, and say as redo rows what the
 * publish has to do. Only files recorded as ours and unchanged since are ever replaced or removed.
 */

static int refuse_foreign(const char *path, bool was_ours, struct err *err)
{
    err_set(err, ERR_EXISTS,
            was_ours ? "\"%s\" was changed by somebody else since it was delivered"
                     : "\"%s\" is in the way and was not delivered by leat",
            path);
    return err_hint(err, "Move it away, or run with --adopt to let leat replace it.");
}

/*
 * Whose file a path is: two outputs of the project must not write one file; what an output that is no longer in the
 * project delivered is taken over like our own.
 */
int delivery_owner(struct execution *execution, struct job *job, const struct staged_file *staged,
                   const struct map *delivered, const struct delivered_file **ret_ours,
                   struct err *err)
{
    const struct delivered_file *file = map_get(delivered, staged->final_path);
    const char *owner = file != NULL ? file->node : NULL;
    pthread_mutex_lock(&execution->lock);
    const char *claimed = map_get(&execution->claimed, staged->final_path);
    if (claimed != NULL)
        owner = claimed;
    else
        map_put(&execution->claimed, staged->final_path, (void *)job->node->id);
    pthread_mutex_unlock(&execution->lock);
    *ret_ours = file;
    if (owner == NULL || str_eq(owner, job->node->id) ||
        map_get(&execution->session->project->node_by_id, owner) == NULL)
        return 0;
    err_set(err, ERR_EXISTS, "\"%s\" is already delivered by \"%s\"", staged->final_path, owner);
    return err_hint(err, "Two outputs cannot write one file: give them paths of their own.");
}

/* One staged file: nothing to do, or a redo row that puts it in place. */
int delivery_put(const struct execution *execution, struct job *job, const char *root,
                 const struct staged_file *staged, const struct delivered_file *ours,
                 struct redo_row *ret_row, bool *ret_is_needed, struct err *err)
{
    struct file_id now = {0};
    bool is_there =
        file_exists(staged->final_path) && file_stat(staged->final_path, &now, NULL) == 0;
    bool is_ours = is_there && ours != NULL && ours->id.size_bytes == now.size_bytes &&
                   ours->id.mtime_ns == now.mtime_ns;
    if (file_exists(staged->final_path) && !is_there)
        return refuse_foreign(staged->final_path, false, err);
    if (is_there && !is_ours && !execution->plan_options->adopt)
        return refuse_foreign(staged->final_path, ours != NULL, err);
    *ret_is_needed =
        !(is_ours && str_eq(ours->hash, staged->hash.hex) && str_eq(ours->node, job->node->id));
    *ret_row = (struct redo_row){.node = job->node->id,
                                 .op = REDO_PUT,
                                 .root = root,
                                 .staged = staged->staged,
                                 .final_path = staged->final_path,
                                 .size_bytes = staged->size_bytes,
                                 .hash = arena_strdup(&job->arena, staged->hash.hex),
                                 .row_count = staged->row_count,
                                 .replaces = now};
    return 0;
}

static bool did_source_move(const struct execution *execution, const struct node *node)
{
    for (size_t i = 0; i < node->input_count; i++) {
        const struct node *input = &execution->session->project->nodes[node->inputs[i]];
        const struct job *job = execution->job_of_node[input->index];
        bool is_moved = input->kind == NODE_SOURCE && job != NULL && job->steps[0]->done != NULL &&
                        !str_eq(job->steps[0]->done->fingerprint, input->fingerprint.hex);
        if (is_moved || did_source_move(execution, input))
            return true;
    }
    return false;
}

/* Files of the last delivery that are not in this one, below the same root. A changed root is left alone. */
int delivery_delete(const struct execution *execution, struct job *job, const char *root,
                    const struct delivered_list *before, const struct map *wanted,
                    struct redo_row *rows, size_t *row_count, struct err *err)
{
    size_t gone = 0;
    size_t mine = 0;
    for (size_t i = 0; i < before->count; i++) {
        const struct delivered_file *file = &before->items[i];
        struct file_id now = {0};
        if (!str_eq(file->root, root))
            continue;
        mine++;
        if (map_get(wanted, file->path) != NULL)
            continue;
        gone++;
        if (file_stat(file->path, &now, NULL) == 0 &&
            (now.size_bytes != file->id.size_bytes || now.mtime_ns != file->id.mtime_ns) &&
            !execution->plan_options->adopt)
            return refuse_foreign(file->path, true, err);
        rows[(*row_count)++] = (struct redo_row){.node = job->node->id,
                                                 .op = REDO_DELETE,
                                                 .root = file->root,
                                                 .final_path = file->path,
                                                 .replaces = file->id};
    }
    bool is_too_much = gone * 10 > mine || (gone > 0 && did_source_move(execution, job->node));
    if (!is_too_much || execution->plan_options->prune)
        return 0;
    err_set(err, ERR_CONFLICT, "%zu of the %zu files delivered to \"%s\" would be removed", gone,
            mine, root);
    return err_hint(err, "If that is right, run again with --prune.");
}

static int diff_delivered(struct execution *execution, struct job *job,
                          const struct staged_list *staged, struct err *err)
{
    struct delivered_list before = {0};
    struct delivered_list all = {0};
    const char *root = job->node->out.output->root;
    struct map delivered;
    struct map now;
    map_init(&delivered, &job->arena);
    map_init(&now, &job->arena);
    TRY(lake_delivered_load(execution->session->lake, job->node->id, &job->arena, &before, err));
    TRY(lake_delivered_load(execution->session->lake, NULL, &job->arena, &all, err));
    for (size_t i = 0; i < all.count; i++)
        map_put(&delivered, all.items[i].path, &all.items[i]);
    struct redo_row *rows =
        ARENA_ARRAY(&job->arena, struct redo_row, staged->count + before.count + 1);
    size_t count = 0;
    for (size_t i = 0; i < staged->count; i++) {
        bool is_needed = false;
        const struct delivered_file *ours = NULL;
        const struct staged_file *file = &staged->items[i];
        map_put(&now, file->final_path, (void *)file);
        TRY(delivery_owner(execution, job, file, &delivered, &ours, err));
        TRY(delivery_put(execution, job, root, file, ours, &rows[count], &is_needed, err));
        if (is_needed)
            count++;
        else
            TRY(file_remove(file->staged, err));
    }
    TRY(delivery_delete(execution, job, root, &before, &now, rows, &count, err));
    job->change.redo = rows;
    job->change.redo_count = count;
    return 0;
}

int stage_output(struct execution *execution, struct job *job, struct err *err)
{
    const struct node *model = &execution->session->project->nodes[job->node->out.model];
    struct output_spec spec = output_spec_of(job->node, execution->session->project);
    struct column_list columns = {0};
    struct staged_list staged = {0};
    char *folder = NULL;
    AUTO(str_release) struct str sql = STR_INIT(1 << 16);
    str_append(&sql, "SELECT * FROM ");
    str_append_ident(&sql, model->schema);
    str_append_char(&sql, '.');
    str_append_ident(&sql, model->name);
    TRY(conn_describe(job->conn, str_text(&sql), NULL, 0, &job->arena, &columns, err));
    TRY(output_validate(&spec, columns, err));
    job->change.kind = LAKE_KEEP;
    /* Makes the staging folder known first, so that it is removed should this run die. */
    TRY(lake_staging_folder(execution->session->lake, spec.root, &job->arena, &folder, err));
    TRY(output_stage(&spec, str_text(&sql), execution->session->run_id, job->conn, &job->arena,
                     &staged, err));
    for (size_t i = 0; i < staged.count; i++) {
        job->rows_out += staged.items[i].row_count;
        job->bytes += staged.items[i].size_bytes;
    }
    job->rows_in = job->rows_out;
    return diff_delivered(execution, job, &staged, err);
}
