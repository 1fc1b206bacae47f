/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "command/rows.h"
#include "command/samples.h"

static const struct row_column columns[] = {
    {"name", CELL_TEXT}, {"n", CELL_NUMBER}, {"flag", CELL_JSON}};

static void expect_rows(enum rows_format format, int width, const char *const (*cells)[3],
                        size_t count, const char *expected)
{
    char *text = NULL;
    size_t len = 0;
    struct rows rows = {.format = format,
                        .out = open_memstream(&text, &len),
                        .width = width,
                        .columns = columns,
                        .column_count = ARRAY_COUNT(columns)};
    rows_begin(&rows);
    for (size_t i = 0; i < count; i++)
        rows_add(&rows, cells[i]);
    assert_int_equal(rows_end(&rows, NULL), 0);
    fclose(rows.out);
    assert_string_equal(text, expected);
    free(text);
}

static const char *const odd_cells[][3] = {{"a,b", "12", "true"},
                                           {"say \"hi\"", "-1.50", "false"},
                                           {"", "nan", NULL},
                                           {NULL, NULL, "[1]"}};

static void test_csv(void **state)
{
    (void)state;
    expect_rows(ROWS_CSV, 0, odd_cells, 4,
                "name,n,flag\n\"a,b\",12,true\n\"say \"\"hi\"\"\",-1.50,false\n\"\",nan,\n,,[1]\n");
}

static void test_json(void **state)
{
    (void)state;
    expect_rows(ROWS_JSON, 0, odd_cells, 2,
                "[\n{\"name\": \"a,b\", \"n\": 12, \"flag\": true},\n"
                "{\"name\": \"say \\\"hi\\\"\", \"n\": -1.50, \"flag\": false}\n]\n");
    expect_rows(ROWS_JSON, 0, odd_cells, 0, "[]\n");
    expect_rows(ROWS_JSONL, 0, odd_cells + 2, 2,
                "{\"name\": \"\", \"n\": \"nan\", \"flag\": null}\n"
                "{\"name\": null, \"n\": null, \"flag\": [1]}\n");
}

static void test_json_within_json(void **state)
{
    static const char *const cells[][3] = {
        {"x", "1", "{\"a\":NaN,\"b\":[-Infinity,\"NaN \\\" NaN\"],\"c\":Infinity}"}};
    (void)state;
    expect_rows(ROWS_JSONL, 0, cells, 1,
                "{\"name\": \"x\", \"n\": 1, \"flag\": {\"a\":\"NaN\",\"b\":[\"-Infinity\","
                "\"NaN \\\" NaN\"],\"c\":\"Infinity\"}}\n");
}

static void expect_nul(enum rows_format format, const char *expected, size_t expected_len)
{
    static const char *const cells[] = {"a\0b\0", NULL};
    static const size_t lens[] = {4, 0};
    char *text = NULL;
    size_t len = 0;
    struct rows rows = {.format = format,
                        .out = open_memstream(&text, &len),
                        .columns = columns,
                        .column_count = 2};
    rows_begin(&rows);
    rows_add_len(&rows, cells, lens);
    assert_int_equal(rows_end(&rows, NULL), 0);
    fclose(rows.out);
    assert_int_equal(len, expected_len);
    assert_memory_equal(text, expected, len);
    free(text);
}

static void test_nul_bytes(void **state)
{
    static const char csv[] = "name,n\na\0b\0,\n";
    static const char json[] = "{\"name\": \"a\\u0000b\\u0000\", \"n\": null}\n";
    static const char table[] = "name           n\n----------  ----\na\\x00b\\x00  NULL\n";
    (void)state;
    expect_nul(ROWS_CSV, csv, sizeof(csv) - 1);
    expect_nul(ROWS_JSONL, json, sizeof(json) - 1);
    expect_nul(ROWS_TABLE, table, sizeof(table) - 1);
}

static void test_table(void **state)
{
    static const char *const cells[][3] = {
        {"žalia", "7", NULL}, {"日本", "1234", "x"}, {"two\nlines\x1b[2J", "1", ""}};
    (void)state;
    expect_rows(ROWS_TABLE, 0, cells, 3,
                "name                  n  flag\n"
                "-----------------  ----  ----\n"
                "žalia                 7  NULL\n"
                "日本               1234  x\n"
                "two\\nlines\\x1b[2J     1  \n");
}

static void test_table_is_cut_to_the_terminal(void **state)
{
    static const char *const cells[][3] = {{"a rather long text", "7", "yes"}};
    (void)state;
    expect_rows(ROWS_TABLE, 20, cells, 1,
                "name         n  flag\n"
                "-----------  -  ----\n"
                "a rather l…  7  yes\n");
    expect_rows(ROWS_TABLE, 12, cells, 1,
                "name      …\n"
                "--------\n"
                "a rathe…  …\n");
}

static void test_a_long_table_keeps_its_widths(void **state)
{
    enum { ROWS = 1000 };
    char *text = NULL;
    size_t len = 0, lines = 0;
    struct rows rows = {.out = open_memstream(&text, &len), .columns = columns, .column_count = 2};
    (void)state;
    rows_begin(&rows);
    for (int i = 0; i < ROWS; i++) {
        const char *cells[] = {i == ROWS - 1 ? "wider than all before" : "x", "1"};
        rows_add(&rows, cells);
    }
    assert_int_equal(rows_end(&rows, NULL), 0);
    fclose(rows.out);
    for (const char *c = text; *c != '\0'; c++)
        lines += *c == '\n';
    assert_int_equal(lines, ROWS + 2);
    assert_non_null(strstr(text, "\nwider than all before  1\n")); /* nothing is lost */
    free(text);
}

static void test_secrets_are_masked(void **state)
{
    struct arena arena;
    struct secrets secrets = {0};
    static const struct row_column one[] = {{"path", CELL_TEXT}};
    const char *cells[] = {"https://u:hunter2@host/"};
    char *text = NULL;
    size_t len = 0;
    (void)state;
    arena_init(&arena, 1 << 20);
    secrets_add(&secrets, &arena, "hunter2");
    struct rows rows = {.format = ROWS_CSV,
                        .out = open_memstream(&text, &len),
                        .secrets = &secrets,
                        .columns = one,
                        .column_count = 1};
    rows_begin(&rows);
    rows_add(&rows, cells);
    assert_int_equal(rows_end(&rows, NULL), 0);
    fclose(rows.out);
    assert_string_equal(text, "path\nhttps://u:***@host/\n");
    free(text);
    arena_release(&arena);
}

static void test_samples(void **state)
{
    AUTO(str_release) struct str text = STR_INIT(4096);
    (void)state;
    samples_append(&text, "[{\"day\": \"2024-06-03\", \"n\": 1}, {\"day\": null, \"n\": 20}]", 0);
    assert_string_equal(str_text(&text), "    day          n\n"
                                         "    ----------  --\n"
                                         "    2024-06-03   1\n"
                                         "    NULL        20\n");
    str_clear(&text);
    samples_append(&text, "not JSON", 0);
    samples_append(&text, "[]", 0);
    assert_string_equal(str_text(&text), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_json_within_json),
        cmocka_unit_test(test_nul_bytes),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_table_is_cut_to_the_terminal),
        cmocka_unit_test(test_a_long_table_keeps_its_widths),
        cmocka_unit_test(test_secrets_are_masked),
        cmocka_unit_test(test_samples),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
