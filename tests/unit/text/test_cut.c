/* SPDX-License-Identifier: Apache-2.0 */
#include "text/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char path[] = "/tmp/leat-cut-XXXXXX";
static struct text_file file = {.path = path, .label = "file.csv"};

static void write_file(const char *data, size_t len)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(data, 1, len, out), len);
    fclose(out);
}

struct seen { /* what is remembered of a record */
    int64_t line, offset;
    size_t count, raw_len, len;
    int64_t is_wrong; /* no bool, so that there are no gaps to compare */
    int64_t wrong_line, wrong_column;
};
struct reading {
    struct seen items[4000];
    size_t count;
    struct err err; /* how it ended */
};

static void read_range(const struct text_head *head, struct text_range range,
                       struct reading *reading)
{
    AUTO(text_reader_close_at) struct text_reader *reader = NULL;
    assert_int_equal(text_reader_open(&file, head, range, NULL, NULL, &reader, NULL), 0);
    struct text_record record;
    int got;
    while ((got = text_reader_next(reader, &record, &reading->err)) > 0) {
        struct seen *seen = &reading->items[reading->count++];
        assert_true(reading->count < 4000);
        *seen = (struct seen){.line = record.line,
                              .offset = record.offset,
                              .count = record.count,
                              .raw_len = record.raw_len,
                              .is_wrong = record.wrong != NULL,
                              .wrong_line = record.wrong_line,
                              .wrong_column = record.wrong_column};
        for (size_t i = 0; !record.wrong && i < record.count; i++)
            seen->len += record.fields[i].len;
    }
    if (got == 0 && range.end_byte >= 0)
        assert_int_equal(reader->position, range.end_byte);
}

static struct reading whole, parts;

static void compare(const struct text_head *head, int64_t about_bytes)
{
    struct arena arena;
    arena_init(&arena, 4 << 20);
    struct text_cuts cuts;
    struct err err = {0};
    if (text_cut(&file, head, about_bytes, &arena, &cuts, &err) != 0)
        fail_msg("%s", err.message);
    parts.count = 0;
    parts.err = (struct err){0};
    int64_t at = head->start_byte;
    for (size_t i = 0; i < cuts.count; i++) {
        assert_int_equal(cuts.items[i].start_byte, at);
        assert_true(i + 1 == cuts.count || cuts.items[i].end_byte - at >= about_bytes);
        at = cuts.items[i].end_byte;
        assert_int_equal(parts.err.kind, ERR_NONE);
        read_range(head, cuts.items[i], &parts);
    }
    assert_int_equal(at, head->end_byte);
    assert_int_equal(parts.count, whole.count);
    for (size_t i = 0; i < whole.count; i++)
        if (memcmp(&whole.items[i], &parts.items[i], sizeof(whole.items[i])) != 0)
            fail_msg("about %lld: record %zu: line %lld, offset %lld, not line %lld, offset %lld",
                     (long long)about_bytes, i, (long long)parts.items[i].line,
                     (long long)parts.items[i].offset, (long long)whole.items[i].line,
                     (long long)whole.items[i].offset);
    assert_string_equal(parts.err.message, whole.err.message);
    assert_string_equal(parts.err.where, whole.err.where);
    arena_release(&arena);
}

static void check_file(const char *data, size_t len, const struct text_head *head)
{
    static const int64_t sizes[] = {1, 2, 7, 63, 64, 65, 200, 1000, 5000};
    write_file(data, len);
    whole.count = 0;
    whole.err = (struct err){0};
    struct text_range range = {head->start_byte, head->end_byte, head->line};
    read_range(head, range, &whole);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        compare(head, sizes[i]);
}

static struct text_head any_head(size_t name_count)
{
    struct text_dialect dialect = {
        .delimiter = ',', .quote = '"', .encoding = ENCODING_UTF8, .packing = PACKING_NONE};
    return (struct text_head){
        .dialect = dialect, .name_count = name_count, .line = 1, .end_byte = -1, .can_split = true};
}

static size_t add_field(char *out, bool is_strict)
{
    static const char *const plain[] = {"",  "1",         "abc", "a longer text of several words",
                                        "é", "2024-01-01"};
    static const char *const inner[] = {"a", "\"\"", ",", "\n", "\r\n", "é", "long text", "\n\n"};
    static const char *const wrong[] = {"5\" x",   "\"a\"b", "a\rb",    "\"\"\"\"x",
                                        "\"a\"\r", "x\"\"",  "\"\n\" ", "\"a\" \"b\""};
    char *from = out;
    if (!is_strict && rand() % 30 == 0)
        return (size_t)sprintf(out, "%s", wrong[rand() % 8]);
    if (rand() % 3)
        return (size_t)sprintf(out, "%s", plain[rand() % 6]);
    out += sprintf(out, "\"");
    for (int n = rand() % 12; n > 0; n--)
        out += sprintf(out, "%s", inner[rand() % 8]);
    out += sprintf(out, "\"");
    return (size_t)(out - from);
}

static size_t add_records(char *out, int count, int fields, bool is_strict)
{
    char *from = out;
    while (count-- > 0) {
        for (int f = 0; f < fields; f++) {
            if (f > 0)
                *out++ = ',';
            out += add_field(out, is_strict);
        }
        out += sprintf(out, "%s", rand() % 4 ? "\n" : "\r\n");
        while (rand() % 20 == 0)
            out += sprintf(out, "%s", rand() % 4 ? "\n" : "\r\n");
    }
    return (size_t)(out - from);
}

/* Wherever a file is cut, its parts one after the other are the file. */
static void test_strict_files(void **state)
{
    (void)state;
    static char data[400000];
    srand(5);
    for (int round = 0; round < 40; round++) {
        int fields = 1 + rand() % 5;
        size_t len = add_records(data, rand() % 150, fields, true);
        if (len > 0 && rand() % 2)
            len -= data[len - 1] == '\n';
        struct text_head head = any_head((size_t)fields);
        check_file(data, len, &head);
        head.dialect.is_trimmed = true;
        check_file(data, len, &head);
        head.dialect.quote = TEXT_NO_QUOTE;
        check_file(data, len, &head);
    }
}

static void test_wrong_files(void **state)
{
    (void)state;
    static char data[400000];
    srand(6);
    for (int round = 0; round < 60; round++) {
        int fields = 1 + rand() % 5;
        size_t len = add_records(data, rand() % 150, fields, false);
        struct text_head head = any_head((size_t)fields);
        head.dialect.is_trimmed = rand() % 4 == 0;
        check_file(data, len, &head);
    }
}

/* Any bytes, even those that are no CSV at all. */
static void test_noise(void **state)
{
    (void)state;
    static const char *const pieces[] = {"a", ",", "\"", "\n", "\"\"", "\r\n", "\r", " "};
    static char data[4000];
    srand(8);
    for (int round = 0; round < 300; round++) {
        size_t len = 0;
        int kinds = 2 + rand() % 7;
        for (int n = rand() % 700; n > 0; n--)
            len += (size_t)sprintf(data + len, "%s", pieces[rand() % kinds]);
        struct text_head head = any_head((size_t)rand() % 3);
        head.dialect.is_trimmed = rand() % 4 == 0;
        check_file(data, len, &head);
    }
}

/* More than one piece of what is read at a time, and a head and a footer. */
static void test_large_file(void **state)
{
    (void)state;
    size_t cap = 2000000, len = 0, records = 0;
    char *data = malloc(cap);
    srand(9);
    while (len < cap - 2000) {
        len += (size_t)sprintf(data + len, "%zu,\"", records++);
        for (int n = rand() % 1500; n > 0; n--)
            data[len++] = rand() % 40 ? 'x' : '\n';
        len += (size_t)sprintf(data + len, "\",z\n");
    }
    struct text_head head = any_head(3);
    head.end_byte = (int64_t)len;
    size_t whole_len = len + (size_t)sprintf(data + len, "this is the footer \"\n");
    write_file(data, whole_len);
    whole.count = 0;
    whole.err = (struct err){0};
    read_range(&head, (struct text_range){0, head.end_byte, 1}, &whole);
    assert_int_equal(whole.count, records);
    head.start_byte = whole.items[1].offset;
    head.line = whole.items[1].line;
    whole.count = 0;
    read_range(&head, (struct text_range){head.start_byte, head.end_byte, head.line}, &whole);
    assert_int_equal(whole.count, records - 1);
    compare(&head, 100);
    compare(&head, 100000);
    compare(&head, 700000);
    free(data);
}

static void test_what_is_not_cut(void **state)
{
    (void)state;
    write_file("a\nb\nc\n", 6);
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct text_cuts cuts;
    struct text_head head = any_head(1);
    head.can_split = false;
    assert_int_equal(text_cut(&file, &head, 1, &arena, &cuts, NULL), 0);
    assert_int_equal(cuts.count, 1);
    assert_int_equal(cuts.items[0].end_byte, -1);
    head.can_split = true;
    head.dialect.format = TEXT_JSON_LINES;
    assert_int_equal(text_cut(&file, &head, 1, &arena, &cuts, NULL), 0);
    assert_int_equal(cuts.count, 3);
    assert_int_equal(cuts.items[2].start_byte, 4);
    assert_int_equal(cuts.items[2].line, 3);
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
        cmocka_unit_test(test_strict_files),    cmocka_unit_test(test_wrong_files),
        cmocka_unit_test(test_noise),           cmocka_unit_test(test_large_file),
        cmocka_unit_test(test_what_is_not_cut),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
