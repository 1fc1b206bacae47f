/* SPDX-License-Identifier: Apache-2.0 */
#include "text/csv_scan.h"
#include "text/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char path[] = "/tmp/leat-csv-XXXXXX";
static struct text_file file = {.path = path, .label = "file.csv"};

static void write_file(const char *data, size_t len)
{
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(data, 1, len, out), len);
    fclose(out);
}

/* All records as text: fields in [], quoted ones in <>, records parted by "/"; wrong ones as {line:column why}. */
static char *add_record(char *out, const struct text_record *record)
{
    if (record->wrong)
        return out + sprintf(out, "{%lld:%lld %s}/", (long long)record->wrong_line,
                             (long long)record->wrong_column, record->wrong);
    for (size_t i = 0; i < record->count; i++) {
        const struct text_field *field = &record->fields[i];
        bool is_quoted = field->token == TOKEN_QUOTED;
        out += sprintf(out, "%c%.*s%c", is_quoted ? '<' : '[', (int)field->len, field->text,
                       is_quoted ? '>' : ']');
    }
    return out + sprintf(out, "/");
}

static int read_as(const char *data, size_t len, const struct text_head *head, char *ret_text,
                   struct err *err)
{
    write_file(data, len);
    AUTO(text_reader_close_at) struct text_reader *reader = NULL;
    struct text_range range = {.end_byte = -1, .line = 1};
    TRY(csv_open(&file, head, range, NULL, &reader, err));
    struct text_record record;
    int got;
    *ret_text = '\0';
    char *out = ret_text;
    while ((got = text_reader_next(reader, &record, err)) > 0) {
        /* What is raw is what is in the file. */
        assert_memory_equal(data + record.offset, record.raw, record.raw_len);
        out = add_record(out, &record);
    }
    return got;
}

static struct text_head plain_head(char delimiter)
{
    return (struct text_head){.dialect = {.delimiter = delimiter,
                                          .quote = '"',
                                          .encoding = ENCODING_UTF8,
                                          .packing = PACKING_NONE,
                                          .max_field_bytes = 100000},
                              .end_byte = -1};
}

static int read_all(const char *data, size_t len, char delimiter, char *ret_text, struct err *err)
{
    struct text_head head = plain_head(delimiter);
    head.has_mark = len >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0;
    return read_as(data, len, &head, ret_text, err);
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
        {"\"\"\"\",\"\"\"a\"\"\"\n", "<\"><\"a\">/"},
        {"\"a\nb\r\nc\",d\r\n", "<a\nb\r\nc>[d]/"},
        {"\"a\"", "<a>/"},
        {"\"a\rb\"\n", "<a\rb>/"},
        {"é,日本,🙂\n", "[é][日本][🙂]/"},
        {" a , b\n", "[ a ][ b]/"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[500];
        struct err err = {0};
        int got = read_all(cases[i].data, strlen(cases[i].data), ',', text, &err);
        if (got != 0 || strcmp(text, cases[i].records) != 0)
            fail_msg("case %zu: %d %s %s", i, got, text, err.message);
    }
}

static void test_dialects(void **state)
{
    (void)state;
    static const struct {
        char delimiter, quote, comment;
        bool is_trimmed;
        size_t name_count;
        const char *data, *records;
    } cases[] = {
        {'\t', '"', 0, false, 0, "a,b\t\"c\td\"\n", "[a,b]<c\td>/"},
        {',', '\'', 0, false, 0, "'a,''b',\"c\n", "<a,'b>[\"c]/"},
        {',', TEXT_NO_QUOTE, 0, false, 0, "\"a,b\"c\n", "[\"a][b\"c]/"},
        {',', '"', '#', false, 0, "#x\na,#b\n# \"\n\"#c\n#\"\n#end", "[a][#b]/<#c\n#>/"},
        {',', '"', 0, true, 0, " a , \"b \" ,c\t\n\"\",  ,\n", "[a]<b >[c]/<>[][]/"},
        {'\t', '"', 0, true, 0, " a \t\t\"b\" \n", "[a][]<b>/"},
        {',', '"', 0, true, 0, "a \"b\",c\n\"d\" e,f\n",
         "{1:3 found a quote inside a field that does not begin with one: if quotes mean nothing "
         "here, declare quote: none}/"
         "{2:5 found \"e,f\" after the closing quote of a field}/"},
        {',', '"', 0, false, 2, "1,2\n\n\r\n3,4\n\n\n",
         "[1][2]/{2:1 found an empty line between records of 2 fields}/[3][4]/"},
        {',', '"', '#', false, 2, "#\n\n#\n1,2\n\n#\n3,4\n\n#\n",
         "{2:1 found an empty line between records of 2 fields}/[1][2]/"
         "{5:1 found an empty line between records of 2 fields}/[3][4]/"},
        {',', '"', 0, false, 1, "1\n\n2\n\n", "[1]/[]/[2]/[]/"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[500];
        struct err err = {0};
        struct text_head head = plain_head(cases[i].delimiter);
        head.dialect.quote = cases[i].quote;
        head.dialect.comment = cases[i].comment;
        head.dialect.is_trimmed = cases[i].is_trimmed;
        head.name_count = cases[i].name_count;
        int got = read_as(cases[i].data, strlen(cases[i].data), &head, text, &err);
        if (got != 0 || strcmp(text, cases[i].records) != 0)
            fail_msg("case %zu: %d %s %s", i, got, text, err.message);
    }
}

static void test_encodings(void **state)
{
    (void)state;
    static const char data[] = "a,\xE9\n\"\xE9\"\"\x80\",b\nc\x81,d\ne,f\n";
    char text[500];
    struct text_head head = plain_head(',');
    head.dialect.encoding = ENCODING_WINDOWS_1252;
    write_file(data, sizeof(data) - 1);
    AUTO(text_reader_close_at) struct text_reader *reader = NULL;
    struct text_range range = {.end_byte = -1, .line = 1};
    assert_int_equal(csv_open(&file, &head, range, NULL, &reader, NULL), 0);
    struct text_record record;
    assert_int_equal(text_reader_next(reader, &record, NULL), 1);
    add_record(text, &record);
    assert_string_equal(text, "[a][é]/");
    assert_int_equal(record.raw_len, 4);
    assert_memory_equal(record.raw, "a,é", 4);
    assert_int_equal(text_reader_next(reader, &record, NULL), 1);
    add_record(text, &record);
    assert_string_equal(text, "<é\"€>[b]/");
    assert_int_equal(record.offset, 4);
    assert_int_equal(text_reader_next(reader, &record, NULL), 1);
    assert_non_null(strstr(record.wrong, "0x81, which windows-1252 does not define"));
    assert_memory_equal(record.raw, "c\x81,d", 4);
    assert_int_equal(text_reader_next(reader, &record, NULL), 1);
    assert_int_equal(record.offset, 18);
    assert_int_equal(text_reader_next(reader, &record, NULL), 0);
    assert_int_equal(reader->position, sizeof(data) - 1);
}

/* A record that is wrong in itself does not keep anybody from reading the next one. */
static void test_wrong_records(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        size_t len; /* 0: strlen */
        const char *place, *message;
    } cases[] = {
        {"a,b\n1,x\"y\nc,d\n", 0, "/{2:4 ", "a quote inside a field"},
        {"a,b\n1,x\"y,\"\nc,d\n", 0, "/{2:4 ", "a quote inside a field"},
        {"a,b\n\"1\"x,2\nc,d\n", 0, "/{2:4 ", "found \"x,2\" after the closing quote"},
        {"a,b\n\"1\" ,2\nc,d\n", 0, "/{2:4 ", "after the closing quote"},
        {"a,b\n\"1\"\r,\"\nc,d\n", 0, "/{2:4 ", "found byte 0x0D after the closing quote"},
        {"a,b\n\"1\n2\" x\nc,d\n", 0, "/{3:3 ", "after the closing quote"},
        {"a,b\n1\r2,3\nc,d\n", 0, "/{2:2 ", "carriage return"},
        {"a,b\n1,2\r\r\nc,d\n", 0, "/{2:4 ", "carriage return"},
        {"a,b\nx\0y\nc,d\n", 12, "/{2:2 ", "zero byte"},
        {"a,b\n1,\0\nc,d\n", 12, "/{2:3 ", "zero byte"},
        {"a,b\nx\xFFy\nc,d\n", 0, "/{2:2 ", "0xFF"},
        {"a,b\n\xC0\xAF\nc,d\n", 0, "/{2:1 ", "0xC0"},
        {"a,b\n\xED\xA0\x80\nc,d\n", 0, "/{2:1 ", "0xED"},
        {"a,b\nbcdefgh,\xE9\nc,d\n", 0, "/{2:9 ", "0xE9"},
        {"a,b\n\"\n\xE9\"\nc,d\n", 0, "/{3:1 ", "0xE9"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[500];
        struct err err = {0};
        size_t len = cases[i].len ? cases[i].len : strlen(cases[i].data);
        assert_int_equal(read_all(cases[i].data, len, ',', text, &err), 0);
        if (!strstr(text, cases[i].message) || !strstr(text, cases[i].place) ||
            strncmp(text, "[a][b]/", 7) != 0 || !strstr(text, "}/[c][d]/"))
            fail_msg("case %zu: %s", i, text);
    }
    char text[500];
    assert_int_equal(read_all("a,b\r", 4, ',', text, NULL), 0);
    assert_non_null(strstr(text, "{1:4 found a carriage return"));
    assert_int_equal(read_all("a,\"b\"\r", 6, ',', text, NULL), 0);
    assert_non_null(strstr(text, "{1:6 found byte 0x0D after"));
}

static void test_wrong_fields_are_counted(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        size_t field;
    } cases[] = {{"\xFF,b", 0}, {"a,\xFF", 1},   {"a,,\xFF,", 2}, {"a,\"\xFF\"", 1},
                 {"a,b\"", 1},  {"a,,\"\"x", 2}, {"a\r,", 0},     {"\"a\",b\r,c", 1}};
    struct text_head head = plain_head(',');
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        write_file(cases[i].data, strlen(cases[i].data));
        AUTO(text_reader_close_at) struct text_reader *reader = NULL;
        struct text_range range = {.end_byte = -1, .line = 1};
        assert_int_equal(csv_open(&file, &head, range, NULL, &reader, NULL), 0);
        struct text_record record;
        assert_int_equal(text_reader_next(reader, &record, NULL), 1);
        assert_non_null(record.wrong);
        if (record.wrong_field != cases[i].field)
            fail_msg("case %zu: field %zu, %s", i, record.wrong_field, record.wrong);
    }
}

static void test_what_ends_a_file(void **state)
{
    (void)state;
    char text[500];
    struct err err = {0};
    const char *data = "a,b\n1,\"2\n3,4\n";
    assert_int_equal(read_all(data, strlen(data), ',', text, &err), -1);
    assert_int_equal(err.kind, ERR_DATA);
    assert_non_null(strstr(err.message, "never closed"));
    assert_string_equal(err.where, "file.csv:2:3");
}

static void test_limits(void **state)
{
    (void)state;
    static char data[1000000], text[70000];
    struct err err = {0};
    memset(data, 'x', sizeof(data));
    static const char begin[] = {'a', '\n', '"'}, end[] = {'"', '\n', 'b', '\n'};
    memcpy(data, begin, sizeof(begin));
    memcpy(data + sizeof(data) - sizeof(end), end, sizeof(end));
    assert_int_equal(read_all(data, sizeof(data), ',', text, &err), 0);
    assert_non_null(strstr(text, "[a]/{2:1 the field that begins here is longer than 100000"));
    assert_non_null(strstr(text, "}/[b]/"));
    memset(data, ',', sizeof(data));
    assert_int_equal(read_all(data, sizeof(data), ',', text, &err), -1);
    assert_non_null(strstr(err.message, "more than 16384 fields"));
    assert_string_equal(err.where, "file.csv:1:16385");
    data[16383] = '\n';
    assert_int_equal(read_all(data, 16384, ',', text, &err), 0);
    data[16383] = ',';
    data[16384] = '\n';
    assert_int_equal(read_all(data, 16385, ',', text, &err), -1);
}

static void test_longest_record(void **state)
{
    (void)state;
    size_t len = (size_t)TEXT_MAX_RECORD_BYTES + 100;
    char *data = malloc(len);
    memset(data, 'x', len);
    data[0] = '"';
    char text[500];
    struct err err = {0};
    assert_int_equal(read_all(data, len, ',', text, &err), -1);
    assert_non_null(strstr(err.message, "longer than 67108864 bytes"));
    assert_non_null(strstr(err.hint, "never closed"));
    assert_string_equal(err.where, "file.csv:1:1");
    free(data);
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

static void assert_same(const struct csv_scan *a, const struct csv_found *found_a,
                        const struct csv_scan *b, const struct csv_found *found_b)
{
    assert_int_equal(found_a->count, found_b->count);
    assert_int_equal(found_a->len, found_b->len);
    assert_int_equal(found_a->bytes, found_b->bytes);
    assert_int_equal(found_a->lines, found_b->lines);
    assert_int_equal(a->begin, b->begin);
    assert_true(!found_a->wrong == !found_b->wrong);
    for (size_t i = 0; !found_a->wrong && i < found_a->count; i++) {
        assert_ptr_equal(a->fields[i].text, b->fields[i].text);
        assert_int_equal(a->fields[i].len, b->fields[i].len);
        assert_int_equal(a->fields[i].token, b->fields[i].token);
        const char *end = a->fields[i].text + a->fields[i].len;
        for (const char *p = a->fields[i].text; p < end; p++) {
            assert_true((unsigned char)*p < 0x80 && *p != 0 ? true : found_a->has_odd);
            assert_true(*p != '\r' || a->fields[i].token == TOKEN_QUOTED || found_a->has_odd);
            assert_true(*p != a->quote || found_a->has_doubled);
        }
    }
}

/* By blocks and byte by byte, any bytes give the same. */
static void test_blocks_and_bytes(void **state)
{
    (void)state;
    static const char *const pieces[] = {"a",    ",",     "\"",    "\n",     "\"\"", "\r\n",
                                         "\r",   "\xE9",  "\",\"", "\"\n\"", "abcd", ",,",
                                         "\n\n", "x\"\"", ",\"",   "\",",    "\"\n", "\n\""};
    srand(7);
    for (int round = 0; round < 60000; round++) {
        char buffer[600 + CSV_PADDING] = {0};
        size_t len = 0, kinds = 1 + (size_t)rand() % (sizeof(pieces) / sizeof(pieces[0]));
        for (int n = rand() % 140; n > 0; n--) {
            const char *piece = pieces[(size_t)rand() % kinds];
            len += (size_t)sprintf(buffer + len, "%s", piece);
        }
        if (rand() % 5 == 0)
            buffer[len++] = '\0';
        buffer[len++] = '\n';
        struct csv_scan a = {.delimiter = ',',
                             .quote = rand() % 10 ? '"' : CSV_NO_QUOTE,
                             .buffer = buffer,
                             .end = len,
                             .is_end = rand() % 4 != 0};
        a.is_cr_end = a.is_end && len > 1 && buffer[len - 2] == '\r' && rand() % 2;
        struct csv_scan b = a;
        while (a.begin < a.end) {
            struct csv_found found_a = {0}, found_b = {0};
            enum csv_got got = csv_scan_record(&a, &found_a);
            if (got == CSV_MORE)
                break;
            assert_int_equal(got, csv_walk_record(&b, &found_b));
            if (got != CSV_RECORD)
                break;
            assert_same(&a, &found_a, &b, &found_b);
        }
        csv_scan_release(&a);
        csv_scan_release(&b);
    }
}

/* Any bytes give records or an error with a place, never anything else. */
static void test_noise(void **state)
{
    (void)state;
    static const char alphabet[] = "ab,\"\n\r\0\xC3\xA9\xFF";
    srand(11);
    for (int round = 0; round < 3000; round++) {
        char data[64], text[8000];
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
        cmocka_unit_test(test_dialects),
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_wrong_records),
        cmocka_unit_test(test_wrong_fields_are_counted),
        cmocka_unit_test(test_what_ends_a_file),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_longest_record),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_blocks_and_bytes),
        cmocka_unit_test(test_noise),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
