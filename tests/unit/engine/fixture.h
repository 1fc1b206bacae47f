/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TESTS_ENGINE_FIXTURE_H
#define LEAT_TESTS_ENGINE_FIXTURE_H

#include "base/str.h"
#include "engine/engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* An engine with one connection and a folder for files, for one group of tests. */
struct fixture {
    struct engine *engine;
    struct conn *conn;
    struct arena arena;
    char folder[64];
};

static inline int fixture_open(void **state)
{
    static struct fixture fixture;
    struct engine_options options = {.memory_bytes = 512 << 20, .threads = 2};
    struct err err = {0};
    fixture = (struct fixture){.folder = "/tmp/leat-engine-XXXXXX"};
    arena_init(&fixture.arena, 64u << 20);
    if (mkdtemp(fixture.folder) == NULL || engine_open(&options, &fixture.engine, &err) != 0 ||
        conn_open(fixture.engine, &fixture.conn, &err) != 0)
        fail_msg("%s", err.message);
    *state = &fixture;
    return 0;
}

static inline int fixture_close(void **state)
{
    struct fixture *fixture = *state;
    conn_close(fixture->conn);
    engine_close(fixture->engine);
    arena_release(&fixture->arena);
    return rmdir(fixture->folder);
}

static inline char *fixture_path(struct fixture *fixture, const char *name)
{
    return arena_printf(&fixture->arena, "%s/%s", fixture->folder, name);
}

/* A call that must not fail. */
#define OK(call)                                                    \
    do {                                                            \
        struct err err = {0};                                       \
        if ((call) != 0)                                            \
            fail_msg("%s: %s [%s]", #call, err.message, err.where); \
    } while (0)

/* The first value of a query, as text. */
static inline const char *value_of(struct fixture *fixture, const char *sql)
{
    char *text = NULL;
    OK(conn_value(fixture->conn, sql, &fixture->arena, &text, &err));
    return text;
}

/* The column k of a Parquet file grows, in the order of the file. */
static inline void assert_k_ascends(struct fixture *fixture, const char *path)
{
    struct err err = {0};
    char *text = NULL;
    char *sql = arena_printf(
        &fixture->arena,
        "SELECT count(*) FROM (SELECT k, lag(k) OVER (ORDER BY file_row_number) AS p FROM "
        "read_parquet('%s', file_row_number = true)) WHERE k < p",
        path);
    if (conn_value(fixture->conn, sql, &fixture->arena, &text, &err) != 0)
        fail_msg("%s", err.message);
    assert_string_equal(text, "0");
}

#endif
