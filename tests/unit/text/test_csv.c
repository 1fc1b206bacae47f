/* SPDX-License-Identifier: Apache-2.0 */
#include "text/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char path[] = "/tmp/leat-csv-XXXXXX";

static void write_file(const char *data, size_t len)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    fclose(file);
}

/* All records as text: fields in [], quoted ones in <>, records parted by "/". */
static int read_all(const char *data, size_t len, char delimiter, char *ret_text, struct err *err)
{
    write_file(data, len);
    struct text_dialect dialect = {.delimiter = delimiter, .max_field_bytes = 100000};
    AUTO(csv_close_at) struct csv_reader *reader = NULL;
    TRY(csv_open(path, &dialect, (struct text_range){.end_byte = -1, .line = 1}, NULL, &reader,
                 err));
    struct text_record record;
    int got;
    *ret_text = '\0';
    char *out = ret_text;
    while ((got = csv_next(reader, &record, err)) > 0) {
        for (size_t i = 0; i < record.count; i++) {
            const struct text_field *field = &record.fields[i];
            out += sprintf(out, "%c%.*s%c", field->is_quoted ? '<' : '[', (int)field->len,
                           field->text, field->is_quoted ? '>' : ']');
        }
        out += sprintf(out, "/");
    }
    return got;
}

static void test_grammar(void **state)
{
    (void)state;
    static const struct {
        const char *data, *records;
    } cases[] = {
        {"", ""},
        {"\xEF\xBB\xBF", ""},
        {"a,b\n1,2\n", "[a][b]/[1][2]/"},
        {"a,b\n1,2", "[a][b]/[1][2]/"},
        {"a,b\r\n1,2\r\n", "[a][b]/[1][2]/"},
        {"\xEF\xBB\xBF"
         "a,b\n",
         "[a][b]/"},
        {"\xEF\xBB\xBF\"a\",b\n", "<a>[b]/"},
        {"a,\n,b\n,", "[a][]/[][b]/[][]/"},
        {"\n\n", "[]/[]/"},
        {"\"a\"\"b\",\"\",\"x,y\"\n", "<a\"b><><x,y>/"},
        {"\"\"\"\"\n", "<\">/"},
        {"\"a\nb\r\nc\",d\r\n", "<a\nb\r\nc>[d]/"},
        {"\"a\"", "<a>/"},
        {"é,日本,🙂\n", "[é][日本][🙂]/"},
        {" a , \"b\n", NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[500];
        struct err err = {0};
        int got = read_all(cases[i].data, strlen(cases[i].data), ',', text, &err);
        if (!cases[i].records)
            assert_int_equal(got, -1);
        else if (got != 0 || strcmp(text, cases[i].records) != 0)
            fail_msg("case %zu: %d %s %s", i, got, text, err.message);
    }
}

static void test_tabs(void **state)
{
    (void)state;
    char text[200];
    const char *data = "a,b\t\"c\td\"\n";
    assert_int_equal(read_all(data, strlen(data), '\t', text, NULL), 0);
    assert_string_equal(text, "[a,b]<c\td>/");
}

static void test_mistakes_have_places(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        size_t len; /* 0: strlen */
        const char *place, *message;
    } cases[] = {
        {"a,b\n1,x\"y\n", 0, ":2:4", "a quote inside a field"},
        {"a,b\n\"1\"x,2\n", 0, ":2:4", "found \"x,2\" after the closing quote"},
        {"a,b\n\"1\" ,2\n", 0, ":2:4", "after the closing quote"},
        {"a,b\n1,\"2\n3,4\n", 0, ":2:3", "never closed"},
        {"a\n\"1\n2\" x\n", 0, ":3:3", "after the closing quote"},
        {"a,b\n1\r2,3\n", 0, ":2:2", "carriage return"},
        {"a,b\r", 0, ":1:4", "carriage return"},
        {"a\nx\0y\n", 6, ":2:2", "zero byte"},
        {"a\nx\xFFy\n", 0, ":2:2", "0xFF"},
        {"a\n\xC0\xAF\n", 0, ":2:1", "0xC0"},
        {"a\n\xED\xA0\x80\n", 0, ":2:1", "0xED"},
        {"a\nbcdefgh\xE9\n", 0, ":2:8", "0xE9"},
        {"\xFF\xFE"
         "a\0",
         4, ":1:1", "UTF-16"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[500];
        struct err err = {0};
        size_t len = cases[i].len ? cases[i].len : strlen(cases[i].data);
        assert_int_equal(read_all(cases[i].data, len, ',', text, &err), -1);
        assert_int_equal(err.kind, ERR_DATA);
        if (!strstr(err.message, cases[i].message) || !strstr(err.where, cases[i].place))
            fail_msg("case %zu: %s at %s", i, err.message, err.where);
    }
}

static void test_limits(void **state)
{
    (void)state;
    static char data[1000000], text[1000];
    struct err err = {0};
    memset(data, 'x', sizeof(data));
    memcpy(data, "a\n\"", 3);
    assert_int_equal(read_all(data, sizeof(data), ',', text, &err), -1);
    assert_non_null(strstr(err.message, "longer than 100000 bytes"));
    assert_non_null(strstr(err.hint, "never closed"));
    assert_non_null(strstr(err.where, ":2:1"));
    data[2] = 'x';
    assert_int_equal(read_all(data, sizeof(data), ',', text, &err), -1);
    memset(data, ',', sizeof(data));
    assert_int_equal(read_all(data, sizeof(data), ',', text, &err), -1);
    assert_non_null(strstr(err.message, "more than 16384 fields"));
}

/* Random records over several buffers: what was written is what is read, wherever the pieces end. */
static void test_round_trip(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "a", "\"", ",", "\n", "\r\n", "é", "0", " ", "long text without anything special"};
    size_t cap = 3000000;
    char *data = malloc(cap), *expected = malloc(2 * cap), *got = malloc(2 * cap);
    srand(3);
    char *out = data, *want = expected;
    while (out < data + cap - 5000) {
        for (int f = 0; f < 3; f++) {
            out += sprintf(out, "%s\"", f ? "," : "");
            *want++ = '<';
            for (int n = rand() % 30; n > 0; n--) {
                const char *piece = pieces[(size_t)rand() % (sizeof(pieces) / sizeof(pieces[0]))];
                out += sprintf(out, "%s", *piece == '"' ? "\"\"" : piece);
                want += sprintf(want, "%s", piece);
            }
            *out++ = '"';
            *want++ = '>';
        }
        out += sprintf(out, "%s", rand() % 2 ? "\n" : "\r\n");
        *want++ = '/';
    }
    *want = '\0';
    assert_int_equal(read_all(data, (size_t)(out - data), ',', got, NULL), 0);
    assert_true(strcmp(got, expected) == 0);
    free(data);
    free(expected);
    free(got);
}

/* Any bytes give records or an error with a place, never anything else. */
static void test_noise(void **state)
{
    (void)state;
    static const char alphabet[] = "ab,\"\n\r\0\xC3\xA9\xFF";
    srand(11);
    for (int round = 0; round < 3000; round++) {
        char data[64], text[500];
        size_t len = (size_t)rand() % sizeof(data);
        for (size_t i = 0; i < len; i++)
            data[i] = alphabet[(size_t)rand() % (sizeof(alphabet) - 1)];
        struct err err = {0};
        if (read_all(data, len, ',', text, &err) != 0) {
            assert_int_equal(err.kind, ERR_DATA);
            assert_true(err.where[0] != '\0');
        }
    }
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
        cmocka_unit_test(test_grammar),
        cmocka_unit_test(test_tabs),
        cmocka_unit_test(test_mistakes_have_places),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_noise),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
