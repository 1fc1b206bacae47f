/* SPDX-License-Identifier: Apache-2.0 */
#include "run/execute_internal.h"

#include "base/fault.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct node_ops *ops_of(const struct node *node)
{
    static const struct node_ops source = {stage_source};
    static const struct node_ops samples = {stage_samples};
    static const struct node_ops output = {stage_output};
    static const struct node_ops models[] = {
        [MATERIALIZED_VIEW] = {stage_view},
        [MATERIALIZED_TABLE] = {stage_table},
        [MATERIALIZED_INCREMENTAL] = {stage_incremental},
        [MATERIALIZED_PARTITIONED] = {stage_partitions},
        [MATERIALIZED_GRID] = {stage_grid},
    };
    switch (node->kind) {
    case NODE_SOURCE:
        return node->source.format == FORMAT_SAMPLES ? &samples : &source;
    case NODE_OUTPUT:
        return &output;
    case NODE_MODEL:
        break;
    }
    return &models[node->model.materialized];
}

int model_error(const struct node *node, struct err *err)
{
    if (err == NULL || node->place.file == NULL || node->kind != NODE_MODEL)
        return -1;
    if (isdigit((unsigned char)err->where[0])) {
        char place[sizeof(err->where)];
        memcpy(place, err->where, sizeof(place));
        return err_where(err, "%s:%s", node->place.file, place);
    }
    return err_where(err, "%s", node->place.file);
}

struct ledger_entry job_ledger(const struct execution *execution, const struct job *job,
                               const struct step *step)
{
    return (struct ledger_entry){
        .node = job->node->id,
        .partition = "",
        .fingerprint = job->node->fingerprint.hex,
        .details =
            node_details(job->node, execution->session->project, &((struct job *)job)->arena),
        .inputs = step->inputs != NULL ? step->inputs : "{}",
        .version = step->version,
        .cursor = job->cursor,
        .row_count = job->rows_out,
        .run_id = execution->session->run_id,
        .done_us = now_us(),
    };
}

/* The version of a partitioned node is that of all its partitions, those of this run and those before. */
const char *job_whole_version(const struct execution *execution, struct job *job)
{
    struct hasher *hasher = hasher_new();
    for (size_t i = 0; i < execution->plan->step_count; i++)
        if (execution->plan->steps[i].node == job->node)
            hasher_add_text(hasher, execution->plan->steps[i].version);
    return arena_strdup(&job->arena, hasher_end(hasher).hex);
}

/* The rows of the partitions of the plan: those that ran, and those that stay as they were. */
static size_t partition_ledger(const struct execution *execution, struct job *job,
                               struct ledger_entry *entries)
{
    size_t count = 1;
    for (size_t i = 0; i < execution->plan->step_count; i++) {
        const struct step *step = &execution->plan->steps[i];
        if (step->node == job->node && step->state != STEP_RUN && step->done != NULL)
            entries[count++] = *step->done;
    }
    for (size_t i = 0; i < job->step_count; i++) {
        char key[40];
        entries[count] = entries[0];
        instant_format(job->steps[i]->interval.start_us, key);
        entries[count].partition = arena_strdup(&job->arena, key);
        entries[count].version = job->steps[i]->version;
        entries[count].inputs = job->steps[i]->inputs;
        entries[count].details =
            arena_printf(&job->arena, "{\"file\":\"%s\"}", job->partition_files[i]);
        entries[count++].row_count = job->partition_rows[i];
    }
    return count;
}

/* The ledger knows of a node what this run says, and nothing of how it was kept before. */
static void fill_ledger(const struct execution *execution, struct job *job)
{
    struct ledger_entry *entries =
        ARENA_ARRAY(&job->arena, struct ledger_entry, execution->plan->step_count + 1);
    const char **forget = ARENA_NEW(&job->arena, const char *);
    *forget = job->node->id;
    entries[0] = job_ledger(execution, job, job->steps[0]);
    job->change.ledger_count = 1;
    if (job->steps[0]->is_partition) {
        entries[0].version = job_whole_version(execution, job);
        job->change.ledger_count = partition_ledger(execution, job, entries);
    }
    job->change.ledger = entries;
    job->change.forget_nodes = forget;
    job->change.forget_count = 1;
}

static int view_this(struct job *job, struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(16 << 20);
    str_appendf(&sql, "CREATE OR REPLACE TEMP VIEW this AS %s", job->select_sql);
    return conn_exec(job->conn, str_text(&sql), err);
}

static int check_failed(const struct job *job, const struct check_results *results, struct err *err)
{
    for (size_t i = 0; i < results->count; i++) {
        const struct check_result *result = &results->items[i];
        if (result->failure_count == 0 || result->check->severity != SEVERITY_ERROR)
            continue;
        err_set(err, ERR_CHECK, "check %s failed: %s%s", result->check->name, result->message,
                results->error_count > 1 ? " (and others, see above)" : "");
        err_where(err, "%s:%d:%d", result->check->place.file, result->check->place.line,
                  result->check->place.column);
        return err_hint(err,
                        "Nothing of \"%s\" was published. See: leat query \"FROM "
                        "leat.failures WHERE node = '%s'\"",
                        job->node->id, job->node->id);
    }
    return 0;
}

int job_check(struct execution *execution, struct job *job, struct err *err)
{
    struct check_results results = {0};
    struct param *params = NULL;
    if (job->node->check_count == 0)
        return 0;
    size_t count = job->node->kind == NODE_MODEL
                       ? project_sql_params(execution->session->project, job->node, NULL, NULL,
                                            &job->arena, &params)
                       : 0;
    TRY(view_this(job, err));
    TRY(checks_run(job->node, job->conn, params, count, &job->arena, &results, err));
    record_checks(execution, job, &results);
    if (results.error_count + results.warn_count > 0 && !execution->options->is_test_only)
        TRY(failures_stage(execution, job, &results, err));
    return check_failed(job, &results, err);
}

int job_sync(struct execution *execution, struct job *job, struct err *err)
{
    const char **paths = ARENA_ARRAY(&job->arena, const char *, job->change.file_count + 1);
    for (size_t i = 0; i < job->change.file_count; i++)
        paths[i] = job->change.files[i].path;
    FAULT_POINT("stage.before_sync");
    return lake_sync_files(execution->session->lake, paths, job->change.file_count, err);
}

/* `leat test`: the checks on what is published; nothing is staged. */
static int test_published(struct execution *execution, struct job *job, struct err *err)
{
    if (job->node->check_count == 0)
        return 0;
    TRY(expose_node_of(execution, job, job->node, err));
    job->select_sql = arena_printf(&job->arena, "SELECT * FROM \"%s\".\"%s\"", job->node->schema,
                                   job->node->name);
    return job_check(execution, job, err);
}

static int stage_and_check(struct execution *execution, struct job *job, struct err *err)
{
    TRY(conn_open(execution->session->engine, &job->conn, err));
    if (execution->options->is_test_only)
        return test_published(execution, job, err);
    TRY(expose_inputs(execution, job, err));
    TRY(ops_of(job->node)->stage(execution, job, err));
    if (job->node->kind != NODE_OUTPUT)
        TRY(job_check(execution, job, err));
    FAULT_POINT("stage.checked");
    TRY(verify_inputs(execution, job->node, err));
    if (job->grid == NULL)
        fill_ledger(execution, job);
    job->change.author = "leat";
    job->change.message =
        arena_printf(&job->arena, "%s (run %s)", job->node->id, execution->session->run_id);
    return job_sync(execution, job, err);
}

void job_discard(struct execution *execution, struct job *job)
{
    for (size_t i = 0; i < job->change.file_count; i++)
        (void)!file_remove(job->change.files[i].path, NULL);
    for (size_t i = 0; i < job->rejects.file_count; i++)
        (void)!file_remove(job->rejects.files[i].path, NULL);
    job->rejects = (struct lake_change){.kind = LAKE_KEEP};
    if (delivers(job->node)) {
        struct output_spec spec = delivery_spec(job->node, execution->session->project);
        output_discard(&spec, execution->session->run_id);
    }
    job->change = (struct lake_change){.kind = LAKE_KEEP};
}

void job_run(struct execution *execution, struct job *job)
{
    int result = stage_and_check(execution, job, &job->err);
    if (result != 0 && job->err.kind == ERR_NONE)
        err_set(&job->err, ERR_INTERNAL, "\"%s\" failed without saying why", job->node->id);
    if (result != 0)
        job_discard(execution, job);
    reading_release(job->reading);
    job->reading = NULL;
    pthread_mutex_lock(&execution->lock);
    struct conn *conn = job->conn;
    job->conn = NULL;
    pthread_mutex_unlock(&execution->lock);
    conn_close(conn);
}
