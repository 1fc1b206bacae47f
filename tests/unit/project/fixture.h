/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TESTS_PROJECT_FIXTURE_H
#define LEAT_TESTS_PROJECT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/str.h"
#include "project/project.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A project in a folder of its own, made of one text: "=== path" lines, each followed by that file. */
struct fixture {
    char folder[64];
    struct arena arena;
    struct problems problems;
    struct project *project;
    struct err err;
    int opened; /* how often the engine was asked for */
    struct setting_value params[4];
    size_t param_count;
    const char *caller_folder;
};

/* One engine for the whole program: opening it takes longer than the tests. */
static struct engine *fixture_engine;
static struct conn *fixture_conn;

static inline int fixture_need_conn(void *context, struct conn **ret_conn, struct err *err)
{
    struct fixture *fixture = context;
    struct engine_options options = {.memory_bytes = INT64_C(256) << 20, .threads = 1};
    fixture->opened++;
    if (!fixture_engine)
        TRY(engine_open(&options, &fixture_engine, err));
    if (!fixture_conn)
        TRY(conn_open(fixture_engine, &fixture_conn, err));
    *ret_conn = fixture_conn;
    return 0;
}

static inline int fixture_close_engine(void **state)
{
    (void)state;
    conn_close(fixture_conn);
    engine_close(fixture_engine);
    return 0;
}

/* Columns of every source: as its description says in SQL ("SELECT 1 AS id"); without one they are unknown. */
static inline int fixture_columns(void *context, const struct node *source, struct arena *arena,
                                  struct column_list *ret_columns, struct err *err)
{
    struct conn *conn = NULL;
    char key[200];
    struct fixture *fixture = context;
    if (!source->description)
        return 0;
    snprintf(key, sizeof(key), "fixture %s", source->description);
    if (project_recall_columns(fixture->project, key, ret_columns))
        return 0;
    TRY(fixture_need_conn(context, &conn, err));
    TRY(conn_describe(conn, source->description, NULL, 0, arena, ret_columns, err));
    project_remember_columns(fixture->project, key, *ret_columns);
    return 0;
}

static inline void fixture_write(struct fixture *fixture, const char *name, const char *text,
                                 size_t len)
{
    char *path = path_join(&fixture->arena, fixture->folder, name);
    assert_int_equal(file_mkdirs(path_dirname(&fixture->arena, path), NULL), 0);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    fclose(file);
}

static inline void fixture_files(struct fixture *fixture, const char *files)
{
    while ((files = strstr(files, "=== "))) {
        const char *name = files + 4, *text = strchr(name, '\n') + 1;
        const char *end = strstr(text, "=== ");
        size_t len = end ? (size_t)(end - text) : strlen(text);
        fixture_write(fixture, arena_strndup(&fixture->arena, name, (size_t)(text - name - 1)),
                      text, len);
        files = text;
    }
}

static inline void fixture_init(struct fixture *fixture, const char *files)
{
    *fixture = (struct fixture){0};
    strcpy(fixture->folder, "/tmp/leat-project-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    arena_init(&fixture->arena, (size_t)64 << 20);
    fixture->problems.arena = &fixture->arena;
    fixture_files(fixture, files);
}

static inline int fixture_load(struct fixture *fixture)
{
    struct project_options options = {.folder = fixture->folder,
                                      .caller_folder = fixture->caller_folder,
                                      .params = fixture->params,
                                      .param_count = fixture->param_count,
                                      .need_conn = fixture_need_conn,
                                      .context = fixture};
    project_free(fixture->project);
    fixture->project = NULL;
    fixture->problems = (struct problems){.arena = &fixture->arena};
    fixture->opened = 0;
    return project_load(&options, &fixture->project, &fixture->problems, &fixture->err);
}

static inline int fixture_bind(struct fixture *fixture)
{
    return project_bind(fixture->project, NULL, fixture_columns, fixture, &fixture->problems,
                        &fixture->err);
}

static inline void fixture_release(struct fixture *fixture)
{
    project_free(fixture->project);
    assert_int_equal(file_remove_tree(fixture->folder, NULL), 0);
    arena_release(&fixture->arena);
}

/* "file:line:column: message | hint", a line for each problem. */
static inline char *fixture_problems(struct fixture *fixture)
{
    struct str text = STR_INIT(1 << 20);
    problems_sort(&fixture->problems);
    for (size_t i = 0; i < fixture->problems.list.count; i++) {
        const struct problem *problem = &fixture->problems.list.items[i];
        str_appendf(&text, "%s:%d:%d: %s | %s\n", problem->place.file, problem->place.line,
                    problem->place.column, problem->message, problem->hint ? problem->hint : "");
    }
    char *copy = arena_strdup(&fixture->arena, str_text(&text));
    str_release(&text);
    return copy;
}

/* Loads and binds; fails the test, showing the problems, when there are some. */
static inline void fixture_good(struct fixture *fixture)
{
    if (fixture_load(fixture) != 0 || fixture_bind(fixture) != 0)
        fail_msg("%s", fixture->err.message);
    if (fixture->problems.list.count > 0)
        fail_msg("%s", fixture_problems(fixture));
}

static inline const struct node *fixture_node(struct fixture *fixture, const char *id)
{
    const struct node *node = project_node(fixture->project, id);
    if (!node)
        fail_msg("no node %s", id);
    return node;
}

#endif
