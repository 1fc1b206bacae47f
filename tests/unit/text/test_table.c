/* SPDX-License-Identifier: Apache-2.0 */
#include "text/table.h"
#include "text/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char path_a[] = "/tmp/leat-table-a-XXXXXX", path_b[] = "/tmp/leat-table-b-XXXXXX";
static const char *const paths[] = {path_a, path_b};
static struct arena arena;

static void write_file(const char *path, const char *data)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(data, file);
    fclose(file);
}

static struct text_source source_of(size_t files)
{
    return (struct text_source){.paths = paths, .path_count = files, .dialect = {.delimiter = ','}};
}

static const void *buffer(const struct batch *batch, int column, int at)
{
    return batch->array.children[column]->buffers[at];
}

static void test_types_and_values(void **state)
{
    (void)state;
    write_file(
        path_a,
        "flag,n,big,price,real,day,at,zoned,clock,id,code,empty\n"
        "true,1,12345678901234567890,1.50,1e5,2024-02-29,2024-01-01 10:00:00,2024-01-01T02:00:00+02:00,"
        "10:00:00,c0ffee00-1234-5678-9abc-def012345678,007,\n"
        "false,,-1,0.25,2.5,1970-01-01,1970-01-01 00:00,1970-01-01 00:00:00Z,00:00:01.5,,\"\",\n");
    struct text_source source = source_of(1);
    struct text_table table;
    struct err err = {0};
    assert_int_equal(text_infer(&source, &arena, &table, &err), 0);
    assert_int_equal(table.row_count, 2);
    assert_int_equal(table.column_count, 12);
    static const char *const types[] = {
        "BOOLEAN", "BIGINT", "DECIMAL(20,0)", "DECIMAL(3,2)",
        "DOUBLE",  "DATE",   "TIMESTAMP",     "TIMESTAMP WITH TIME ZONE",
        "TIME",    "UUID",   "VARCHAR",       "VARCHAR"};
    char name[32];
    for (size_t i = 0; i < table.column_count; i++)
        assert_string_equal(text_type_sql(table.columns[i].type, name), types[i]);
    struct text_stream stream = {.source = &source, .table = &table, .split = table.splits};
    struct batch batch;
    assert_int_equal(text_stream_next(&stream, &batch, &err), 1);
    assert_int_equal(batch.array.length, 2);
    assert_int_equal(*(const uint8_t *)buffer(&batch, 0, 1), 1);
    assert_int_equal(batch.array.children[1]->null_count, 1);
    assert_int_equal(*(const uint8_t *)buffer(&batch, 1, 0), 1);
    assert_true(((const int128_t *)buffer(&batch, 2, 1))[0] ==
                (int128_t)INT64_C(1234567890123456789) * 10);
    assert_true(((const int128_t *)buffer(&batch, 2, 1))[1] == -1);
    assert_true(((const int128_t *)buffer(&batch, 3, 1))[0] == 150);
    assert_true(((const double *)buffer(&batch, 4, 1))[0] == 100000.0);
    assert_int_equal(((const int32_t *)buffer(&batch, 5, 1))[1], 0);
    assert_int_equal(((const int64_t *)buffer(&batch, 7, 1))[0], INT64_C(1704067200000000));
    assert_int_equal(((const int64_t *)buffer(&batch, 8, 1))[1], 1500000);
    assert_int_equal(((const int32_t *)buffer(&batch, 10, 1))[1], 3);
    assert_int_equal(batch.array.children[10]->null_count, 0); /* "" is a text */
    assert_int_equal(batch.array.children[11]->null_count, 2);
    batch_release(&batch);
    assert_int_equal(text_stream_next(&stream, &batch, &err), 0);
    text_stream_release(&stream);
}

static void test_schema(void **state)
{
    (void)state;
    write_file(path_a, "a,b\n12345678901234567890,x\n");
    struct text_source source = source_of(1);
    struct text_table table;
    assert_int_equal(text_infer(&source, &arena, &table, NULL), 0);
    struct ArrowSchema schema;
    text_schema(&table, &schema);
    assert_string_equal(schema.format, "+s");
    assert_string_equal(schema.children[0]->format, "d:20,0");
    assert_string_equal(schema.children[1]->name, "b");
    schema.release(&schema);
    assert_null(schema.release);
}

static void test_null_words(void **state)
{
    (void)state;
    static const char *const words[] = {"NA", "-"};
    write_file(path_a, "a\n1\nNA\n-\n\n");
    struct text_source source = source_of(1);
    source.dialect.null_words = words;
    source.dialect.null_word_count = 2;
    struct text_table table;
    assert_int_equal(text_infer(&source, &arena, &table, NULL), 0);
    assert_int_equal(table.columns[0].type.kind, TEXT_BIGINT);
    assert_int_equal(table.row_count, 4);
    write_file(path_a, "a\n1\n\"NA\"\n");
    assert_int_equal(text_infer(&source, &arena, &table, NULL), 0);
    assert_int_equal(table.columns[0].type.kind, TEXT_VARCHAR);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b, *message, *place;
    } cases[] = {
        {"", NULL, "the file is empty", ":1:1"},
        {"\n1\n", NULL, "first line is empty", ":1:1"},
        {"a,b\n1\n", NULL, "the record has 1 field, the header has 2", ":2:1"},
        {"a,b\n1,2\n1,2,3\n", NULL, "the record has 3 fields, the header has 2", ":3:1"},
        {"a,b\n\"x\ny\",2\n1,2,3\n", NULL, "3 fields", ":4:1"},
        {"a,b\n1,2\n\n\n3,4\n", NULL, "an empty line between records", ":3:1"},
        {"a,,c\n", NULL, "column 2 has no name", ":1:1"},
        {"a,b,A\n", NULL, "columns 1 and 3 of the header are both named \"A\"", ":1:1"},
        {"a,b\n", "a,c\n", "column 2 is named \"c\", but \"b\" in", ":1:1"},
        {"a,b\n", "a\n", "the header has 1 columns, but 2 in", ":1:1"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        write_file(path_a, cases[i].a);
        write_file(path_b, cases[i].b ? cases[i].b : "");
        struct text_source source = source_of(cases[i].b ? 2 : 1);
        struct text_table table;
        struct err err = {0};
        assert_int_equal(text_infer(&source, &arena, &table, &err), -1);
        assert_int_equal(err.kind, ERR_DATA);
        if (!strstr(err.message, cases[i].message) || !strstr(err.where, cases[i].place))
            fail_msg("case %zu: %s at %s", i, err.message, err.where);
    }
}

static void test_no_rows(void **state)
{
    (void)state;
    write_file(path_a, "a,b\n");
    struct text_source source = source_of(1);
    struct text_table table;
    assert_int_equal(text_infer(&source, &arena, &table, NULL), 0);
    assert_int_equal(table.row_count, 0);
    assert_int_equal(table.split_count, 0);
    assert_int_equal(table.columns[1].type.kind, TEXT_VARCHAR);
}

/* Two files in many splits, with line ends and quotes in values: every row once, in order. */
static void test_splits(void **state)
{
    (void)state;
    int64_t rows = 0;
    for (int f = 0; f < 2; f++) {
        FILE *file = fopen(paths[f], "w");
        fputs("n,text\r\n", file);
        for (int i = 0; i < 20000; i++, rows++)
            fprintf(file, "%lld,\"line\n\"\"%d\"\",\r\n\"\r\n", (long long)rows, i);
        fputs("\n\n", file);
        fclose(file);
    }
    struct text_source source = source_of(2);
    source.split_bytes = 10000;
    struct text_table table;
    struct err err = {0};
    assert_int_equal(text_infer(&source, &arena, &table, &err), 0);
    assert_int_equal(table.row_count, rows);
    assert_int_equal(table.file_rows[1], rows / 2);
    assert_true(table.split_count > 50);
    int64_t next = 0;
    _Atomic int64_t read_bytes = 0;
    for (size_t i = 0; i < table.split_count; i++) {
        struct text_stream stream = {.source = &source,
                                     .table = &table,
                                     .split = &table.splits[i],
                                     .read_bytes = &read_bytes};
        struct batch batch;
        int got;
        while ((got = text_stream_next(&stream, &batch, &err)) > 0) {
            const int64_t *values = buffer(&batch, 0, 1);
            for (int64_t row = 0; row < batch.array.length; row++)
                assert_int_equal(values[row], next++);
            batch_release(&batch);
        }
        assert_int_equal(got, 0);
    }
    assert_int_equal(next, rows);
    assert_true(read_bytes > 0);
}

static void test_changed_file(void **state)
{
    (void)state;
    write_file(path_a, "a\n1\n2\n");
    struct text_source source = source_of(1);
    struct text_table table;
    assert_int_equal(text_infer(&source, &arena, &table, NULL), 0);
    write_file(path_a, "a\n1\nx\n");
    struct text_stream stream = {.source = &source, .table = &table, .split = table.splits};
    struct batch batch;
    struct err err = {0};
    assert_int_equal(text_stream_next(&stream, &batch, &err), -1);
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_non_null(strstr(err.hint, "Line 3 now has \"x\" in column \"a\""));
    text_stream_release(&stream);
}

/* Whatever type a column of random values gets, every one of them converts to it. */
static void test_what_is_typed_converts(void **state)
{
    (void)state;
    static const char *const values[] = {"0",
                                         "7",
                                         "-5",
                                         "1.5",
                                         "1.50",
                                         "10.0",
                                         "0.25",
                                         "1e5",
                                         "2.5E-3",
                                         "true",
                                         "FALSE",
                                         "2024-02-29",
                                         "2024-01-01 10:00",
                                         "x",
                                         "2024-01-01T10:00:00.5Z",
                                         "10:00:00",
                                         "9223372036854775808",
                                         "99999999999999999999999999999999999999",
                                         "0.00000000000000000000000000000000000001",
                                         "c0ffee00-1234-5678-9abc-def012345678",
                                         "\"\"",
                                         ""};
    srand(5);
    for (int round = 0; round < 2000; round++) {
        FILE *file = fopen(path_a, "w");
        fputs("a,b\n", file);
        size_t first = (size_t)rand() % ARRAY_COUNT(values), span = 1 + (size_t)rand() % 4;
        int rows = 1 + rand() % 4;
        for (int i = 0; i < rows; i++)
            fprintf(file, "%s,z\n", values[(first + (size_t)rand() % span) % ARRAY_COUNT(values)]);
        fclose(file);
        struct arena round_arena;
        arena_init(&round_arena, 1 << 20);
        struct text_source source = source_of(1);
        struct text_table table;
        struct err err = {0};
        struct batch batch;
        assert_int_equal(text_infer(&source, &round_arena, &table, &err), 0);
        struct text_stream stream = {.source = &source, .table = &table, .split = table.splits};
        if (text_stream_next(&stream, &batch, &err) != 1)
            fail_msg("%s %s", err.message, err.hint);
        assert_int_equal(batch.array.length, rows);
        batch_release(&batch);
        text_stream_release(&stream);
        arena_release(&round_arena);
    }
}

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 64 << 20);
    int a = mkstemp(path_a), b = mkstemp(path_b);
    return a < 0 || b < 0 || close(a) || close(b);
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return unlink(path_a) || unlink(path_b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types_and_values), cmocka_unit_test(test_schema),
        cmocka_unit_test(test_null_words),       cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_no_rows),          cmocka_unit_test(test_splits),
        cmocka_unit_test(test_changed_file),     cmocka_unit_test(test_what_is_typed_converts),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
