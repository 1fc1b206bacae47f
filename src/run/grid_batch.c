/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fault.h"
#include "run/grid.h"

#include <stdlib.h>
#include <string.h>

/*
 * One batch of hours: its files outside the warehouse as redo rows, its rows of the account as a data file, its hours in the
 * ledger; one commit.
 */

static bool is_in_batch(const struct grid_stage *stage, const struct grid_hour *hour)
{
    for (size_t i = 0; i < stage->closed.count; i++)
        if (stage->closed.items[i] == hour)
            return true;
    return false;
}

/* A data file of the account ends when it has rows of an hour of the batch; what else it has is copied. */
static bool ends(const struct grid_stage *stage, const struct lake_file *file)
{
    const char *name = path_basename(file->path);
    for (size_t i = 0; i < stage->closed.count; i++)
        if (str_eq(stage->closed.items[i]->file, name))
            return true;
    return false;
}

struct ending {
    struct lake_file *files;
    int64_t *ids;
    size_t count;
    struct grid_hour **kept; /* hours whose rows are copied */
    size_t kept_count;
    struct lake_file *staying; /* the others */
    size_t staying_count;
};

static void find_ending(struct grid_stage *stage, bool is_last, struct ending *ret_ending)
{
    size_t file_count = stage->table == NULL ? 0 : stage->table->file_count;
    struct ending ending = {
        .files = ARENA_ARRAY(&stage->arena, struct lake_file, file_count + 1),
        .ids = ARENA_ARRAY(&stage->arena, int64_t, file_count + 1),
        .staying = ARENA_ARRAY(&stage->arena, struct lake_file, file_count + 1),
        .kept = ARENA_ARRAY(&stage->arena, struct grid_hour *, stage->hour_count + 1)};
    for (size_t i = 0; i < file_count; i++) {
        const struct lake_file *file = &stage->table->files[i];
        bool is_wanted = false; /* by an hour of the plan */
        for (size_t h = 0; h < stage->hour_count && !is_wanted; h++)
            is_wanted = str_eq(stage->hours[h].file, path_basename(file->path));
        if (!ends(stage, file) && (is_wanted || !is_last)) {
            ending.staying[ending.staying_count++] = *file;
            continue;
        }
        for (size_t h = 0; h < stage->hour_count; h++)
            if (str_eq(stage->hours[h].file, path_basename(file->path)) &&
                !is_in_batch(stage, &stage->hours[h]))
                ending.kept[ending.kept_count++] = &stage->hours[h];
        ending.files[ending.count] = *file;
        ending.ids[ending.count++] = file->id;
    }
    *ret_ending = ending;
}

static int account_sql(struct grid_stage *stage, const char *key, const struct ending *ending,
                       struct str *sql, struct err *err)
{
    char *rest = NULL;
    char text[40];
    str_append(sql, "SELECT * FROM leat_batches(");
    str_append_literal(sql, key);
    str_append(sql, ")");
    if (ending->kept_count == 0)
        return 0;
    TRY(lake_files_sql(stage->execution->session->lake, stage->table, ending->files, ending->count,
                       &stage->arena, &rest, err));
    str_appendf(sql, " UNION ALL BY NAME SELECT * FROM (%s) WHERE time IN (", rest);
    for (size_t i = 0; i < ending->kept_count; i++)
        str_appendf(sql, "%sTIMESTAMPTZ '%s'", i > 0 ? ", " : "",
                    instant_format(ending->kept[i]->interval.start_us, text));
    str_append(sql, ")");
    return 0;
}

/* The rows of the account, as a data file. */
static int write_account(struct grid_stage *stage, const struct ending *ending,
                         struct staged_rows *rows, struct lake_new_file *ret_file, struct err *err)
{
    static _Atomic unsigned serial;
    struct engine *engine = stage->execution->session->engine;
    AUTO(str_release) struct str sql = STR_INIT((size_t)64 << 20);
    const char *key = arena_printf(&stage->arena, "%s#%u", stage->job->node->id, serial++);
    struct err failed = {0};
    TRY(account_sql(stage, key, ending, &sql, err));
    TRY(grid_cover_register(stage, key, err));
    int result = rows_describe(stage->execution, stage->job, str_text(&sql), NULL, 0, rows, err);
    if (result == 0)
        result =
            rows_write(stage->execution, stage->job, rows, str_text(&sql), NULL, 0, ret_file, err);
    if (result != 0 && engine_batches_failed(engine, key, &failed) && err != NULL)
        *err = failed;
    engine_unregister_batches(engine, key);
    return result;
}

static int add_redo(struct grid_stage *stage, bool is_last, struct err *err)
{
    struct job *job = stage->job;
    const char *root = job->node->model.grid.root;
    size_t cap = stage->staged.count + (is_last ? stage->before.count : 0) + 1;
    struct redo_row *rows = ARENA_ARRAY(&stage->arena, struct redo_row, cap);
    size_t count = 0;
    size_t kept = 0;
    for (size_t i = 0; i < stage->staged.count; i++) {
        const struct staged_file *file = &stage->staged.items[i];
        const struct delivered_file *ours = NULL;
        bool is_needed = false;
        TRY(delivery_owner(stage->execution, job, file, &stage->delivered, &ours, err));
        TRY(delivery_put(stage->execution, job, root, file, ours, &rows[count], &is_needed, err));
        if (!is_needed) { /* the bytes it has already */
            TRY(file_remove(file->staged, err));
            continue;
        }
        count++;
        stage->staged.items[kept++] = *file;
    }
    stage->staged.count = kept;
    if (is_last)
        TRY(delivery_delete(stage->execution, job, root, &stage->before, &stage->made, rows, &count,
                            err));
    job->change.redo = rows;
    job->change.redo_count = count;
    return 0;
}

static struct ledger_entry hour_entry(const struct grid_stage *stage, const struct grid_hour *hour)
{
    const struct job *job = stage->job;
    char key[40];
    struct ledger_entry entry = job_ledger(stage->execution, job, job->steps[0]);
    if (!hour->is_done && hour->step->done != NULL)
        entry = *hour->step->done; /* as it was, but perhaps in another file */
    entry.partition =
        arena_strdup((struct arena *)&stage->arena, instant_format(hour->interval.start_us, key));
    if (hour->is_done) {
        entry.version = hour->step->version;
        entry.inputs = hour->step->inputs;
        entry.row_count = hour->rows;
    }
    entry.details = arena_printf(
        (struct arena *)&stage->arena, "{\"file\":\"%s\",\"mapping\":\"%s\"}", hour->file,
        hour->is_done ? stage->map.version.hex : grid_mapping_of(hour->step->done, stage->job));
    return entry;
}

/* The hours of the batch and those whose rows moved; at the end all there are, and nothing else. */
static void add_ledger(struct grid_stage *stage, const struct ending *ending, bool is_last)
{
    struct lake_change *change = &stage->job->change;
    struct ledger_entry *entries =
        ARENA_ARRAY(&stage->arena, struct ledger_entry, stage->hour_count + ending->kept_count + 2);
    size_t count = 0;
    if (is_last) {
        entries[count] = job_ledger(stage->execution, stage->job, stage->job->steps[0]);
        entries[count++].version = job_whole_version(stage->execution, stage->job);
        for (size_t i = 0; i < stage->hour_count; i++)
            if (stage->hours[i].is_done || stage->hours[i].step->done != NULL)
                entries[count++] = hour_entry(stage, &stage->hours[i]);
    } else {
        for (size_t i = 0; i < stage->closed.count; i++)
            entries[count++] = hour_entry(stage, stage->closed.items[i]);
        for (size_t i = 0; i < ending->kept_count; i++)
            entries[count++] = hour_entry(stage, ending->kept[i]);
    }
    const char **forget = ARENA_ARRAY(&stage->arena, const char *, 1);
    forget[0] = stage->job->node->id;
    change->ledger = entries;
    change->ledger_count = count;
    change->forget_nodes = forget;
    change->forget_count = is_last || change->kind == LAKE_REPLACE;
}

/* The first batch of a grid that is built anew, all hours, leaves nothing of the old table. */
static bool replaces(const struct grid_stage *stage)
{
    for (size_t i = 0; stage->table != NULL && i < stage->hour_count; i++)
        if (!stage->hours[i].runs && stage->hours[i].step->done != NULL)
            return false;
    return stage->is_first;
}

int grid_batch_stage(struct grid_stage *stage, bool is_last, struct err *err)
{
    struct job *job = stage->job;
    struct ending ending = {0};
    struct staged_rows rows = {0};
    struct lake_new_file *file = ARENA_NEW(&stage->arena, struct lake_new_file);
    find_ending(stage, is_last, &ending);
    TRY(write_account(stage, &ending, &rows, file, err));
    change_table(stage->execution, job, LAKE_APPEND, &rows, file, file->path != NULL);
    job->change.base_snapshot = stage->base_snapshot;
    bool is_new = replaces(stage);
    /* Readers come after the last batch and see all of the table; the checks of one before it, its own rows. */
    TRY(rows_select(stage->execution, job, &rows, file, 1, stage->table, ending.staying,
                    is_last && !is_new ? ending.staying_count : 0, &job->select_sql, err));
    const char *name =
        file->path != NULL ? arena_strdup(&job->arena, path_basename(file->path)) : "";
    if (is_new) {
        job->change.kind = LAKE_REPLACE;
        for (size_t i = 0; i < stage->hour_count; i++)
            stage->hours[i].file = "";
    } else {
        job->change.ended_files = ending.ids;
        job->change.ended_count = ending.count;
    }
    for (size_t i = 0; i < stage->closed.count; i++) {
        stage->closed.items[i]->is_done = true;
        stage->closed.items[i]->file = name;
    }
    for (size_t i = 0; i < ending.kept_count; i++)
        ending.kept[i]->file = name;
    add_ledger(stage, &ending, is_last);
    TRY(add_redo(stage, is_last, err));
    struct output_spec spec = delivery_spec(job->node, stage->execution->session->project);
    struct staged_list staged = {stage->staged.items, stage->staged.count};
    return output_sync_staging(&spec, stage->execution->session->run_id, &staged, err);
}

static int reload(struct grid_stage *stage, struct err *err)
{
    struct job *job = stage->job;
    struct lake_snapshot snapshot = {0};
    TRY(lake_snapshot_load(stage->execution->session->lake, -1, &job->arena, &snapshot, err));
    stage->base_snapshot = snapshot.id;
    stage->table = lake_snapshot_table(&snapshot, job->node->schema, job->node->name);
    return 0;
}

int grid_batch_publish(struct grid_stage *stage, struct err *err)
{
    struct execution *execution = stage->execution;
    struct job *job = stage->job;
    struct redo_failures failed = {0};
    TRY(job_check(execution, job, err));
    TRY(job_sync(execution, job, err));
    job->change.author = "leat";
    job->change.message =
        arena_printf(&stage->arena, "%s (run %s)", job->node->id, execution->session->run_id);
    FAULT_POINT("grid.before_publish");
    TRY(lake_publish(execution->session->lake, &job->change, 1, false, err));
    FAULT_POINT("grid.after_publish");
    if (job->change.result.kind != ERR_NONE) {
        if (err != NULL)
            *err = job->change.result;
        return -1;
    }
    TRY(lake_redo(execution->session->lake, job->node->id, &stage->arena, &failed, err));
    if (failed.count > 0) {
        if (err != NULL)
            *err = failed.items[0].err;
        return -1;
    }
    record_published(execution, job);
    job->change = (struct lake_change){.kind = LAKE_KEEP};
    stage->is_first = false;
    return reload(stage, err);
}
