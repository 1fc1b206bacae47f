/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEST_LAKE_FIXTURE_H
#define LEAT_TEST_LAKE_FIXTURE_H

#include "base/file.h"
#include "base/str.h"
#include "lake/internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * A warehouse in a folder of its own. The rows of its tables do not matter here, so data files are a few
 * bytes with made-up statistics; tests/system/test_lake_*.py use real ones.
 */
struct fixture {
    char folder[64];
    struct arena arena;
    struct lake *lake;
};

/* The call's last argument is &ok_err. */
#define assert_ok(call)                                                  \
    do {                                                                 \
        struct err ok_err = {0};                                         \
        if ((call) != 0)                                                 \
            fail_msg("%s: %s (%s)", #call, ok_err.message, ok_err.hint); \
    } while (0)

static inline struct lake *open_lake(struct fixture *f, enum lake_mode mode, const char *run)
{
    struct lake *lake = NULL;
    struct lake_options options = {.folder = f->folder, .mode = mode, .run_id = run};
    assert_ok(lake_open(&options, &lake, &ok_err));
    return lake;
}

static inline int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    strcpy(f->folder, "/tmp/leat-lake-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    arena_init(&f->arena, (size_t)1 << 30);
    f->lake = open_lake(f, LAKE_WRITE, "run1");
    *state = f;
    return 0;
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;
    lake_close(f->lake);
    assert_ok(file_remove_tree(f->folder, &ok_err));
    arena_release(&f->arena);
    free(f);
    return 0;
}

static inline void reopen(struct fixture *f, const char *run)
{
    lake_close(f->lake);
    f->lake = open_lake(f, LAKE_WRITE, run);
}

/* A file of `rows` rows whose INTEGER columns hold min…max. */
static inline struct lake_new_file make_file(struct fixture *f, const char *schema,
                                             const char *name, int64_t rows, const char *min,
                                             const char *max)
{
    struct lake_new_file file = {.stats = {.row_count = rows, .size_bytes = 4, .footer_bytes = 2}};
    char *path = NULL;
    struct column_stats *stats = ARENA_ARRAY(&f->arena, struct column_stats, 2);
    assert_ok(lake_data_path(f->lake, schema, name, &f->arena, &path, &ok_err));
    assert_ok(file_write_atomic(path, "PAR1", 4, &ok_err));
    stats[0] = (struct column_stats){"a", 10, rows, 0, min, max, -1};
    stats[1] = (struct column_stats){"b", 10, rows, rows, NULL, NULL, -1};
    file.path = path;
    file.stats.columns = stats;
    file.stats.column_count = 2;
    return file;
}

static inline struct column_list two_columns(struct fixture *f, const char *first)
{
    struct column *columns = ARENA_ARRAY(&f->arena, struct column, 2);
    columns[0] = (struct column){.name = first, .type_text = "INTEGER", .type = {.id = "INTEGER"}};
    columns[1] = (struct column){.name = "b", .type_text = "VARCHAR", .type = {.id = "VARCHAR"}};
    return (struct column_list){columns, 2};
}

static inline struct lake_change table_change(struct fixture *f, enum lake_change_kind kind,
                                              const char *name, int64_t rows)
{
    struct lake_new_file *file = ARENA_NEW(&f->arena, struct lake_new_file);
    *file = make_file(f, "s", name, rows, "1", "9");
    return (struct lake_change){.kind = kind,
                                .schema = "s",
                                .name = name,
                                .columns = two_columns(f, "a"),
                                .files = file,
                                .file_count = 1,
                                .base_snapshot = -1};
}

static inline int64_t publish_one(struct fixture *f, struct lake_change change)
{
    assert_ok(lake_publish(f->lake, &change, 1, false, &ok_err));
    if (change.result.kind != ERR_NONE)
        fail_msg("not published: %s", change.result.message);
    return change.snapshot_id;
}

static inline enum err_kind publish_fails(struct fixture *f, struct lake_change change)
{
    assert_ok(lake_publish(f->lake, &change, 1, false, &ok_err));
    return change.result.kind;
}

static inline struct lake_snapshot load(struct fixture *f, int64_t at)
{
    struct lake_snapshot snapshot = {0};
    assert_ok(lake_snapshot_load(f->lake, at, &f->arena, &snapshot, &ok_err));
    return snapshot;
}

#endif
