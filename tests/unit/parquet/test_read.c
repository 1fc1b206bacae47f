/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "parquet/read_rows.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "read_sample.h"

static struct memory *memory;

/* Opens the bytes as a file. */
static int open_bytes(const uint8_t *bytes, size_t len, struct parquet_file **ret_file,
                      const char **ret_foreign, struct err *err)
{
    char path[40];
    int fd = memfd_create("sample", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    int result = parquet_open(path, memory, ret_file, ret_foreign, err);
    (void)close(fd);
    return result;
}

static struct parquet_file *open_sample(void)
{
    struct parquet_file *file = NULL;
    const char *foreign = NULL;
    struct err err = {0};
    if (open_bytes(read_sample, sizeof(read_sample), &file, &foreign, &err) != 0)
        fail_msg("%s", err.message);
    assert_non_null(file);
    return file;
}

static void reads_the_footer(void **state)
{
    (void)state;
    AUTO(parquet_close) struct parquet_file *file = open_sample();
    const struct parquet_footer *footer = parquet_footer(file);
    assert_int_equal(footer->row_count, 12);
    assert_int_equal(footer->group_count, 2);
    assert_int_equal(footer->leaf_count, 2);
    assert_int_equal(footer->groups[1].row_count, 4);
    assert_int_equal(footer->groups[0].sorting_count, 1);
    const struct parquet_node *id = &footer->nodes[footer->leaves[0]];
    const struct parquet_node *text = &footer->nodes[footer->leaves[1]];
    assert_string_equal(id->name, "id");
    assert_int_equal(id->type, PARQUET_INT64);
    assert_int_equal(id->max_definition, 0);
    assert_int_equal(text->max_definition, 5);
    assert_int_equal(text->max_repetition, 2);
    assert_int_equal(text->logical.kind, PARQUET_LOGICAL_STRING);
    assert_int_equal(footer->nodes[text->parent].logical.kind, PARQUET_LOGICAL_NONE);
    const struct parquet_statistics *statistics = &footer->groups[1].chunks[0].statistics;
    int64_t min = 0;
    assert_int_equal(statistics->min.len, sizeof(min));
    memcpy(&min, statistics->min.data, sizeof(min));
    assert_int_equal(min, 1008);
    assert_int_equal(statistics->null_count, 0);
    assert_null(footer->groups[0].chunks[1].statistics.min.data);
    assert_int_equal(footer->groups[0].chunks[1].statistics.null_count, -1);
}

static void finds_columns_by_path(void **state)
{
    (void)state;
    AUTO(parquet_close) struct parquet_file *file = open_sample();
    assert_int_equal(parquet_find_column(file, "id"), 0);
    assert_int_equal(parquet_find_column(file, "tags"), 1);
    assert_int_equal(parquet_find_column(file, "tags.list.element.list.element"), 1);
    assert_int_equal(parquet_find_column(file, "tag"), -1);
    assert_string_equal(parquet_column_path(file, 1), "tags.list.element.list.element");
}

static void reads_values_and_nothing_else(void **state)
{
    (void)state;
    AUTO(parquet_close) struct parquet_file *file = open_sample();
    AUTO(parquet_column_free) struct parquet_column *column = parquet_column_new(memory);
    struct parquet_batch batch;
    int64_t values[PARQUET_BATCH_ENTRIES], next = 1000, bytes = 0;
    for (size_t group = 0; group < 2; group++) {
        assert_int_equal(parquet_column_start(column, file, group, 0, NULL), 0);
        assert_int_equal(parquet_column_next(column, &batch, NULL), 0);
        assert_int_equal(batch.row_count, group == 0 ? 8 : 4);
        assert_null(batch.definition);
        assert_null(batch.repetition);
        parquet_batch_i64(column, &batch, values);
        for (uint32_t i = 0; i < batch.value_count; i++)
            assert_int_equal(values[i], next++);
        assert_int_equal(parquet_column_next(column, &batch, NULL), 0);
        assert_int_equal(batch.entry_count, 0);
        bytes += parquet_footer(file)->groups[group].chunks[0].compressed_bytes;
    }
    assert_int_equal(parquet_column_read_bytes(column), bytes);
}

static void check_row(struct parquet_rows *rows, uint32_t id, uint32_t number)
{
    struct parquet_row row;
    assert_int_equal(parquet_rows_value(rows, id, &row, NULL), 0);
    if (number == 5 || number == 7) {
        assert_int_equal(row.entry_count, 1);
        assert_int_equal(row.definition[0], number == 5 ? 0 : 1);
        assert_null(row.values[0].data);
        return;
    }
    static const uint8_t levels[] = {0, 2, 1, 2};
    assert_int_equal(row.entry_count, number % 4 == 2 ? 4 : 2);
    assert_memory_equal(row.repetition, levels, row.entry_count);
    assert_memory_equal(row.values[0].data, "k", 1);
    assert_int_equal(row.values[1].data[0], '0' + number % 3);
    if (number % 4 == 2) {
        assert_memory_equal(row.values[2].data, "m", 1);
        assert_int_equal(row.definition[3], 4);
        assert_null(row.values[3].data);
    }
}

static void numbers_rows(void **state)
{
    (void)state;
    AUTO(parquet_close) struct parquet_file *file = open_sample();
    AUTO(parquet_rows_free) struct parquet_rows *rows = parquet_rows_new(memory);
    for (size_t group = 0; group < 2; group++) {
        assert_int_equal(parquet_rows_start(rows, file, group, 1, NULL), 0);
        uint32_t ids[8] = {0}, count = 0;
        const uint32_t *some = NULL;
        size_t part = 0;
        do {
            assert_int_equal(parquet_rows_next(rows, &some, &part, NULL), 0);
            for (size_t i = 0; i < part; i++)
                ids[count++] = some[i];
        } while (part != 0);
        assert_int_equal(count, group == 0 ? 8 : 4);
        for (uint32_t i = 0; i < count; i++)
            check_row(rows, ids[i], (uint32_t)group * 8 + i);
        assert_int_equal(parquet_rows_distinct(rows), group == 0 ? 6 : 3);
        assert_true(group == 1 || ids[0] == ids[3]);
    }
}

static void a_file_cut_short_is_told(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof(read_sample); len++) {
        struct parquet_file *file = NULL;
        const char *foreign = NULL;
        struct err err = {0};
        assert_int_equal(open_bytes(read_sample, len, &file, &foreign, &err), -1);
        assert_int_equal(err.kind, ERR_DATA);
        assert_non_null(strstr(err.message, "/proc/self/fd/"));
        assert_true(err.hint[0] != '\0');
    }
}

static void damage_names_column_and_page(void **state)
{
    (void)state;
    uint8_t bytes[sizeof(read_sample)];
    memcpy(bytes, read_sample, sizeof(bytes));
    memset(bytes + 4, 0xff, 8);
    struct parquet_file *opened = NULL;
    const char *foreign = NULL;
    struct err err = {0};
    assert_int_equal(open_bytes(bytes, sizeof(bytes), &opened, &foreign, &err), 0);
    AUTO(parquet_close) struct parquet_file *file = opened;
    AUTO(parquet_column_free) struct parquet_column *column = parquet_column_new(memory);
    struct parquet_batch batch;
    assert_int_equal(parquet_column_start(column, file, 0, 0, &err), 0);
    assert_int_equal(parquet_column_next(column, &batch, &err), -1);
    assert_int_equal(err.kind, ERR_DATA);
    assert_non_null(strstr(err.message, ": column id, row group 1, page 1: "));
    assert_null(parquet_found_foreign(file));
}

static void any_wrong_byte_is_survived(void **state)
{
    (void)state;
    AUTO(parquet_rows_free) struct parquet_rows *rows = parquet_rows_new(memory);
    uint8_t bytes[sizeof(read_sample)];
    for (size_t i = 0; i < sizeof(bytes) * 4; i++) {
        memcpy(bytes, read_sample, sizeof(bytes));
        bytes[i / 4] = (uint8_t[]){0, 0xff, 0x80, bytes[i / 4] ^ 1}[i % 4];
        struct parquet_file *opened = NULL;
        const char *foreign = NULL;
        if (open_bytes(bytes, sizeof(bytes), &opened, &foreign, NULL) != 0)
            continue;
        AUTO(parquet_close) struct parquet_file *file = opened;
        if (file == NULL || parquet_find_column(file, "tags") != 1 ||
            parquet_footer(file)->group_count == 0)
            continue;
        const uint32_t *ids = NULL;
        size_t count = 1;
        if (parquet_rows_start(rows, file, 0, 1, NULL) == 0)
            while (count != 0 && parquet_rows_next(rows, &ids, &count, NULL) == 0)
                continue;
    }
}

static void what_is_foreign_is_not_an_error(void **state)
{
    (void)state;
    uint8_t bytes[sizeof(read_sample)];
    memcpy(bytes, read_sample, sizeof(bytes));
    bytes[sizeof(bytes) - 1] = 'E'; /* PARE */
    struct parquet_file *file = NULL;
    const char *foreign = NULL;
    assert_int_equal(open_bytes(bytes, sizeof(bytes), &file, &foreign, NULL), 0);
    assert_null(file);
    assert_string_equal(foreign, "its footer is encrypted");

    AUTO(parquet_close) struct parquet_file *known = open_sample();
    assert_null(parquet_foreign(known, (int32_t[]){0, 1}, 2));
    struct parquet_chunk_meta *chunk =
        (struct parquet_chunk_meta *)&parquet_footer(known)->groups[1].chunks[0];
    chunk->codec = PARQUET_BROTLI;
    assert_string_equal(parquet_foreign(known, (int32_t[]){0, 1}, 2),
                        "it is compressed with Brotli");
    assert_null(parquet_foreign(known, (int32_t[]){1}, 1));
}

static int64_t share_bytes;

static int set_up(void **state)
{
    (void)state;
    memory = memory_new((struct memory_limit){.bytes = (int64_t)256 << 20});
    share_bytes = memory_engine_share(memory);
    return 0;
}

/* What was reserved was given back. */
static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(memory_engine_share(memory), share_bytes);
    memory_free(memory);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_footer),
        cmocka_unit_test(finds_columns_by_path),
        cmocka_unit_test(reads_values_and_nothing_else),
        cmocka_unit_test(numbers_rows),
        cmocka_unit_test(a_file_cut_short_is_told),
        cmocka_unit_test(damage_names_column_and_page),
        cmocka_unit_test(any_wrong_byte_is_survived),
        cmocka_unit_test(what_is_foreign_is_not_an_error),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
