/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "text/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char path[] = "/tmp/leat-detect-XXXXXX";
static struct text_file file = {.path = path, .label = "file.csv"};
static struct arena arena;

static void write_file(const char *data, size_t len)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(data, 1, len, out), len);
    fclose(out);
}

static struct text_dialect unsaid(void)
{
    struct text_dialect dialect;
    text_dialect_init(&dialect, TEXT_CSV);
    return dialect;
}

static int detect(const char *data, size_t len, const struct text_dialect *said,
                  struct text_head *ret_head, struct err *err)
{
    write_file(data, len);
    return text_detect(&file, said, NULL, &arena, ret_head, err);
}

/* "delimiter|first name|second name|…|start:line" */
static const char *summary(const struct text_head *head)
{
    AUTO(str_release) struct str out = STR_INIT(1 << 20);
    str_append_char(&out, head->dialect.delimiter);
    for (size_t i = 0; i < head->name_count; i++)
        str_appendf(&out, "|%s", head->names[i]);
    str_appendf(&out, "|%lld:%lld", (long long)head->start_byte, (long long)head->line);
    return arena_strdup(&arena, str_text(&out));
}

static void test_found(void **state)
{
    (void)state;
    static const struct {
        const char *data, *summary;
    } cases[] = {
        {"a,b\n1,2\n", ",|a|b|4:2"},
        {"a;b\n1,5;2,5\n", ";|a|b|4:2"},
        {"a;b\r\n1,5;2\r\n1;2\r\n", ";|a|b|5:2"},
        {"a\tb\n1\t2\n", "\t|a|b|4:2"},
        {"a|b,c\n1|2,1,3\n", "||a|b,c|6:2"},
        {"\"a;b\",c\n1,2\n", ",|a;b|c|8:2"},
        {"\"a\n;b\",c\n1,2\n", ",|a\n;b|c|9:3"},
        {"\xEF\xBB\xBFGR_NAME;P+\nAkmenės;2,1\n", ";|GR_NAME|P+|14:2"},
        {",GC,GG\n2011-07-01,0.3,0.0\n", ",||GC|GG|7:2"},
        {"a,b", ",|a|b|3:2"},
        {"a,b\n", ",|a|b|4:2"},
        {"a", ",|a|1:2"},
        {"name\nx\ny\n", ",|name|5:2"},
        {"name\nx y, z\ny\n", ",|name|5:2"},
        {"a,b\n1,2,3\n1\n", ",|a|b|4:2"},
        {"a,a,\n1,2,3\n", ",|a|a||5:2"},
        {"a,b\n1,\"2\n3,4\n", ",|a|b|4:2"},
        {"a, b;c\n1;2\n3;4\n", ";|a, b|c|7:2"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct text_head head;
        struct err err = {0};
        struct text_dialect said = unsaid();
        int got = detect(cases[i].data, strlen(cases[i].data), &said, &head, &err);
        if (got != 0 || strcmp(summary(&head), cases[i].summary) != 0)
            fail_msg("case %zu: %s", i, got ? err.message : summary(&head));
        assert_true(head.can_split);
        assert_int_equal(head.dialect.quote, '"');
        assert_int_equal(head.dialect.header, HEADER_YES);
        assert_null(head.doubt);
    }
}

/* Where two readings are possible the user is asked, with the key to declare. */
static void test_asked(void **state)
{
    (void)state;
    static const struct {
        const char *data, *where, *message, *hint;
    } cases[] = {
        {"", ":1:1", "the file is empty", "names its columns"},
        {"\xEF\xBB\xBF", ":1:1", "the file is empty but for", "names its columns"},
        {"\n", ":1:1", "the first line is empty", "skip:"},
        {"\na,b\n1,2\n", ":1:1", "the first line is empty", "skip:"},
        {"Title\n\na,b\n1,2\n", ":1:1", "\",\" cuts all that follow into 2", "skip:"},
        {"a;b,c\n1;2,3\n", ":1:1", "both \",\" and \";\" cut the first records evenly",
         "delimiter: \";\""},
        {"a;b,c\n1\n", ":1:1", "none of them all records evenly", "delimiter: \";\""},
        {"a,2017,2018\nx,1,2\n", ":1:1", "field 2 of the first record is \"2017\"", "header:"},
        {"a,1.5\n", ":1:1", "field 2 of the first record is \"1.5\"", "header: false"},
        {"x;-1 234\n", ":1:1", "-1 234", "header: false"},
        {"x,2024-02-29\n", ":1:1", "2024-02-29", "header: false"},
        {"x,29.2.2024 10:00\n", ":1:1", "29.2.2024 10:00", "header: false"},
        {"x,10:00\n", ":1:1", "10:00", "header: false"},
        {"'a','b'\n'1','2'\n", ":1:1", "are these quotes", "quote:"},
        {"a,b\r1,2\r", ":1:4", "carriage return", "skip:"},
        {"a\xE9,b\n1,2\n", ":1:2", "0xE9, which is not UTF-8: declare the encoding", "skip:"},
        {"a,\"b\n1,2\n", ":1:3", "never closed", "quote: none"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct text_head head;
        struct err err = {0};
        struct text_dialect said = unsaid();
        assert_int_equal(detect(cases[i].data, strlen(cases[i].data), &said, &head, &err), -1);
        if (err.kind != ERR_DATA || !strstr(err.message, cases[i].message) ||
            !strstr(err.hint, cases[i].hint) || !strstr(err.where, cases[i].where))
            fail_msg("case %zu: %s (%s, %s)", i, err.message, err.where, err.hint);
    }
}

static void test_names_are_no_values(void **state)
{
    (void)state;
    static const char *const names[] = {"N<10", "2016-17", "0-4", "1st",    "a1",  "P+",
                                        "-",    "e5",      "%",   "1.2.3x", "10h", "T"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char data[100];
        struct text_head head;
        struct text_dialect said = unsaid();
        int len = sprintf(data, "a;%s\n", names[i]);
        if (detect(data, (size_t)len, &said, &head, NULL) != 0)
            fail_msg("%s", names[i]);
    }
}

static void test_declared(void **state)
{
    (void)state;
    struct text_head head;
    struct text_dialect said = unsaid();
    said.header = HEADER_NO;
    assert_int_equal(detect("1;2,5\n3;4\n", 10, &said, &head, NULL), 0);
    assert_string_equal(summary(&head), ";|column1|column2|0:1");
    said.header = HEADER_YES;
    assert_int_equal(detect("1;2\n3;4\n", 8, &said, &head, NULL), 0);
    assert_string_equal(summary(&head), ";|1|2|4:2");
    said = unsaid();
    said.delimiter = ';';
    assert_int_equal(detect("a,b\n1,2\n", 8, &said, &head, NULL), 0);
    assert_string_equal(summary(&head), ";|a,b|4:2");
    assert_non_null(strstr(head.doubt, "\",\" would cut"));
    said = unsaid();
    said.quote = '\'';
    assert_int_equal(detect("'a,b',c\n'1',2\n", 14, &said, &head, NULL), 0);
    assert_string_equal(summary(&head), ",|a,b|c|8:2");
    said.quote = TEXT_NO_QUOTE;
    assert_int_equal(detect("\"a,b\n1,\"2\n", 10, &said, &head, NULL), 0);
    assert_string_equal(summary(&head), ",|\"a|b|5:2");
    said = unsaid();
    said.comment = '#';
    assert_int_equal(detect("#x;\na,b\n1,2\n", 12, &said, &head, NULL), 0);
    assert_string_equal(summary(&head), ",|a|b|8:3");
    assert_int_equal(head.header_line, 2);
    assert_false(head.can_split);
    said = unsaid();
    said.encoding = ENCODING_LATIN1;
    assert_int_equal(detect("a\xE9;b\n1;2\n", 9, &said, &head, NULL), 0);
    assert_string_equal(summary(&head), ";|aé|b|5:2");
}

/* The line by which spreadsheets tell the delimiter. */
static void test_sep_line(void **state)
{
    (void)state;
    struct text_head head;
    struct text_dialect said = unsaid();
    assert_int_equal(detect("sep=;\r\na;b,c\r\n1;2\r\n", 20, &said, &head, NULL), 0);
    assert_string_equal(summary(&head), ";|a|b,c|14:3");
    assert_int_equal(head.dialect.skip_lines, 1);
    assert_int_equal(detect("SEP=\t\na\tb\n", 10, &said, &head, NULL), 0);
    assert_string_equal(summary(&head), "\t|a|b|10:3");
    assert_int_equal(detect("sep=|x\n1\n", 9, &said, &head, NULL), 0);
    assert_int_equal(head.dialect.skip_lines, 0);
    assert_int_equal(detect("sep=;\n", 6, &said, &head, NULL), -1);
    said.skip_lines = 0;
    assert_int_equal(detect("sep=,\n1,x\n", 10, &said, &head, NULL), 0);
    assert_string_equal(summary(&head), ",|sep=||6:2");
    said = unsaid();
    said.delimiter = ',';
    assert_int_equal(detect("sep=;\na,b\n", 10, &said, &head, NULL), 0);
    assert_string_equal(summary(&head), ",|a|b|10:3");
}

static void test_skip_and_footer(void **state)
{
    (void)state;
    struct text_head head;
    struct err err = {0};
    struct text_dialect said = unsaid();
    const char *data = "\xEF\xBB\xBFTitle, of it\n\"\na,b\n1,2\nx\nthe end";
    said.skip_lines = 2;
    said.footer_lines = 2;
    assert_int_equal(detect(data, strlen(data), &said, &head, &err), 0);
    assert_string_equal(summary(&head), ",|a|b|22:4");
    assert_int_equal(head.end_byte, 26);
    said.skip_lines = 0;
    said.footer_lines = 5;
    said.delimiter = ',';
    said.quote = TEXT_NO_QUOTE;
    assert_int_equal(detect(data, strlen(data), &said, &head, &err), 0);
    assert_int_equal(head.end_byte, 16);
    said.footer_lines = 6;
    assert_int_equal(detect(data, strlen(data), &said, &head, &err), -1);
    assert_non_null(strstr(err.message, "leaves nothing"));
    said.skip_lines = 7;
    assert_int_equal(detect(data, strlen(data), &said, &head, &err), -1);
    assert_non_null(strstr(err.message, "7 lines are to be skipped, but the file has only 6"));
}

/* UTF-16 is read as if it were UTF-8; offsets count that. */
static void test_utf16(void **state)
{
    (void)state;
    static const char data[] = "\xFF\xFE"
                               "a\0;\0b\0\n\0"
                               "1\0;\0\x17\x01\n\0";
    struct text_head head;
    struct err err = {0};
    struct text_dialect said = unsaid();
    assert_int_equal(detect(data, sizeof(data) - 1, &said, &head, &err), 0);
    assert_string_equal(summary(&head), ";|a|b|7:2");
    assert_int_equal(head.dialect.encoding, ENCODING_UTF16_LE);
    assert_true(head.has_mark);
    assert_false(head.can_split);
    AUTO(text_reader_close_at) struct text_reader *reader = NULL;
    struct text_range range = {head.start_byte, -1, head.line};
    struct text_record record;
    assert_int_equal(text_reader_open(&file, &head, range, NULL, NULL, &reader, &err), 0);
    assert_int_equal(text_reader_next(reader, &record, &err), 1);
    assert_int_equal(record.offset, 7);
    assert_int_equal(record.raw_len, 4);
    assert_memory_equal(record.raw, "1;ė", 4);
    assert_int_equal(text_reader_next(reader, &record, &err), 0);
    said.encoding = ENCODING_UTF8;
    assert_int_equal(detect(data, sizeof(data) - 1, &said, &head, &err), -1);
    assert_non_null(strstr(err.message, "mark of utf-16le, but utf-8 is declared"));
}

/* A header longer than the sample, and one that is too long. */
static void test_wide_header(void **state)
{
    (void)state;
    size_t cap = 2000000, len = 0;
    char *data = malloc(cap);
    for (int i = 0; i < 10000; i++)
        len += (size_t)sprintf(data + len, "%sa_long_name_of_column_%d", i ? ";" : "", i);
    data[len++] = '\n';
    struct text_head head;
    struct err err = {0};
    struct text_dialect said = unsaid();
    assert_int_equal(detect(data, len, &said, &head, &err), 0);
    assert_int_equal(head.name_count, 10000);
    assert_int_equal(head.start_byte, len);
    memset(data, 'x', cap);
    assert_int_equal(detect(data, cap, &said, &head, &err), -1);
    assert_non_null(strstr(err.message, "longer than 1048576 bytes"));
    free(data);
}

static void test_dialects_as_json(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{}",
        "{\"encoding\":\"utf-8\",\"delimiter\":\"\\t\",\"quote\":\"none\",\"comment\":\"#\","
        "\"header\":false,\"skip\":1,\"footer\":0,\"decimal\":\",\",\"thousands\":\".\","
        "\"trim\":true,\"records\":\"a.b\",\"widths\":[[0,3],[4,-1]],\"max_field_bytes\":5,"
        "\"nulls\":[\"NA\",\"\\\"\"]}",
        "{\"delimiter\":\"\\u0001\",\"quote\":\"\\\"\"}",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct text_dialect dialect;
        struct err err = {0};
        if (text_dialect_parse(texts[i], TEXT_CSV, &arena, &dialect, &err) != 0)
            fail_msg("%s", err.message);
        assert_string_equal(text_dialect_json(&dialect, &arena), texts[i]);
    }
    static const char *const wrong[] = {"",
                                        "[]",
                                        "{\"delimiter\":\"ab\"}",
                                        "{\"skip\":-1}",
                                        "{\"widths\":[[0]]}",
                                        "{\"encoding\":\"ebcdic\"}",
                                        "{\"skip\":1,\"skip\":2}"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct text_dialect dialect;
        struct err err = {0};
        assert_int_equal(text_dialect_parse(wrong[i], TEXT_CSV, &arena, &dialect, &err), -1);
        assert_int_equal(err.kind, ERR_DATA);
    }
    struct text_dialect dialect = unsaid();
    dialect.delimiter = '\t';
    dialect.quote = TEXT_NO_QUOTE;
    dialect.decimal = ',';
    dialect.encoding = ENCODING_LATIN1;
    dialect.header = HEADER_YES;
    dialect.skip_lines = 2;
    dialect.footer_lines = 1;
    assert_string_equal(text_dialect_describe(&dialect, &arena),
                        "delimiter tab, no quote, decimal ,, latin-1, header, 2 lines skipped, "
                        "1 line of footer");
}

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 64 << 20);
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found),
        cmocka_unit_test(test_asked),
        cmocka_unit_test(test_names_are_no_values),
        cmocka_unit_test(test_declared),
        cmocka_unit_test(test_sep_line),
        cmocka_unit_test(test_skip_and_footer),
        cmocka_unit_test(test_utf16),
        cmocka_unit_test(test_wide_header),
        cmocka_unit_test(test_dialects_as_json),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
