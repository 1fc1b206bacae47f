/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "parquet/read.h"
#include "parquet/write.h"

#include <stdlib.h>
#include <unistd.h>

enum { ROWS = 720 };

static char folder[] = "/tmp/leat-write-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(path, sizeof(path), "%s/a.parquet", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return file_remove_tree(folder, NULL);
}

static int remove_file(void **state)
{
    (void)state;
    return file_remove(path, NULL);
}

/* Two columns: "time" (timestamps of UTC, never null) and "volts" (every third row null). */
static struct ArrowSchema time_schema = {.format = "tsu:UTC", .name = "time"};
static struct ArrowSchema volts_schema = {.format = "g", .name = "volts", .flags = 2};
static struct ArrowSchema *children[] = {&time_schema, &volts_schema};
static struct ArrowSchema schema = {
    .format = "+s", .name = "", .n_children = 2, .children = children};

static int64_t times[ROWS];
static double volts[ROWS];
static uint8_t validity[ROWS / 8];

static void fill(void)
{
    for (int i = 0; i < ROWS; i++) {
        times[i] = INT64_C(1719792000000000) + INT64_C(5000000) * i;
        volts[i] = 3.3 + i / 60 * 0.01;
        if (i % 3 != 0)
            validity[i / 8] |= (uint8_t)(1 << (i % 8));
    }
}

static struct parquet_layout *layout_of(enum parquet_codec codec)
{
    struct parquet_layout *layout = NULL;
    struct parquet_layout_options options = {.codec = codec, .row_group_rows = 500};
    assert_int_equal(parquet_layout_new(&schema, &options, &layout, NULL), 0);
    return layout;
}

static void check_volts(struct parquet_file *file, struct memory *memory)
{
    struct parquet_column *column = parquet_column_new(memory);
    int row = 0;
    for (size_t group = 0; group < parquet_footer(file)->group_count; group++) {
        assert_int_equal(parquet_column_start(column, file, group, 1, NULL), 0);
        struct parquet_batch batch;
        for (;;) {
            assert_int_equal(parquet_column_next(column, &batch, NULL), 0);
            if (batch.entry_count == 0)
                break;
            assert_non_null(batch.dictionary);
            const double *entries = batch.dictionary->values;
            size_t value = 0;
            for (uint32_t i = 0; i < batch.entry_count; i++, row++) {
                assert_int_equal(batch.definition[i], row % 3 != 0);
                if (batch.definition[i] == 0)
                    continue;
                assert_int_equal(batch.code_bytes, 1);
                assert_true(entries[((const uint8_t *)batch.codes)[value++]] == volts[row]);
            }
        }
    }
    assert_int_equal(row, ROWS);
    parquet_column_free(&column);
}

static void check_file(const struct parquet_written *written)
{
    struct memory *memory = memory_new((struct memory_limit){.bytes = INT64_C(256) << 20});
    struct parquet_file *file = NULL;
    const char *foreign;
    assert_int_equal(parquet_open(path, memory, &file, &foreign, NULL), 0);
    assert_non_null(file);
    const struct parquet_footer *footer = parquet_footer(file);
    assert_int_equal(footer->row_count, ROWS);
    assert_int_equal(footer->group_count, written->row_group_count);
    assert_int_equal(footer->nodes[1].repetition, PARQUET_REQUIRED);
    assert_int_equal(footer->nodes[1].logical.kind, PARQUET_LOGICAL_TIMESTAMP);
    assert_true(footer->nodes[1].logical.is_adjusted_to_utc);
    assert_int_equal(footer->groups[0].chunks[1].statistics.null_count, 167);
    assert_memory_equal(footer->groups[0].chunks[0].statistics.min.data, &times[0], 8);
    assert_memory_equal(footer->groups[0].chunks[0].statistics.max.data, &times[499], 8);
    check_volts(file, memory);
    parquet_close(&file);
    memory_free(memory);
}

static void dense_files_come_back(void **state)
{
    (void)state;
    static const enum parquet_codec codecs[] = {PARQUET_UNCOMPRESSED, PARQUET_SNAPPY, PARQUET_ZSTD};
    struct parquet_writer *writer = parquet_writer_new(NULL);
    for (size_t i = 0; i < ARRAY_COUNT(codecs); i++) {
        struct parquet_layout *layout = layout_of(codecs[i]);
        struct parquet_dense columns[] = {{.values = times},
                                          {.values = volts, .validity = validity}};
        struct parquet_written written;
        assert_int_equal(parquet_write_dense(writer, layout, &(struct parquet_target){.path = path},
                                             columns, ROWS, &written, NULL),
                         0);
        assert_int_equal(written.row_count, ROWS);
        assert_int_equal(written.row_group_count, 2);
        check_file(&written);
        assert_int_equal(unlink(path), 0);
        parquet_layout_free(&layout);
    }
    parquet_writer_free(&writer);
}

static void a_file_in_the_way_stays(void **state)
{
    (void)state;
    struct err err = {0};
    struct parquet_layout *layout = layout_of(PARQUET_ZSTD);
    struct parquet_writer *writer = parquet_writer_new(NULL);
    assert_int_equal(file_write_atomic(path, "mine", 4, NULL), 0);
    struct parquet_target target = {.path = path};
    assert_int_equal(parquet_writer_open(writer, layout, &target, &err), -1);
    assert_int_equal(err.kind, ERR_EXISTS);
    assert_int_equal(parquet_writer_close(writer, NULL, NULL, &err), -1);
    assert_true(file_exists(path));
    parquet_writer_free(&writer);
    parquet_layout_free(&layout);
}

static void what_is_not_closed_is_removed(void **state)
{
    (void)state;
    struct parquet_layout *layout = layout_of(PARQUET_ZSTD);
    struct parquet_writer *writer = parquet_writer_new(NULL);
    struct parquet_target target = {.path = path};
    assert_int_equal(parquet_writer_open(writer, layout, &target, NULL), 0);
    assert_true(file_exists(path));
    parquet_writer_discard(writer);
    assert_false(file_exists(path));
    assert_int_equal(parquet_writer_open(writer, layout, &target, NULL), 0);
    parquet_writer_free(&writer);
    assert_false(file_exists(path));
    parquet_layout_free(&layout);
}

static void what_was_reserved_is_given_back(void **state)
{
    (void)state;
    struct memory *memory = memory_new((struct memory_limit){.bytes = INT64_C(256) << 20});
    int64_t share = memory_engine_share(memory);
    struct parquet_layout *layout = layout_of(PARQUET_ZSTD);
    struct parquet_writer *writer = parquet_writer_new(memory);
    struct parquet_dense columns[] = {{.values = times}, {.values = volts, .validity = validity}};
    struct parquet_target target = {.path = path};
    assert_int_equal(parquet_write_dense(writer, layout, &target, columns, ROWS, NULL, NULL), 0);
    assert_true(memory_engine_share(memory) < share);
    parquet_writer_free(&writer);
    assert_int_equal(memory_engine_share(memory), share);
    parquet_layout_free(&layout);
    memory_free(memory);
}

int main(void)
{
    fill();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(dense_files_come_back, remove_file),
        cmocka_unit_test_teardown(a_file_in_the_way_stays, remove_file),
        cmocka_unit_test_teardown(what_is_not_closed_is_removed, remove_file),
        cmocka_unit_test_teardown(what_was_reserved_is_given_back, remove_file),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
