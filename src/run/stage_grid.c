/* SPDX-License-Identifier: Apache-2.0 */
#include "run/grid.h"

#include <stdlib.h>
#include <string.h>

/* A batch is published when it has so many files, or rows of the coverage: 14 MB of them. */
#define BATCH_FILES 4096
#define BATCH_ROWS 100000
#define BATCH_ARENA_BYTES ((size_t)512 << 20)

static int by_start(const void *left, const void *right)
{
    int64_t a = ((const struct grid_hour *)left)->interval.start_us;
    int64_t b = ((const struct grid_hour *)right)->interval.start_us;
    return (a > b) - (a < b);
}

struct grid_hour *grid_hour_find(struct grid_stage *stage, int64_t start_us)
{
    struct grid_hour key = {.interval.start_us = start_us};
    return bsearch(&key, stage->hours, stage->hour_count, sizeof(key), by_start);
}

const char *grid_mapping_of(const struct ledger_entry *done, const struct job *job)
{
    json_t *details =
        json_loads(done != NULL && done->details != NULL ? done->details : "{}", 0, NULL);
    const char *text = json_string_value(json_object_get(details, "mapping"));
    text = arena_strdup((struct arena *)&job->arena, text != NULL ? text : "");
    json_decref(details);
    return text;
}

/*
 * The hours of the plan. Those that were made before run too when the SELECT now says something else, whatever part
 * of the time was asked for: all files of a key have the same columns.
 */
static void find_hours(struct grid_stage *stage)
{
    const struct plan *plan = stage->execution->plan;
    struct job *job = stage->job;
    stage->hours = ARENA_ARRAY(&job->arena, struct grid_hour, plan->step_count + 1);
    for (size_t i = 0; i < plan->step_count; i++) {
        struct step *step = &plan->steps[i];
        if (step->node != job->node || !step->is_partition)
            continue;
        bool is_as_mapped =
            step->done != NULL && str_eq(grid_mapping_of(step->done, job), stage->map.version.hex);
        stage->hours[stage->hour_count++] = (struct grid_hour){
            .interval = step->interval,
            .step = step,
            .runs = step->state == STEP_RUN || (step->done != NULL && !is_as_mapped),
            .file = step->done != NULL ? partition_file(step->done, &job->arena) : ""};
    }
    qsort(stage->hours, stage->hour_count, sizeof(*stage->hours), by_start);
}

static int load_before(struct grid_stage *stage, struct err *err)
{
    struct job *job = stage->job;
    struct delivered_list all = {0};
    struct lake *lake = stage->execution->session->lake;
    stage->table = job_table(stage->execution, job);
    map_init(&stage->delivered, &job->arena);
    map_init(&stage->made, &job->arena);
    TRY(lake_delivered_load(lake, job->node->id, &job->arena, &stage->before, err));
    TRY(lake_delivered_load(lake, NULL, &job->arena, &all, err));
    for (size_t i = 0; i < all.count; i++)
        map_put(&stage->delivered, all.items[i].path, &all.items[i]);
    stage->base_snapshot = stage->execution->snapshot.id;
    return 0;
}

/* The files of the samples: of this run's plan, or as they were when last looked at. */
static int find_files(struct grid_stage *stage, const struct node *series,
                      const struct input_file **ret_files, size_t *ret_count, struct err *err)
{
    const struct plan *plan = stage->execution->plan;
    struct input_list known = {0};
    for (size_t i = 0; i < plan->step_count; i++) {
        if (plan->steps[i].node == series && plan->steps[i].source != NULL) {
            *ret_files = plan->steps[i].source->files;
            *ret_count = plan->steps[i].source->file_count;
            return 0;
        }
    }
    TRY(lake_inputs_load(stage->execution->session->lake, series->id, &stage->job->arena, &known,
                         err));
    *ret_files = known.items;
    *ret_count = known.count;
    return 0;
}

/* Whether a file can reach an hour that runs: [start - max_gap, end). */
static bool is_needed(const struct grid_stage *stage, int64_t min_us, int64_t max_us)
{
    for (size_t i = 0; i < stage->hour_count; i++) {
        const struct grid_hour *hour = &stage->hours[i];
        if (hour->runs && max_us >= hour->interval.start_us - stage->grid.max_gap_us &&
            min_us < hour->interval.end_us)
            return true;
    }
    return false;
}

static int find_inputs(struct grid_stage *stage, struct grid_run *run, const struct node *series,
                       struct err *err)
{
    const struct input_file *files = NULL;
    size_t count = 0;
    TRY(find_files(stage, series, &files, &count, err));
    run->inputs = ARENA_ARRAY(&stage->job->arena, struct grid_input, count + 1);
    for (size_t i = 0; i < count; i++) {
        int64_t min = 0;
        int64_t max = 0;
        if (files[i].min_time == NULL)
            continue; /* no samples */
        TRY(instant_parse(files[i].min_time, &zone_utc, &min, err));
        TRY(instant_parse(files[i].max_time, &zone_utc, &max, err));
        if (!is_needed(stage, min, max))
            continue;
        run->inputs[run->input_count++] = (struct grid_input){.path = files[i].path,
                                                              .min_tick = min / stage->grid.tick_us,
                                                              .max_tick = max / stage->grid.tick_us,
                                                              .size_bytes = files[i].id.size_bytes};
        stage->job->total_units += files[i].id.size_bytes;
    }
    return 0;
}

/* ---- while the files are made, on the writing thread ---- */

static int place(void *context, size_t key, int64_t start_us, const char **ret_path,
                 struct err *err)
{
    struct grid_stage *stage = context;
    const struct grid_hour *hour = grid_hour_find(stage, start_us);
    *ret_path = NULL;
    if (hour == NULL || !hour->runs)
        return 0;
    const char *path = grid_path_make(stage->map.path, stage->map.keys[key].values,
                                      stage->grid.zone, start_us, &stage->job->arena);
    if (map_get(&stage->made, path) != NULL) {
        err_set(err, ERR_CONFIG, "two hours or keys have one path, \"%s\"", path);
        return err_hint(err, "With `timezone: UTC` no hour comes twice.");
    }
    map_put(&stage->made, path, (void *)path);
    *ret_path = arena_printf(&stage->arena, "%s%zu.part", stage->folder, ++stage->staged_serial);
    VEC_PUSH(&stage->arena, stage->staged,
             ((struct staged_file){.staged = *ret_path, .final_path = path}));
    return 0;
}

static int made(void *context, size_t key, const struct grid_frame *frame, const char *path,
                int64_t size_bytes, const struct hash *hash, struct err *err)
{
    struct grid_stage *stage = context;
    struct staged_file *file = &stage->staged.items[stage->staged.count - 1];
    (void)key;
    (void)path;
    (void)err;
    file->row_count = (int64_t)frame->bucket_count;
    file->size_bytes = size_bytes;
    file->hash = *hash;
    stage->job->rows_out += file->row_count;
    stage->job->bytes += size_bytes;
    return 0;
}

static void account(struct grid_stage *stage, struct grid_hour *hour, size_t key,
                    const struct grid_frame *frame)
{
    const struct grid_file_key *file = &stage->map.files[key];
    for (size_t i = 0; i < file->column_count; i++) {
        const struct grid_cells *cells = &frame->cells[file->series[i]];
        VEC_PUSH(&stage->arena, stage->cover,
                 ((struct cover_row){.key = key,
                                     .column = i,
                                     .start_us = frame->start_us,
                                     .samples = cells->samples,
                                     .duplicates = cells->duplicates,
                                     .conflicts = cells->conflicts,
                                     .measured = cells->measured_count,
                                     .carried = cells->carried_count,
                                     .buckets = (int64_t)frame->bucket_count,
                                     .min = cells->min,
                                     .max = cells->max,
                                     .sum = cells->sum,
                                     .is_text = stage->map.series[file->series[i]].is_text}));
        hour->rows++;
    }
}

static void new_batch(struct grid_stage *stage)
{
    arena_release(&stage->arena);
    arena_init(&stage->arena, BATCH_ARENA_BYTES);
    stage->staged.items = NULL;
    stage->cover.items = NULL;
    stage->closed.items = NULL;
    stage->staged.count = stage->staged.cap = 0;
    stage->cover.count = stage->cover.cap = 0;
    stage->closed.count = stage->closed.cap = 0;
}

static int closed(void *context, const struct grid_frame *frame, struct err *err)
{
    struct grid_stage *stage = context;
    struct grid_hour *hour = grid_hour_find(stage, frame->start_us);
    if (hour == NULL || !hour->runs)
        return 0;
    VEC_PUSH(&stage->arena, stage->closed, hour);
    for (size_t key = 0; key < stage->map.key_count; key++)
        if (grid_key_has_samples(&stage->map.files[key], frame))
            account(stage, hour, key, frame);
    if (stage->staged.count < BATCH_FILES && stage->cover.count < BATCH_ROWS)
        return 0;
    TRY(grid_batch_stage(stage, false, err));
    TRY(grid_batch_publish(stage, err));
    new_batch(stage);
    return 0;
}

/* ---- the whole ---- */

/* Hours that ran and had no sample are done too. */
static void close_rest(struct grid_stage *stage)
{
    for (size_t i = 0; i < stage->hour_count; i++) {
        struct grid_hour *hour = &stage->hours[i];
        bool is_closed = hour->is_done;
        for (size_t j = 0; j < stage->closed.count && !is_closed; j++)
            is_closed = stage->closed.items[j] == hour;
        if (hour->runs && !is_closed)
            VEC_PUSH(&stage->arena, stage->closed, hour);
    }
}

/* Files of hours that did not run stay as they are. */
static void keep_other_files(struct grid_stage *stage)
{
    for (size_t i = 0; i < stage->hour_count; i++) {
        if (stage->hours[i].runs)
            continue;
        for (size_t key = 0; key < stage->map.key_count; key++) {
            const char *path =
                grid_path_make(stage->map.path, stage->map.keys[key].values, stage->grid.zone,
                               stage->hours[i].interval.start_us, &stage->job->arena);
            map_put(&stage->made, path, (void *)path);
        }
    }
}

static int run_grid(struct grid_stage *stage, struct err *err)
{
    struct execution *execution = stage->execution;
    const struct node *node = stage->job->node;
    const struct node *series =
        map_get(&execution->session->project->node_by_id,
                arena_printf(&stage->job->arena, "%s_series", node->model.grid.samples));
    const char *version = arena_printf(&stage->job->arena, "%s", LEAT_VERSION);
    struct parquet_key_value key_values[] = {
        {.key = {(const uint8_t *)"leat.version", 12},
         .value = {(const uint8_t *)version, (uint32_t)strlen(version)}},
        {.key = {(const uint8_t *)"leat.node", 9},
         .value = {(const uint8_t *)node->id, (uint32_t)strlen(node->id)}},
        {.key = {(const uint8_t *)"leat.fingerprint", 16},
         .value = {(const uint8_t *)node->fingerprint.hex, 32}}};
    struct grid_files_spec files = {.grid = &stage->grid,
                                    .keys = stage->map.files,
                                    .key_count = stage->map.key_count,
                                    .flag = node->model.grid.flag,
                                    .codec = node->model.grid.codec,
                                    .key_values = key_values,
                                    .key_value_count = ARRAY_COUNT(key_values),
                                    .context = stage,
                                    .place = place,
                                    .made = made};
    struct series_transcoder transcoder = {
        .engine = execution->session->engine,
        .layout = series->source.series,
        .folder = lake_temp_folder(execution->session->lake, &stage->job->arena)};
    struct grid_run run = {.layout = series->source.series,
                           .registry = stage->map.registry,
                           .grid = &stage->grid,
                           .files = &files,
                           .closed = closed,
                           .context = stage,
                           .transcode = series_transcode,
                           .transcoder = &transcoder,
                           .memory = execution->session->memory,
                           .threads = execution->session->threads,
                           .is_cancelled = &execution->is_cancelled,
                           .read_bytes = &stage->job->done_units};
    TRY(find_inputs(stage, &run, series, err));
    TRY(grid_run(&run, err));
    stage->job->rows_in = run.sample_count;
    return 0;
}

static int stage_all(struct grid_stage *stage, struct err *err)
{
    struct execution *execution = stage->execution;
    struct job *job = stage->job;
    struct output_spec spec = delivery_spec(job->node, execution->session->project);
    char *folder = NULL;
    TRY(grid_map_load(execution, job, &stage->map, err));
    const struct node *series =
        map_get(&execution->session->project->node_by_id,
                arena_printf(&job->arena, "%s_series", job->node->model.grid.samples));
    stage->grid = (struct grid_spec){.zone = job->node->model.grid.zone,
                                     .every_us = job->node->model.grid.every_us,
                                     .tick_us = series->source.series->tick_us,
                                     .max_gap_us = job->node->model.grid.max_gap_us,
                                     .series = stage->map.series,
                                     .series_count = stage->map.series_count};
    find_hours(stage);
    TRY(load_before(stage, err));
    /* Makes the staging folder known first, so that it is removed should this run die. */
    TRY(lake_staging_folder(execution->session->lake, spec.root, &job->arena, &folder, err));
    TRY(output_open_staging(&spec, execution->session->run_id, &job->arena, &stage->folder, err));
    TRY(run_grid(stage, err));
    close_rest(stage);
    keep_other_files(stage);
    return grid_batch_stage(stage, true, err);
}

int stage_grid(struct execution *execution, struct job *job, struct err *err)
{
    /* What the last batch publishes lives in the stage's arena, so that goes with the job. */
    struct grid_stage *stage = ARENA_NEW(&job->arena, struct grid_stage);
    stage->execution = execution;
    stage->job = job;
    stage->is_first = true;
    arena_init(&stage->arena, BATCH_ARENA_BYTES);
    job->grid = stage;
    int result = stage_all(stage, err);
    grid_map_release(&stage->map);
    return result;
}

void stage_grid_release(struct job *job)
{
    if (job->grid != NULL)
        arena_release(&job->grid->arena);
    job->grid = NULL;
}
