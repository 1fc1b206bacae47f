/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/output.h"
#include "base/fault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* From so many files on one syncfs() is cheaper than an fsync() each. */
#define SYNCFS_FILES 16
#define HOLD_TRIES 10

int output_validate(const struct output_spec *spec, struct column_list columns, struct err *err)
{
    AUTO(arena_release) struct arena arena;
    arena_init(&arena, (size_t)64 << 20);
    struct template template;
    const char *list;
    TRY(template_parse(spec->path, &arena, &template, err));
    if (*path_basename(spec->path) == '\0' || file_is_dir(spec->path)) {
        err_set(err, ERR_CONFIG, "the path \"%s\" names a folder, not a file", spec->path);
        return err_hint(err, "End it with a file name, such as /{column}.%s", spec->format);
    }
    TRY(template_check(&template, columns, &arena, err));
    return output_select_list(spec, columns, &arena, &list, err);
}

/* Outputs of one run can share a root, so each has names of its own, and so has each staging of one. */
static char *node_tag(const struct output_spec *spec, struct arena *arena)
{
    return arena_printf(arena, "%.8s-", hash_bytes(spec->node, strlen(spec->node)).hex);
}

static char *stage_folder(const struct output_spec *spec, const char *run_id, struct arena *arena)
{
    return path_join(arena, path_join(arena, spec->root, ".leat"), run_id);
}

static int stage_single(struct output_job *job, const char *select_sql, struct staged_list *list,
                        struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(OUTPUT_MAX_SQL_BYTES);
    str_appendf(&sql, "SELECT %s FROM (", job->select_list);
    if (job->spec->order_by)
        str_appendf(&sql, "SELECT * FROM (%s\n) ORDER BY %s", select_sql, job->spec->order_by);
    else
        str_append(&sql, select_sql);
    str_append(&sql, "\n)");
    list->items = ARENA_NEW(job->arena, struct staged_file);
    TRY(output_copy(job, str_text(&sql), job->spec->path, 1, list->items, err));
    list->count = 1;
    return 0;
}

static int stage_groups(struct output_job *job, const char *select_sql, struct staged_list *list,
                        struct err *err)
{
    struct output_groups groups = {0};
    TRY(output_sort(job, select_sql, &groups, err));
    list->items = ARENA_ARRAY(job->arena, struct staged_file, groups.list.count + 1);
    for (size_t i = 0; i < groups.list.count; i++) {
        const struct output_group *group = &groups.list.items[i];
        AUTO(str_release) struct str sql = STR_INIT(OUTPUT_MAX_SQL_BYTES);
        /* Insertion order is kept, and the range of row ids skips whole row groups. */
        str_appendf(&sql, "SELECT %s FROM \"leat output\" WHERE rowid BETWEEN %lld AND %lld",
                    job->select_list, (long long)group->first_row, (long long)group->last_row);
        TRY(output_copy(job, str_text(&sql), group->path, i + 1, &list->items[i], err));
        int64_t expected = group->last_row - group->first_row + 1;
        if (list->items[i].row_count != expected)
            return err_set(err, ERR_INTERNAL, "%lld rows were written to \"%s\" instead of %lld",
                           (long long)list->items[i].row_count, group->path, (long long)expected);
        list->count++;
    }
    return 0;
}

static int sync_staged(const char *folder, const struct staged_list *list, struct err *err)
{
    if (list->count > SYNCFS_FILES) {
        TRY(file_sync_all(folder, err));
    } else {
        for (size_t i = 0; i < list->count; i++)
            TRY(file_sync(list->items[i].staged, err));
    }
    return file_sync(folder, err);
}

/*
 * Makes the staging folder and puts a file into it, so that another output of the same root that just
 * ends does not take the folder for empty and remove it.
 */
static int hold_folder(const struct output_job *job, const char *marker, struct err *err)
{
    for (int tries = 0; tries < HOLD_TRIES; tries++) {
        TRY(file_mkdirs_durable(job->folder, err));
        int fd = open(marker, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
        if (fd >= 0) {
            close(fd);
            return 0;
        }
        if (errno != ENOENT)
            break;
    }
    return err_errno(err, "could not create file \"%s\"", marker);
}

static int stage(struct output_job *job, const char *select_sql, struct staged_list *list,
                 struct err *err)
{
    if (job->template.braced_count == 0) {
        TRY(stage_single(job, select_sql, list, err));
    } else {
        int staged = stage_groups(job, select_sql, list, err);
        int dropped =
            conn_exec(job->conn, "DROP TABLE IF EXISTS \"leat output\"", staged == 0 ? err : NULL);
        if (staged != 0 || dropped != 0)
            return -1;
    }
    FAULT_POINT("output.staged");
    TRY(sync_staged(job->folder, list, err));
    FAULT_POINT("output.synced");
    return 0;
}

int output_stage(const struct output_spec *spec, const char *select_sql, const char *run_id,
                 struct conn *conn, struct arena *arena, struct staged_list *ret_list,
                 struct err *err)
{
    struct output_job job = {.spec = spec, .conn = conn, .arena = arena};
    struct staged_list list = {0};
    TRY(template_parse(spec->path, arena, &job.template, err));
    TRY(conn_describe(conn, select_sql, NULL, 0, arena, &job.columns, err));
    TRY(template_check(&job.template, job.columns, arena, err));
    TRY(output_select_list(spec, job.columns, arena, &job.select_list, err));
    job.folder = stage_folder(spec, run_id, arena);
    job.tag = arena_printf(arena, "%s%.8s-", node_tag(spec, arena),
                           hash_bytes(select_sql, strlen(select_sql)).hex);
    char *marker = arena_printf(arena, "%s/%sopen", job.folder, job.tag);
    TRY(hold_folder(&job, marker, err));
    int failed = stage(&job, select_sql, &list, err);
    unlink(marker);
    if (!failed)
        *ret_list = list;
    return failed;
}

int output_open_staging(const struct output_spec *spec, const char *run_id, struct arena *arena,
                        char **ret_prefix, struct err *err)
{
    struct output_job job = {.spec = spec, .arena = arena};
    job.folder = stage_folder(spec, run_id, arena);
    *ret_prefix = arena_printf(arena, "%s/%s", job.folder, node_tag(spec, arena));
    return hold_folder(&job, arena_printf(arena, "%sopen", *ret_prefix), err);
}

int output_sync_staging(const struct output_spec *spec, const char *run_id,
                        const struct staged_list *list, struct err *err)
{
    AUTO(arena_release) struct arena arena;
    arena_init(&arena, (size_t)1 << 20);
    return sync_staged(stage_folder(spec, run_id, &arena), list, err);
}

static void remove_tagged(const char *folder, const char *tag, struct arena *arena)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));)
        if (str_starts(entry->d_name, tag))
            unlink(path_join(arena, folder, entry->d_name));
    closedir(dir);
}

void output_discard(const struct output_spec *spec, const char *run_id)
{
    AUTO(arena_release) struct arena arena;
    arena_init(&arena, (size_t)256 << 20);
    char *folder = stage_folder(spec, run_id, &arena);
    remove_tagged(folder, node_tag(spec, &arena), &arena);
    /* Both stay while another output of the run still has files there. */
    rmdir(folder);
    rmdir(path_dirname(&arena, folder));
}
