/* SPDX-License-Identifier: Apache-2.0 */
#include "lake/lake.h"

#include "base/instant.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Drives src/lake/ from system tests, a line of stdin at a time, so that they need no project:
 *
 *     lake_tool FOLDER RUN < script          RUN "-" opens for reading
 *
 *     replace S.T SELECT …     append S.T SELECT …     view S.T SELECT …
 *     columns S.T SELECT …     as replace, but prints only the columns as stored
 *     together                 what follows is one snapshot, published by
 *     end
 *     base N                   base snapshot of the next changes (-1: not checked)
 *     sql S.T [AT]             the SELECT leat reads the table by
 *     read S.T [AT]            its rows
 *     tables [AT]              schema.table rows changed_snapshot
 *     at TEXT                  the snapshot of that time
 *     put ROOT FILE TEXT       delivers a file with this text      delete ROOT FILE
 *     redo                     staging                             ledger
 *     clean OLDER_US foreign|ours dry|really
 *     sleep MS                           holds the lock meanwhile
 */
enum { CHANGES_MAX = 16 };

struct tool {
    struct lake *lake;
    struct engine *engine;
    struct conn *conn;
    struct arena arena;
    bool is_together;
    int64_t base;
    struct lake_change changes[CHANGES_MAX];
    size_t change_count;
    const char *run;
};

static int fail(const struct err *err)
{
    printf("error %d %s | %s\n", (int)err->kind, err->message, err->hint);
    return -1;
}

static int open_engine(struct tool *tool, struct err *err)
{
    struct engine_options options = {.memory_bytes = 512 << 20, .threads = 2};
    if (tool->conn != NULL)
        return 0;
    TRY(engine_open(&options, &tool->engine, err));
    return conn_open(tool->engine, &tool->conn, err);
}

static int publish(struct tool *tool, struct err *err)
{
    for (size_t i = 0; i < tool->change_count; i++) {
        const char *path = tool->changes[i].file_count > 0 ? tool->changes[i].files[0].path : NULL;
        if (path != NULL)
            TRY(lake_sync_files(tool->lake, &path, 1, err));
    }
    TRY(lake_publish(tool->lake, tool->changes, tool->change_count, tool->is_together, err));
    for (size_t i = 0; i < tool->change_count; i++) {
        const struct lake_change *change = &tool->changes[i];
        if (change->result.kind != ERR_NONE)
            fail(&change->result);
        else
            printf("published %lld\n", (long long)change->snapshot_id);
    }
    tool->change_count = 0;
    return 0;
}

static int add_change(struct tool *tool, struct lake_change change, struct err *err)
{
    change.base_snapshot = tool->base;
    change.author = "tool";
    change.message = tool->run;
    tool->changes[tool->change_count++] = change;
    return tool->is_together ? 0 : publish(tool, err);
}

/* "%2e" is a dot in a name, "%20" a space. */
static char *decode(struct tool *tool, const char *text, size_t len)
{
    char *name = arena_strndup(&tool->arena, text, len), *to = name;
    for (const char *from = name; *from != '\0'; from++) {
        unsigned byte;
        if (*from == '%' && sscanf(from + 1, "%2x", &byte) == 1) {
            *to++ = (char)byte;
            from += 2;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
    return name;
}

static void split_name(struct tool *tool, const char *full, struct lake_change *change)
{
    const char *dot = strchr(full, '.');
    change->schema = decode(tool, full, (size_t)(dot - full));
    change->name = decode(tool, dot + 1, strlen(dot + 1));
}

static int write_rows(struct tool *tool, const char *sql, struct lake_change *change,
                      struct err *err)
{
    struct column_list columns;
    struct lake_snapshot snapshot;
    struct lake_new_file *file = ARENA_NEW(&tool->arena, struct lake_new_file);
    char *select_list, *ids, *path;
    TRY(conn_describe(tool->conn, sql, NULL, 0, &tool->arena, &columns, err));
    TRY(lake_types_map(columns, &tool->arena, &select_list, &change->columns, err));
    TRY(lake_snapshot_load(tool->lake, -1, &tool->arena, &snapshot, err));
    const struct lake_table *table = lake_snapshot_table(&snapshot, change->schema, change->name);
    TRY(lake_field_ids(change->columns, table, &tool->arena, &ids, err));
    TRY(lake_data_path(tool->lake, change->schema, change->name, &tool->arena, &path, err));
    struct parquet_options options = {.field_ids = ids,
                                      .field_numbers =
                                          lake_field_numbers(change->columns, table, &tool->arena),
                                      .column_count = change->columns.count};
    char *select = arena_printf(&tool->arena, "SELECT %s FROM (%s)", select_list, sql);
    TRY(conn_write_parquet(tool->conn, select, NULL, 0, path, &options, &tool->arena, &file->stats,
                           err));
    file->path = path;
    change->files = file;
    change->file_count = 1;
    return 0;
}

static int do_change(struct tool *tool, enum lake_change_kind kind, char *args, struct err *err)
{
    struct lake_change change = {.kind = kind};
    char *name = strsep(&args, " ");
    split_name(tool, name, &change);
    if (kind == LAKE_VIEW) {
        change.view_sql = arena_strdup(&tool->arena, args);
    } else {
        TRY(open_engine(tool, err));
        TRY(write_rows(tool, args, &change, err));
    }
    return add_change(tool, change, err);
}

static int do_columns(struct tool *tool, const char *sql, struct err *err)
{
    struct column_list columns, stored;
    char *select_list, *ids;
    TRY(open_engine(tool, err));
    TRY(conn_describe(tool->conn, sql, NULL, 0, &tool->arena, &columns, err));
    TRY(lake_types_map(columns, &tool->arena, &select_list, &stored, err));
    TRY(lake_field_ids(stored, NULL, &tool->arena, &ids, err));
    for (size_t i = 0; i < stored.count; i++)
        printf("%s %s\n", stored.items[i].name, stored.items[i].type_text);
    printf("select %s\nids %s\n", select_list, ids);
    return 0;
}

static int find_table(struct tool *tool, char *args, const struct lake_table **ret_table,
                      struct err *err)
{
    struct lake_snapshot snapshot;
    struct lake_change name = {0};
    char *full = strsep(&args, " ");
    split_name(tool, full, &name);
    TRY(lake_snapshot_load(tool->lake, args == NULL ? -1 : atoll(args), &tool->arena, &snapshot,
                           err));
    *ret_table = lake_snapshot_table(&snapshot, name.schema, name.name);
    if (*ret_table == NULL)
        return err_set(err, ERR_NOT_FOUND, "no table \"%s\"", full);
    return 0;
}

static int do_sql(struct tool *tool, char *args, char **ret_sql, struct err *err)
{
    const struct lake_table *table;
    TRY(find_table(tool, args, &table, err));
    if (table->is_view) {
        *ret_sql = (char *)table->view_sql;
        return 0;
    }
    return lake_table_sql(tool->lake, table, &tool->arena, ret_sql, err);
}

static void print_row(struct result *result)
{
    for (size_t i = 0; i < result_column_count(result); i++) {
        const char *text = result_text(result, i);
        printf("%s", i > 0 ? "\t" : "");
        for (const char *c = text == NULL ? "NULL" : text; *c != '\0'; c++)
            printf(*c == '\n' ? "\\n" : "%c", *c);
    }
    printf("\n");
}

static int do_read(struct tool *tool, char *args, struct err *err)
{
    char *sql;
    struct result *result = NULL;
    TRY(open_engine(tool, err));
    TRY(do_sql(tool, args, &sql, err));
    TRY(conn_query(tool->conn, sql, NULL, 0, &result, err));
    for (size_t i = 0; i < result_column_count(result); i++)
        printf("%s%s %s", i > 0 ? "\t" : "", result_column_name(result, i),
               result_column_type(result, i));
    printf("\n");
    int more;
    while ((more = result_next(result, err)) > 0)
        print_row(result);
    result_free(result);
    return more;
}

static int do_tables(struct tool *tool, const char *args, struct err *err)
{
    struct lake_snapshot snapshot;
    TRY(lake_snapshot_load(tool->lake, args == NULL ? -1 : atoll(args), &tool->arena, &snapshot,
                           err));
    printf("snapshot %lld%s\n", (long long)snapshot.id, lake_is_copy(tool->lake) ? " copy" : "");
    for (size_t i = 0; i < snapshot.table_count; i++) {
        const struct lake_table *table = &snapshot.tables[i];
        printf("%s.%s %s %lld changed %lld\n", table->schema, table->name,
               table->is_view ? "view" : "table", (long long)table->row_count,
               (long long)table->changed_snapshot);
    }
    return 0;
}

static int do_put(struct tool *tool, char *args, bool is_delete, struct err *err)
{
    struct redo_row *row = ARENA_NEW(&tool->arena, struct redo_row);
    struct ledger_entry *entry = ARENA_NEW(&tool->arena, struct ledger_entry);
    char *root = strsep(&args, " "), *file = strsep(&args, " "), *staging;
    row->node = entry->node = arena_printf(&tool->arena, "output:%s", root);
    row->op = is_delete ? REDO_DELETE : REDO_PUT;
    row->root = arena_strdup(&tool->arena, root);
    row->final_path = path_join(&tool->arena, root, file);
    if (!is_delete) {
        TRY(lake_staging_folder(tool->lake, root, &tool->arena, &staging, err));
        char *part = arena_printf(&tool->arena, "%s/%s.part", staging, path_basename(file));
        TRY(file_write_atomic(part, args, strlen(args), err));
        row->staged = part;
        row->size_bytes = (int64_t)strlen(args);
        row->hash = arena_strdup(&tool->arena, hash_bytes(args, strlen(args)).hex);
    }
    struct lake_change change = {.kind = LAKE_KEEP, .redo = row, .redo_count = 1};
    change.ledger = entry;
    change.ledger_count = 1;
    return add_change(tool, change, err);
}

static int do_redo(struct tool *tool, struct err *err)
{
    struct redo_failures failures;
    struct redo_list list;
    TRY(lake_redo(tool->lake, NULL, &tool->arena, &failures, err));
    for (size_t i = 0; i < failures.count; i++)
        fail(&failures.items[i].err);
    TRY(lake_redo_load(tool->lake, &tool->arena, &list, err));
    printf("redo %zu\n", list.count);
    return 0;
}

static int do_ledger(struct tool *tool, struct err *err)
{
    struct ledger_list ledger;
    struct delivered_list delivered;
    TRY(lake_ledger_load(tool->lake, &tool->arena, &ledger, err));
    TRY(lake_delivered_load(tool->lake, NULL, &tool->arena, &delivered, err));
    for (size_t i = 0; i < ledger.count; i++)
        printf("ledger %s\n", ledger.items[i].node);
    for (size_t i = 0; i < delivered.count; i++)
        printf("delivered %s\n", delivered.items[i].path);
    return 0;
}

static int do_clean(struct tool *tool, char *args, struct err *err)
{
    struct lake_clean_result result;
    int64_t older = strtoll(strsep(&args, " "), NULL, 10);
    bool foreign = str_eq(strsep(&args, " "), "foreign");
    TRY(lake_clean(tool->lake, older == 0 ? now_us() : older, foreign, str_eq(args, "dry"), &result,
                   err));
    printf("cleaned %lld snapshots %lld files\n", (long long)result.snapshot_count,
           (long long)result.file_count);
    return 0;
}

static int do_at(struct tool *tool, const char *args, struct err *err)
{
    int64_t id;
    TRY(lake_snapshot_find(tool->lake, args, &id, err));
    printf("at %lld\n", (long long)id);
    return 0;
}

static int do_show_sql(struct tool *tool, char *args, struct err *err)
{
    char *sql;
    TRY(do_sql(tool, args, &sql, err));
    printf("%s\n", sql);
    return 0;
}

static int do_line(struct tool *tool, char *line, struct err *err)
{
    char *args = line, *word = strsep(&args, " ");
    if (str_eq(word, "replace"))
        return do_change(tool, LAKE_REPLACE, args, err);
    if (str_eq(word, "append"))
        return do_change(tool, LAKE_APPEND, args, err);
    if (str_eq(word, "view"))
        return do_change(tool, LAKE_VIEW, args, err);
    if (str_eq(word, "columns"))
        return do_columns(tool, args, err);
    if (str_eq(word, "sql"))
        return do_show_sql(tool, args, err);
    if (str_eq(word, "read"))
        return do_read(tool, args, err);
    if (str_eq(word, "tables"))
        return do_tables(tool, args, err);
    if (str_eq(word, "at"))
        return do_at(tool, args, err);
    if (str_eq(word, "put") || str_eq(word, "delete"))
        return do_put(tool, args, word[0] == 'd', err);
    if (str_eq(word, "redo"))
        return do_redo(tool, err);
    if (str_eq(word, "ledger"))
        return do_ledger(tool, err);
    if (str_eq(word, "clean"))
        return do_clean(tool, args, err);
    if (str_eq(word, "base"))
        tool->base = atoll(args);
    else if (str_eq(word, "together"))
        tool->is_together = true;
    else if (str_eq(word, "sleep"))
        usleep((useconds_t)atoi(args) * 1000);
    else if (!str_eq(word, "end"))
        return err_set(err, ERR_USAGE, "unknown word \"%s\"", word);
    if (!str_eq(word, "end"))
        return 0;
    TRY(publish(tool, err));
    tool->is_together = false;
    return 0;
}

static int run_script(struct tool *tool)
{
    char *line = NULL;
    size_t cap = 0;
    int failed = 0;
    for (ssize_t len; (len = getline(&line, &cap, stdin)) > 0;) {
        struct err err = {0};
        if (line[len - 1] == '\n')
            line[len - 1] = '\0';
        if (line[0] != '\0' && do_line(tool, line, &err) != 0)
            failed = fail(&err);
        fflush(stdout);
    }
    free(line);
    return failed;
}

int main(int argc, char **argv)
{
    struct tool tool = {.base = -1};
    struct err err = {0};
    if (argc != 3)
        return 2;
    bool is_reading = str_eq(argv[2], "-");
    struct lake_options options = {.folder = argv[1],
                                   .mode = is_reading ? LAKE_READ : LAKE_WRITE,
                                   .run_id = is_reading ? NULL : argv[2]};
    tool.run = argv[2];
    arena_init(&tool.arena, (size_t)1 << 30);
    if (lake_open(&options, &tool.lake, &err) != 0) {
        fail(&err);
        arena_release(&tool.arena);
        return 1;
    }
    printf("open\n");
    fflush(stdout);
    int failed = run_script(&tool);
    conn_close(tool.conn);
    engine_close(tool.engine);
    lake_close(tool.lake);
    arena_release(&tool.arena);
    return failed ? 1 : 0;
}
