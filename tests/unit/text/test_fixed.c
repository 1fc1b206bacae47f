/* SPDX-License-Identifier: Apache-2.0 */
#include "text/fixed.h"
#include "text/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <cmocka.h>

static char path[] = "/tmp/leat-fixed-XXXXXX";

static const struct text_dialect unsaid = {.format = TEXT_FIXED_WIDTH,
                                           .encoding = ENCODING_UTF8,
                                           .packing = PACKING_NONE,
                                           .skip_lines = -1,
                                           .footer_lines = -1};

static void write_file(const char *data, size_t len)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    fclose(file);
}

static void show(const struct text_record *record, char *ret_text)
{
    if (record->wrong) {
        sprintf(ret_text, "!%s (%zu:%lld)/", record->wrong, record->wrong_field,
                (long long)record->wrong_column);
        return;
    }
    for (size_t i = 0; i < record->count; i++)
        ret_text += sprintf(ret_text, "[%.*s]", (int)record->fields[i].len, record->fields[i].text);
    sprintf(ret_text, "/");
}

static void close_at(struct text_reader **reader)
{
    if (*reader)
        (*reader)->ops->close(*reader);
}

/* The names in {}, then all records as text, parted by "/". */
static int read_all(const struct text_dialect *said, struct text_head *ret_head, char *ret_text,
                    struct arena *arena, struct err *err)
{
    struct text_file file = {.path = path, .label = "x.txt"};
    *ret_text = '\0';
    TRY(fixed_detect(&file, said, NULL, arena, ret_head, err));
    for (size_t i = 0; i < ret_head->name_count; i++)
        sprintf(ret_text + strlen(ret_text), "{%s}", ret_head->names[i]);
    struct text_range range = {ret_head->start_byte, ret_head->end_byte, ret_head->line};
    AUTO(close_at) struct text_reader *reader = NULL;
    TRY(fixed_open(&file, ret_head, range, NULL, &reader, err));
    struct text_record record;
    int got;
    while ((got = reader->ops->next(reader, &record, err)) > 0)
        show(&record, ret_text + strlen(ret_text));
    return got;
}

/* What was found out is what can be declared. */
static void check_again(const struct text_head *head, struct arena *arena)
{
    struct text_file file = {.path = path, .label = "x.txt"};
    struct text_head again;
    struct err err = {0};
    if (fixed_detect(&file, &head->dialect, NULL, arena, &again, &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(again.start_byte, head->start_byte);
    assert_int_equal(again.end_byte, head->end_byte);
    assert_int_equal(again.line, head->line);
    assert_int_equal(again.name_count, head->name_count);
    assert_int_equal(again.dialect.skip_lines, head->dialect.skip_lines);
    assert_int_equal(again.dialect.footer_lines, head->dialect.footer_lines);
}

struct example {
    const char *data,
        *expected; /* expected: what read_all() gives, or "?" and a part of the message */
    int footer;    /* lines found */
};

static void check(const struct text_dialect *said, const struct example *examples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct example *example = &examples[i];
        struct arena arena;
        arena_init(&arena, 16 << 20);
        struct text_head head;
        struct err err = {0};
        char text[2000];
        write_file(example->data, strlen(example->data));
        int got = read_all(said, &head, text, &arena, &err);
        bool is_right = example->expected[0] == '?'
                            ? got < 0 && strstr(err.message, example->expected + 1)
                            : got == 0 && strcmp(text, example->expected) == 0 &&
                                  head.dialect.footer_lines == example->footer;
        if (!is_right)
            fail_msg("example %zu: %d %s %s at %s", i, got, text, err.message, err.where);
        if (got == 0)
            check_again(&head, &arena);
        arena_release(&arena);
    }
}

static void test_dashes(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"id name\n-- -----\n 1 Anna \n22 Bob\n", "{id}{name}[1][Anna]/[22][Bob]/", 0},
        {"id  name\r\n--  -----\r\n 1  Anna \r\n22  Bob", "{id}{name}[1][Anna]/[22][Bob]/", 0},
        {"\xEF\xBB\xBFid name\n-- ----\n1  \xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\n",
         "{id}{name}[1][\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9]/", 0},
        {"id name x\n-- ---- -\n1\n\n      b\n", "{id}{name}{x}[1][][]/[]/[][b][]/" + 0, 0},
        /* What is above is a title. */
        {"Report of May\n\nid name\n-- ----\n1  Anna\n", "{id}{name}[1][Anna]/", 0},
        {"Report\n------\n\nid name\n-- ----\n1  Anna\n", "{id}{name}[1][Anna]/", 0},
        /* One column. */
        {"name\n----\nAnna\n", "{name}[Anna]/", 0},
        /* Names that are missing. */
        {"   name\n-- ----\n1  Anna\n", "{}{name}[1][Anna]/", 0},
        /* Rows that hold dashes. */
        {"id  name\n-   -\n1   Anna\n", "{id}{name}[-][-]/[1][Anna]/", 0},
        {"a  b\n1  2\n3  4\n-  -\n5  6\n", "{a}{b}[1][2]/[3][4]/[-][-]/[5][6]/", 0},
        {"aaa  bbb\n1    2\n3    4\n---  ---\n5    6\n", "?looks like records", 0},
        {"idx name\n--  ----\n", "?do not fit", 0},
        {"id name\n-- ----\n", "{id}{name}", 0},
        {"", "?ends before the header", 0},
        {"\xEF\xBB\xBF", "?ends before the header", 0},
    };
    check(&unsaid, examples, sizeof(examples) / sizeof(examples[0]));
}

static void test_footers(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"id name\n-- ----\n1  Anna\n\n(1 row affected)\n", "{id}{name}[1][Anna]/", 2},
        {"id name\n-- ----\n1  Anna\n\n(1 rows)\n\n\nCompletion time: 2022\n",
         "{id}{name}[1][Anna]/", 5},
        {"idididididid name\n------------ ----\n1            Anna\r\n\r\n(12 rows)",
         "{idididididid}{name}[1][Anna]/", 2},
        {"id name\n-- ----\n1  Anna\n\n\n", "{id}{name}[1][Anna]/", 2},
        {"id name\n-- ----\n\n(0 rows affected)\n", "{id}{name}", 2},
        /* What could be a record is one. */
        {"id name\n-- ----\n1  Anna\n\n2  Bob\n", "{id}{name}[1][Anna]/[]/[2][Bob]/", 0},
        {"id name\n-- ----\n1  Anna\n\n2  Bob\n\nthe end\n", "{id}{name}[1][Anna]/[]/[2][Bob]/", 2},
        {"id name\n-- ----\n1  Anna\nthe end\n",
         "{id}{name}[1][Anna]/!found \"e\" between the columns \"id\" and \"name\" (1:3)/", 0},
        {"id name\n-- ----\n1  Anna\n\n2  B\tb\n",
         "{id}{name}[1][Anna]/[]/!found a tab, which has no fixed width (1:5)/", 0},
    };
    check(&unsaid, examples, sizeof(examples) / sizeof(examples[0]));
    struct text_dialect said = unsaid;
    said.footer_lines = 0;
    check(&said, &(struct example){"id name\n-- ----\n\n", "{id}{name}[]/", 0}, 1);
    said.footer_lines = 1;
    check(&said, &(struct example){"id name\n-- ----\n1  Anna\nSum 1", "{id}{name}[1][Anna]/", 1},
          1);
    said.footer_lines = 9;
    check(&said, &(struct example){"id name\n-- ----\n1  Anna\n", "?the file has 1", 0}, 1);
}

static void test_words(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"id   name     town\n1    Anna     Berlin Mitte\n22\n",
         "{id}{name}{town}[1][Anna][Berlin Mitte]/[22][][]/", 0},
        {"School Name   City\nLincoln High  Kent\nWest          Yelm\n",
         "{School Name}{City}[Lincoln High][Kent]/[West][Yelm]/", 0},
        {"  id    name\n   1    Anna\n", "{id}{name}[1][Anna]/", 0},
        {"a b c\n1 2 3\n4   6\n", "{a}{b}{c}[1][2][3]/[4][][6]/", 0},
        {"First name\nAnna Smith\nBo Lee\n", "{First name}[Anna Smith]/[Bo Lee]/", 0},
        /* Two readings. */
        {"ID Name     City\n1  Anna     Kent\n", "?begins at word 2", 0},
        {"a b\n", "?begins at word 2", 0},
        {"a b c\n1 2\n", "?begins at word 2", 0},
        /* What crosses a column. */
        {"id  name\n1   Anna\n12345 Bob\n",
         "{id}{name}[1][Anna]/!found \"45\" between the columns \"id\" and \"name\" (1:4)/", 0},
        {"id\tname\n1\tAnna\n", "?found a tab", 0},
        {"\nid  name\n", "?an empty line", 0},
        {"1   2022-01-01\n2   2022-01-02\n", "?is it a header", 0},
        {"1   \xFF\n", "?byte 0xFF", 0},
    };
    check(&unsaid, examples, sizeof(examples) / sizeof(examples[0]));
}

static void test_given_widths(void **state)
{
    (void)state;
    static const struct text_span spans[] = {{0, 2}, {2, 3}, {6, -1}};
    static const struct text_span closed[] = {{1, 2}, {3, 2}};
    struct text_dialect said = unsaid;
    said.spans = spans;
    said.span_count = 3;
    static const struct example named[] = {
        {"idnam rest\n 1abc the rest  \n", "{id}{nam}{rest}[1][abc][the rest]/", 0},
        {"idnam rest\n-  -   -\n", "{id}{nam}{rest}[-][-][-]/", 0},
        {"idnam  rest\n 1abcx\n",
         "{id}{nam}{rest}!found \"x\" between the columns \"nam\" and \"rest\" (2:6)/", 0},
        {"id123 x\n", "?holds \"123\"", 0},
    };
    check(&said, named, sizeof(named) / sizeof(named[0]));
    said.header = HEADER_NO;
    static const struct example bare[] = {
        {" 1abc x\n", "{column1}{column2}{column3}[1][abc][x]/", 0},
        {"12345\n", "{column1}{column2}{column3}[12][345][]/", 0},
        {"1234567\n",
         "{column1}{column2}{column3}!found \"67\" between the columns \"column2\" and \"column3\" "
         "(2:6)/",
         0},
        {"\xE6\x97\xA5\xE6\x9C\xAC"
         "abc e\xCC\x81 z\n",
         "{column1}{column2}{column3}[\xE6\x97\xA5\xE6\x9C\xAC][abc][e\xCC\x81 z]/", 0},
        {"", "{column1}{column2}{column3}", 0},
        {"\n", "{column1}{column2}{column3}", 1},
    };
    check(&said, bare, sizeof(bare) / sizeof(bare[0]));
    said.spans = closed;
    said.span_count = 2;
    static const struct example tight[] = {
        {" abcd\n", "{column1}{column2}[ab][cd]/", 0},
        {"xabcd\n", "{column1}{column2}!found \"xabcd\" before the first column (0:1)/", 0},
        {" abcd e\n", "{column1}{column2}!found \"e\" behind the last column (2:7)/", 0},
    };
    check(&said, tight, sizeof(tight) / sizeof(tight[0]));
    static const struct text_span overlapping[] = {{0, 3}, {2, 3}};
    said.spans = overlapping;
    check(&said, &(struct example){"abc\n", "?overlaps", 0}, 1);
}

static void test_declared_widths(void **state)
{
    (void)state;
    struct text_dialect said = unsaid;
    said.widths = WIDTHS_HEADER;
    static const struct example by_header[] = {
        {"id  name\n--  ----\n1   Anna\n", "{id}{name}[--][----]/[1][Anna]/", 0},
    };
    check(&said, by_header, 1);
    said.widths = WIDTHS_DASHES;
    static const struct example by_dashes[] = {
        {"id  name\n--  ----\n1   Anna\n", "{id}{name}[1][Anna]/", 0},
        {"id  name\n1   Anna\n", "?no line of dashes", 0},
    };
    check(&said, by_dashes, 2);
}

static void test_declared_lines(void **state)
{
    (void)state;
    struct text_dialect said = unsaid;
    said.skip_lines = 1;
    said.comment = '#';
    static const struct example examples[] = {
        {"title\nid name\n-- ----\n#note\n1  Anna\n#\n", "{id}{name}[1][Anna]/", 0},
        {"title\n# more\nid   name\n1    Anna\n", "{id}{name}[1][Anna]/", 0},
        {"title\n", "?ends before the header", 0},
    };
    check(&said, examples, sizeof(examples) / sizeof(examples[0]));
    said = unsaid;
    said.header = HEADER_NO;
    static const struct example bare[] = {
        {"-- ----\n1  Anna\n", "{column1}{column2}[1][Anna]/", 0},
        {"1  Anna\n", "?nothing tells the widths", 0},
    };
    check(&said, bare, 2);
}

static void test_wrong_records(void **state)
{
    (void)state;
    static const char data[] = "id name\n-- ----\n1  a\0b\n2  \xFF\n3\rx\n4  ok\n5\r";
    static const char expected[] = "{id}{name}!found a zero byte, which no text holds (1:5)/"
                                   "!found byte 0xFF, which is not UTF-8 (1:4)/"
                                   "!found a carriage return that no line feed follows (0:2)/"
                                   "[4][ok]/"
                                   "!found a carriage return that no line feed follows (0:2)/";
    struct arena arena;
    arena_init(&arena, 16 << 20);
    struct text_head head;
    char text[2000];
    write_file(data, sizeof(data) - 1);
    assert_int_equal(read_all(&unsaid, &head, text, &arena, NULL), 0);
    assert_string_equal(text, expected);
    struct text_dialect said = unsaid;
    said.encoding = ENCODING_WINDOWS_1252;
    static const char latin[] = "id n\xE9\n-- ----\n\x80\xE9 a\x81\n\x80  \xE9 \xE9x\n";
    write_file(latin, sizeof(latin) - 1);
    assert_int_equal(read_all(&said, &head, text, &arena, NULL), 0);
    assert_string_equal(text, "{id}{n\xC3\xA9}!found byte 0x81, which is not Windows-1252 (1:5)/"
                              "[\xE2\x82\xAC][\xC3\xA9 \xC3\xA9x]/");
    said.max_field_bytes = 3;
    said.encoding = ENCODING_UTF8;
    write_file("id name\n-- ----\n1  abc\n1  abcd\n", 31);
    assert_int_equal(read_all(&said, &head, text, &arena, NULL), 0);
    assert_string_equal(text, "{id}{name}[1][abc]/!the field is longer than a field may be (1:4)/");
    arena_release(&arena);
}

/* Places, the raw record and ranges. */
static void test_places(void **state)
{
    (void)state;
    static const char data[] = "\xEF\xBB\xBFid name\r\n-- ----\r\n1  Anna \r\n2  Bob\n3  C";
    struct text_file file = {.path = path, .label = "x.txt"};
    struct arena arena;
    arena_init(&arena, 16 << 20);
    struct text_head head;
    write_file(data, sizeof(data) - 1);
    assert_int_equal(fixed_detect(&file, &unsaid, NULL, &arena, &head, NULL), 0);
    assert_true(head.has_mark);
    assert_true(head.can_split);
    assert_int_equal(head.header_line, 1);
    assert_int_equal(head.line, 3);
    assert_int_equal(head.start_byte, 21);
    assert_int_equal(head.end_byte, -1);
    assert_int_equal(head.dialect.skip_lines, 0);
    static const struct {
        int64_t line, offset, next;
        const char *raw;
    } expected[] = {{3, 21, 31, "1  Anna "}, {4, 31, 38, "2  Bob"}, {5, 38, 42, "3  C"}};
    struct text_range ranges[] = {{21, -1, 3}, {31, 38, 4}};
    for (int r = 0; r < 2; r++) {
        AUTO(close_at) struct text_reader *reader = NULL;
        assert_int_equal(fixed_open(&file, &head, ranges[r], NULL, &reader, NULL), 0);
        struct text_record record;
        size_t i = (size_t)r;
        while (reader->ops->next(reader, &record, NULL) > 0) {
            assert_int_equal(record.line, expected[i].line);
            assert_int_equal(record.offset, expected[i].offset);
            assert_int_equal(reader->position, expected[i].next);
            assert_int_equal(record.raw_len, strlen(expected[i].raw));
            assert_memory_equal(record.raw, expected[i].raw, record.raw_len);
            i++;
        }
        assert_int_equal(i, r == 0 ? 3 : 2);
    }
    arena_release(&arena);
}

/* A large file with a footer, packed, with lines across the borders of buffers. */
static void test_packed(void **state)
{
    (void)state;
    struct text_dialect said = unsaid;
    said.packing = PACKING_GZIP;
    gzFile gz = gzopen(path, "w");
    gzputs(gz, "id      name\n------- ----\n");
    for (int i = 0; i < 400000; i++)
        gzprintf(gz, "%-7d Anna\n", i);
    gzputs(gz, "\n(400000 rows affected)\n");
    gzclose(gz);
    struct text_file file = {.path = path, .label = "x.txt"};
    struct arena arena;
    arena_init(&arena, 16 << 20);
    struct text_head head;
    struct memory *memory =
        memory_new((struct memory_limit){.bytes = INT64_C(200) << 20, .origin = MEMORY_FROM_USER});
    assert_int_equal(fixed_detect(&file, &said, memory, &arena, &head, NULL), 0);
    assert_int_equal(head.dialect.footer_lines, 2);
    assert_int_equal(head.end_byte, 26 + 400000 * 13);
    assert_false(head.can_split);
    struct text_range range = {head.start_byte, head.end_byte, head.line};
    struct text_reader *reader;
    assert_int_equal(fixed_open(&file, &head, range, memory, &reader, NULL), 0);
    struct text_record record;
    int count = 0;
    while (reader->ops->next(reader, &record, NULL) > 0) {
        char id[16];
        snprintf(id, sizeof(id), "%d", count++);
        assert_int_equal(record.fields[0].len, strlen(id));
        assert_memory_equal(record.fields[0].text, id, strlen(id));
    }
    assert_int_equal(count, 400000);
    reader->ops->close(reader);
    assert_true(memory_reserved_peak(memory) < (16 << 20));
    assert_int_equal(memory_reserve(memory, INT64_C(90) << 20, "all", NULL), 0); /* given back */
    memory_free(memory);
    arena_release(&arena);
}

static int set_up(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dashes),          cmocka_unit_test(test_footers),
        cmocka_unit_test(test_words),           cmocka_unit_test(test_given_widths),
        cmocka_unit_test(test_declared_widths), cmocka_unit_test(test_declared_lines),
        cmocka_unit_test(test_wrong_records),   cmocka_unit_test(test_places),
        cmocka_unit_test(test_packed),
    };
    return cmocka_run_group_tests_name("fixed width", tests, set_up, tear_down);
}
