/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "check/check.h"
#include "command/open.h"
#include "project/lock.h"

#include <inttypes.h>
#include <strings.h>

static int need_conn(void *context, struct conn **ret_conn, struct err *err)
{
    return opened_conn(context, ret_conn, err);
}

static int read_columns(struct opened *opened, const struct source_spec *spec, struct arena *arena,
                        struct column_list *ret_columns, struct err *err)
{
    const struct source_ops *ops = source_ops_find(spec->format);
    struct conn_opener opener = {need_conn, opened};
    struct input_list nothing = {0};
    struct source_plan plan = {0};
    struct conn *conn = NULL;
    *ret_columns = (struct column_list){0};
    if (ops->columns == NULL)
        return 0;
    TRY(opened_conn(opened, &conn, err));
    TRY(ops->plan(spec, &nothing, &opener, arena, &plan, err));
    return ops->columns(spec, &plan, conn, arena, ret_columns, err);
}

/* The first file tells the columns; the others are looked at when they are read. */
static int columns_of_file(struct opened *opened, const struct node *node, struct arena *arena,
                           struct column_list *ret_columns, struct err *err)
{
    struct source_spec spec = source_spec_of(node);
    struct path_list files = {0};
    struct file_id id = {0};
    TRY(glob_expand(spec.files, arena, &files, err));
    if (files.count == 0)
        return 0; /* `run` says that a source has no files */
    if (!glob_has_magic(files.items[0]))
        spec.files = files.items[0];
    TRY(file_stat(files.items[0], &id, err));
    const char *key =
        arena_printf(arena, "%s %" PRId64 " %" PRId64, files.items[0], id.size_bytes, id.mtime_ns);
    if (project_recall_columns(opened->session.project, key, ret_columns))
        return 0;
    TRY(read_columns(opened, &spec, arena, ret_columns, err));
    project_remember_columns(opened->session.project, key, *ret_columns);
    return 0;
}

/* What landed has the types of then; what is declared now holds when it is read again. */
static int declared_columns(struct opened *opened, const struct node *node,
                            struct column_list landed, struct arena *arena,
                            struct column_list *ret_columns, struct err *err)
{
    struct column *columns = ARENA_ARRAY(arena, struct column, landed.count + 1);
    char *select_list = NULL, type[32];
    struct conn *conn = NULL;
    for (size_t i = 0; i < landed.count; i++)
        columns[i] = landed.items[i];
    for (size_t i = 0; i < node->source.declared_count; i++) {
        const struct text_column *declared = &node->source.declared[i];
        const char *sql = text_type_sql(&declared->type, type);
        for (size_t j = 0; j < landed.count; j++) {
            if (strcasecmp(columns[j].name, declared->name) != 0 ||
                str_eq(columns[j].type_text, sql))
                continue;
            TRY(opened_conn(opened, &conn, err));
            TRY(conn_parse_type(conn, arena_strdup(arena, sql), arena, &columns[j], err));
            columns[j].name = landed.items[j].name;
        }
    }
    landed.items = columns;
    *ret_columns = landed;
    return conn == NULL ? 0 : lake_types_map(landed, arena, &select_list, ret_columns, err);
}

/*
 * In a fresh clone schema.lock.yaml tells, by which the first run will read. One that cannot be read is told of by that
 * run.
 */
static int columns_of_lock(struct opened *opened, const struct node *node, struct arena *arena,
                           struct column_list *ret_columns, struct err *err)
{
    struct lock_entries entries = {0};
    struct conn *conn = NULL;
    char *select_list = NULL;
    if (lock_file_read(opened->session.project, arena, &entries, NULL) != 0)
        return 0;
    const struct source_lock *lock = lock_entries_find(&entries, node->id);
    if (lock == NULL || lock->column_count == 0)
        return 0;
    struct column *columns = ARENA_ARRAY(arena, struct column, lock->column_count);
    struct column_list list = {.items = columns, .count = lock->column_count};
    TRY(opened_conn(opened, &conn, err));
    for (size_t i = 0; i < lock->column_count; i++) {
        if (conn_parse_type(conn, lock->columns[i].type, arena, &columns[i], NULL) != 0)
            return 0;
        columns[i].name = lock->columns[i].name;
    }
    if (lake_types_map(list, arena, &select_list, &list, NULL) != 0)
        return 0;
    return declared_columns(opened, node, list, arena, ret_columns, err);
}

/* Text is typed over all its rows when it lands; from then on the warehouse knows. */
static int columns_landed(struct bind_sources *sources, const struct node *node,
                          struct arena *arena, struct column_list *ret_columns, struct err *err)
{
    struct opened *opened = sources->opened;
    if (sources->lake == NULL) {
        struct lake_options options = {.folder = opened->session.project->warehouse,
                                       .mode = LAKE_READ};
        TRY(lake_open(&options, &sources->lake, err));
        TRY(lake_snapshot_load(sources->lake, -1, &opened->arena, &sources->snapshot, err));
    }
    const struct lake_table *table =
        lake_snapshot_table(&sources->snapshot, node->schema, node->name);
    if (table == NULL)
        return source_is_text(node) ? columns_of_lock(opened, node, arena, ret_columns, err) : 0;
    return declared_columns(opened, node, table->columns, arena, ret_columns, err);
}

int bind_source_columns(void *context, const struct node *source, struct arena *arena,
                        struct column_list *ret_columns, struct err *err)
{
    struct bind_sources *sources = context;
    *ret_columns = (struct column_list){0};
    if (source->source.format == FORMAT_PARQUET)
        return columns_of_file(sources->opened, source, arena, ret_columns, err);
    return columns_landed(sources, source, arena, ret_columns, err);
}

static void check_output(const struct project *project, const struct node *node,
                         struct problems *problems)
{
    const struct node *model = &project->nodes[node->out.model];
    struct output_spec spec = output_spec_of(node, project);
    struct err err = {0};
    if (model->bound.count == 0 || output_validate(&spec, model->bound, &err) == 0)
        return;
    problem_add(problems, node->out.output->place, "%s", err.message);
    if (err.hint[0] != '\0')
        problem_hint(problems, "%s", err.hint);
}

void bind_check_nodes(const struct project *project, struct problems *problems)
{
    for (size_t i = 0; i < project->node_count; i++) {
        const struct node *node = &project->nodes[i];
        if (node->kind == NODE_OUTPUT)
            check_output(project, node, problems);
        else if (node->bound.count > 0)
            checks_validate(node, problems);
    }
}
