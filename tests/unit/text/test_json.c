/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "text/json.h"
#include "text/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char path[] = "/tmp/leat-json-XXXXXX";
static struct str text = STR_INIT((size_t)64 << 20);
static struct arena arena;
static struct err err;

static void write_file(const char *data, size_t len)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    fclose(file);
}

static void append_record(const struct text_record *record, const struct text_names *names)
{
    static const char letters[] = {[TOKEN_STRING] = 's',
                                   [TOKEN_NUMBER] = 'n',
                                   [TOKEN_TRUTH] = 't',
                                   [TOKEN_NESTED] = 'o',
                                   [TOKEN_NULL] = '-'};
    if (record->wrong) {
        str_appendf(&text, "!%lld %s|", (long long)record->wrong_column, record->wrong);
        return;
    }
    for (size_t i = 0; i < record->count; i++) {
        const struct text_field *field = &record->fields[i];
        if (field->token == TOKEN_NULL)
            continue;
        str_appendf(&text, "%s=%c:", names->items[i], letters[field->token]);
        str_append_len(&text, field->text, field->len);
        str_append_char(&text, ' ');
    }
    str_append_char(&text, '|');
}

static const struct text_file file = {.path = path, .label = "a.json"};

/* All records into `text`: "name=kind:value …|", or "!column why|" for those that are wrong. */
static int read_range(const struct text_dialect *said, const struct text_range *range,
                      const struct text_names *known)
{
    struct text_head head;
    struct text_reader *reader = NULL;
    struct text_record record;
    str_clear(&text);
    err = (struct err){0};
    TRY(json_detect(&file, said, NULL, &arena, &head, &err));
    struct text_range all = {head.start_byte, head.end_byte, head.line};
    TRY(json_open(&file, &head, range ? *range : all, known, NULL, &reader, &err));
    int got;
    while ((got = reader->ops->next(reader, &record, &err)) > 0) {
        append_record(&record, &reader->names);
        assert_true(record.offset + (int64_t)record.raw_len <= reader->position);
    }
    reader->ops->close(reader);
    return got;
}

static struct text_dialect dialect_of(enum text_format format, const char *records)
{
    return (struct text_dialect){.format = format, .records = records, .max_field_bytes = 100000};
}

static void check(enum text_format format, const char *records, const char *data, size_t len,
                  const char *expected)
{
    struct text_dialect dialect = dialect_of(format, records);
    write_file(data, len);
    if (read_range(&dialect, NULL, NULL) != 0) {
        str_appendf(&text, "FAILED %s %s", err.where, err.message);
    }
    if (strcmp(str_text(&text), expected) != 0)
        fail_msg("%.500s\n   gives %.900s\n     not %.900s", data, str_text(&text), expected);
}

struct example {
    const char *data, *expected;
};

static void check_all(enum text_format format, const char *records, const struct example *examples,
                      size_t count)
{
    for (size_t i = 0; i < count; i++)
        check(format, records, examples[i].data, strlen(examples[i].data), examples[i].expected);
}

static void test_values(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"", ""},
        {" \n\r\n\t\n", ""},
        {"\xEF\xBB\xBF{\"a\":1}", "a=n:1 |"},
        {"{}\n", "|"},
        {"{\"a\":1}\r\n{\"a\":2}\r\n", "a=n:1 |a=n:2 |"},
        {" { \"a\" : \"x\" , \"b\" : true } \n", "a=s:x b=t:true |"},
        {"{\"a\":null,\"b\":\"\"}", "b=s: |"},
        {"{\"a\":12345678901234567890123456789012345678901234567890}",
         "a=n:12345678901234567890123456789012345678901234567890 |"},
        {"{\"a\":-0.10e+5,\"b\":0,\"c\":1E9}", "a=n:-0.10e+5 b=n:0 c=n:1E9 |"},
        {"{\"a\":1}\n{\"b\":2}\n{\"b\":3,\"a\":4}", "a=n:1 |b=n:2 |a=n:4 b=n:3 |"},
        {"{\"a\":[1, 2 , {\"x y\" : \" z \\\" \"}]}", "a=o:[1,2,{\"x y\":\" z \\\" \"}] |"},
        {"{\"a\":[],\"b\":{}}", "a=o:[] b=o:{} |"},
        {"{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20ac\\ud83d\\ude42\"}",
         "a=s:\"\\/\b\f\n\r\té€🙂 |"},
        {"{\"a\\u0062\":1,\"c\\\"\":2}\n{\"ab\":3,\"c\\\"\":4}",
         "ab=n:1 c\"=n:2 |ab=n:3 c\"=n:4 |"},
        {"{\"é\":\"日本 🙂\"}", "é=s:日本 🙂 |"},
        {"{\"a\":{\"b\":1,\"c\":{\"b\":1}},\"d\":[{\"b\":1},{\"b\":1}]}",
         "a=o:{\"b\":1,\"c\":{\"b\":1}} d=o:[{\"b\":1},{\"b\":1}] |"},
    };
    check_all(TEXT_JSON_LINES, NULL, examples, ARRAY_COUNT(examples));
}

/* In lines, each of these is one wrong record, and the next line is read. */
static void test_wrong_lines(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"[1]", "!1 found a list, expected an object|"},
        {"\"x\"", "!1 found a text, expected an object|"},
        {" 12", "!2 found a number, expected an object|"},
        {"null", "!1 found null, expected an object|"},
        {"true", "!1 found true or false, expected an object|"},
        {"{\"a\":1,\"a\":2}", "!8 the key \"a\" is there twice|"},
        {"{\"a\":1,\"\\u0061\":2}", "!8 the key \"a\" is there twice|"},
        {"{\"x\":{\"a\":1,\"b\":[],\"a\":2}}", "!20 the key \"a\" is there twice in one object|"},
        {"{\"x\":[{\"a\":{},\"\\u0061\":2}]}",
         "!15 the key \"\\u0061\" is there twice in one object|"},
        {"{\"\":1}", "!2 found an empty key, which names no column|"},
        {"{\"a\":NaN}", "!6 found NaN, which is no value of JSON|"},
        {"{\"a\":-Infinity}", "!6 found -Infinity, which is no value of JSON|"},
        {"{\"a\":01}", "!6 found 01, which is no value of JSON|"},
        {"{\"a\":.5}", "!6 found .5, which is no value of JSON|"},
        {"{\"a\":+1}", "!6 found +1, which is no value of JSON|"},
        {"{\"a\":1.}", "!6 found 1., which is no value of JSON|"},
        {"{\"a\":1e}", "!6 found 1e, which is no value of JSON|"},
        {"{\"a\":-}", "!6 found -, which is no value of JSON|"},
        {"{\"a\":0x1F}", "!6 found 0x1F, which is no value of JSON|"},
        {"{\"a\":True}", "!6 found True, which is no value of JSON|"},
        {"{\"a\":1_000}", "!6 found 1_000, which is no value of JSON|"},
        {"{\"a\":[01]}", "!7 found 01, which is no value of JSON|"},
        {"{\"a\":1,}", "!8 found }, expected a key in double quotes|"},
        {"{,\"a\":1}", "!2 found ,, expected a key in double quotes|"},
        {"{\"a\":[1,]}", "!9 found ], expected a value|"},
        {"{\"a\":[1 2]}", "!9 found 2, expected \",\" or \"]\"|"},
        {"{\"a\":[1}]", "!8 found }, expected \",\" or \"]\"|"},
        {"{\"a\" 1}", "!6 found 1, expected \":\"|"},
        {"{\"a\":}", "!6 found }, expected a value|"},
        {"{\"a\":1 \"b\":2}", "!8 found \"b\", expected \",\" or \"}\"|"},
        {"{'a':1}", "!2 found ', but JSON has only double quotes|"},
        {"{a:1}", "!2 found a, expected a key in double quotes|"},
        {"{1:1}", "!2 found 1, expected a key in double quotes|"},
        {"{\"a\":1} // x", "!9 found /, but JSON has no comments|"},
        {"{\"a\":1} {\"a\":2}", "!9 found {, expected one object in a line|"},
        {"{\"a\":1", "!7 found the end of the line, expected \",\" or \"}\"|"},
        {"{\"a\":\"x",
         "!6 found the end of the line in a text that begins here and has no closing quote|"},
        {"{\"a\":\"x\\",
         "!6 found the end of the line in a text that begins here and has no closing quote|"},
        {"{\"a\":\"\\u12\"}", "!7 found \\u without four hexadecimal digits|"},
        {"{\"a\":\"\\x41\"}", "!7 found \\x, which is no escape of JSON|"},
        {"{\"a\":\"\\\xC3\xA9\"}", "!7 found a backslash that escapes nothing|"},
        {"{\"a\":\"\\ud800\"}", "!7 found \\ud800, half of a surrogate pair|"},
        {"{\"a\":\"x\\ude42\\ud83d\"}", "!8 found \\ude42, half of a surrogate pair|"},
        {"{\"a\":\"\\ud83d\\u0041\"}", "!7 found \\ud83d, half of a surrogate pair|"},
        {"{\"a\":\"\\u0000\"}", "!7 found \\u0000, which no text can hold|"},
        {"{\"\\u0000\":1}", "!3 found \\u0000, which no text can hold|"},
        {"{\"a\":\"\x01\"}", "!7 found byte 0x01 in a text, where it must be escaped|"},
        {"{\"a\":\"x\ty\"}", "!8 found byte 0x09 in a text, where it must be escaped|"},
        {"{\"a\":\"\xE9\"}", "!7 found byte 0xE9, which is not UTF-8|"},
        {"{\"a\":\"12345678\xED\xA0\x80\"}", "!15 found byte 0xED, which is not UTF-8|"},
        {"{\"\xFF\":1}", "!3 found byte 0xFF, which is not UTF-8|"},
        {"\xEF\xBB\xBF\xEF\xBB\xBF{}", "!1 found byte 0xEF outside of texts|"},
        {"{\"a\":1}\f", "!8 found byte 0x0C outside of texts|"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(examples); i++) {
        char data[300], expected[300];
        snprintf(data, sizeof(data), "%s\n{\"z\":1}\n", examples[i].data);
        snprintf(expected, sizeof(expected), "%sz=n:1 |", examples[i].expected);
        check(TEXT_JSON_LINES, NULL, data, strlen(data), expected);
    }
    static const char zeros[] = "{\"a\":\"\0\"}\n{\"z\":1}\n\0";
    check(
        TEXT_JSON_LINES, NULL, zeros, sizeof(zeros) - 1,
        "!7 found byte 0x00 in a text, where it must be escaped|z=n:1 |!1 found byte 0x00 outside of "
        "texts|");
}

static void test_documents(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"[]", ""},
        {" [ ] ", ""},
        {"\xEF\xBB\xBF[{\"a\":1},\n {\"a\":2} ]\n", "a=n:1 |a=n:2 |"},
        {"[{\"a\":1},[2],3,{\"a\":4}]",
         "a=n:1 |!10 found a list, expected an object|!14 found a number, expected an object|a=n:4 |"},
        {"[{\"a\":NaN},{\"a\":\n01},{\"a\":\"\n\"}]",
         "!7 found NaN, which is no value of JSON|!1 found 01, which is no value of JSON|"
         "!11 found byte 0x0A in a text, where it must be escaped|"},
        {"[{\"a\":1},{\"b\":1,\"b\":2}]", "a=n:1 |!17 the key \"b\" is there twice|"},
        {"[{\"a\":1},]", "a=n:1 |FAILED a.json:1:10 found ], expected an object"},
        {"[{\"a\":1}\n{\"a\":2}]", "a=n:1 |FAILED a.json:2:1 found {, expected \",\" or \"]\""},
        {"[{\"a\":1},{\"a\":2,}]",
         "a=n:1 |FAILED a.json:1:17 found }, expected a key in double quotes"},
        {"[{\"a\":1}",
         "a=n:1 |FAILED a.json:1:9 found the end of the file, expected \",\" or \"]\""},
        {"[{\"a\":1}] x", "a=n:1 |FAILED a.json:1:11 found x, which is no value of JSON"},
        {"[{\"a\":1}] []", "a=n:1 |FAILED a.json:1:11 found [, expected the end of the file"},
        {"[", "FAILED a.json:1:2 found the end of the file, expected an object"},
        {"{\"items\":[{\"a\":1},{\"a\":2}]}", "a=n:1 |a=n:2 |"},
        {"{\"n\":2,\"x\":{\"y\":[{}]},\"e\":[],\"i.t\\\\\":[{\"a\":1}],\"m\":[1,{}]}", "a=n:1 |"},
    };
    check_all(TEXT_JSON, NULL, examples, ARRAY_COUNT(examples));
    static const struct example whole[] = {
        {"{\"a\":1,\"b\":[{}]}", "a=n:1 b=o:[{}] |"},
        {"{\"a\":1}\n{\"a\":2}\n",
         "a=n:1 |FAILED a.json:2:1 found {, expected the end of the file"},
        {"",
         "FAILED a.json:1:1 found the end of the file, expected a list of records, or one object"},
        {"12", "FAILED a.json:1:1 found 12, expected a list of records, or one object"},
    };
    check_all(TEXT_JSON, "", whole, ARRAY_COUNT(whole));
    assert_non_null(strstr(err.message, "expected a list"));
}

static void test_paths(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"{\"data\":{\"items\":[{\"a\":1}]}}", "a=n:1 |"},
        {"{\"x\":[{\"data\":1}],\"d\\u0061ta\":{\"y\":{},\"items\":[{\"a\":1}],\"z\":[{}]},\"u\":{}}",
         "a=n:1 |"},
        {"{\"data\":{\"items\":{\"a\":1}}}", "a=n:1 |"},
        {"{\"data\":{\"items\":[]}}", ""},
        {"{\"data\":{\"items\":null}}",
         "FAILED a.json:1:18 found null, expected a list of records, or one object"},
        {"{\"data\":[]}",
         "FAILED a.json:1:9 found [, expected an object on the path to the records"},
        {"{\"data\":{}}", "FAILED a.json:1:10 found no key \"items\" in the object that ends here"},
        {"{\"a\":{}}", "FAILED a.json:1:8 found no key \"data\" in the object that ends here"},
        {"{\"data\":{\"items\":[{\"a\":1}],\"items\":[]}}",
         "a=n:1 |FAILED a.json:1:36 the key \"items\" is there twice"},
        {"{\"data\":{\"items\":[{\"a\":1}]},\"x\":[1,}",
         "a=n:1 |FAILED a.json:1:36 found }, expected a value"},
    };
    check_all(TEXT_JSON, "data.items", examples, ARRAY_COUNT(examples));
    check(TEXT_JSON, "a\\.b.c\\\\", "{\"a.b\":{\"c\\\\\":[{\"x\":1}]}}", 25, "x=n:1 |");
    static const struct example asked[] = {
        {"{\"a\":[{}],\"b\":[{}]}", "FAILED a.json:1:1 the records could be in 2 lists: a, b"},
        {"{\"d\":{\"i\":[{}],\"j.k\":[{}]},\"e\":{\"l\":[[{}]]}}",
         "FAILED a.json:1:1 the records could be in 2 lists: d.i, d.j\\.k"},
        {"{\"d\":{\"i\":[1]}}",
         "FAILED a.json:1:1 found no list of objects in the object that is the file"},
    };
    check_all(TEXT_JSON, NULL, asked, ARRAY_COUNT(asked));
    assert_non_null(strstr(err.hint, "or to \"\" when the whole file is one record"));
}

/* A second list behind the first MB, where the head did not see it. */
static void test_second_list(void **state)
{
    (void)state;
    struct str data = STR_INIT((size_t)8 << 20);
    str_append(&data, "{\"items\":[{\"a\":1}");
    for (int i = 0; i < 200000; i++)
        str_append(&data, ",\n{\"a\":1}");
    str_append(&data, "],\"others\":[{}]}");
    write_file(data.data, data.len);
    struct text_dialect dialect = dialect_of(TEXT_JSON, NULL);
    assert_int_equal(read_range(&dialect, NULL, NULL), -1);
    assert_non_null(strstr(err.message, "second list of objects"));
    assert_string_equal(err.where, "a.json:200001:23");
    dialect.records = "items";
    assert_int_equal(read_range(&dialect, NULL, NULL), 0);
    str_release(&data);
}

static void test_depth(void **state)
{
    (void)state;
    for (int depth = 127; depth <= 128; depth++) {
        struct str data = STR_INIT(10000);
        str_append(&data, "[{\"a\":");
        for (int i = 0; i < depth; i++)
            str_append(&data, "[");
        for (int i = 0; i < depth; i++)
            str_append(&data, "]");
        str_append(&data, "}]");
        write_file(data.data, data.len);
        struct text_dialect dialect = dialect_of(TEXT_JSON, "");
        assert_int_equal(read_range(&dialect, NULL, NULL), depth == 127 ? 0 : -1);
        if (depth == 128)
            assert_string_equal(err.message, "found more than 128 levels of nesting");
        str_release(&data);
    }
}

static void test_limits(void **state)
{
    (void)state;
    struct str data = STR_INIT((size_t)1 << 22);
    str_append(&data, "{\"a\":\"");
    for (int i = 0; i < 100001; i++)
        str_append_char(&data, 'x');
    str_append(&data, "\"}\n{\"b\":1}\n{");
    for (int i = 0; i <= TEXT_MAX_FIELDS; i++)
        str_appendf(&data, "%s\"k%d\":1", i ? "," : "", i);
    str_append(&data, "}\n{\"c\":2}\n");
    check(TEXT_JSON_LINES, NULL, data.data, data.len,
          "!6 found a field of 100001 bytes, and at most 100000 can be read|b=n:1 |"
          "!169105 found a key beyond the 16384 that a file may have|c=n:2 |");
    str_release(&data);
}

static void test_known_names(void **state)
{
    (void)state;
    static const char *items[] = {"x", "b"};
    const struct text_names known = {.items = items, .count = 2};
    struct text_dialect dialect = dialect_of(TEXT_JSON_LINES, NULL);
    static const char lines[] = "{\"a\":1,\"b\":2}\n{\"c\":3,\"x\":}\n{\"x\":4}\n";
    write_file(lines, strlen(lines));
    assert_int_equal(read_range(&dialect, NULL, &known), 0);
    /* "c" is of a record that is wrong, so it is no column. */
    assert_string_equal(str_text(&text), "b=n:2 a=n:1 |!12 found }, expected a value|x=n:4 |");
}

static void test_ranges(void **state)
{
    (void)state;
    struct text_dialect dialect = dialect_of(TEXT_JSON_LINES, NULL);
    const struct text_range range = {.start_byte = 8, .end_byte = 24, .line = 2};
    write_file("{\"a\":1}\n{\"a\":2}\n{\"a\":x}\n{\"a\":4}\n", 32);
    assert_int_equal(read_range(&dialect, &range, NULL), 0);
    assert_string_equal(str_text(&text), "a=n:2 |!6 found x, which is no value of JSON|");
}

/* Line, offset and the raw record; the last of each is that of the file. */
static void test_places(void **state)
{
    (void)state;
    static const char lines[] = "\xEF\xBB\xBF\n {\"a\":\"\\u0041\"} \r\n{\"a\":[1, 2]}";
    static const char list[] =
        "{\"x\":[1,\n2],\"r\" : [\n  {\"a\":\n\"\\u0041\"} ,\n{\"a\":[1, 2]}]}";
    struct text_dialect dialects[] = {dialect_of(TEXT_JSON_LINES, NULL),
                                      dialect_of(TEXT_JSON, "r")};
    static const char *const raws[] = {" {\"a\":\"\\u0041\"} ", "{\"a\":[1, 2]}",
                                       "{\"a\":\n\"\\u0041\"}", "{\"a\":[1, 2]}"};
    static const int64_t expected[][2] = {{2, 4}, {3, 22}, {3, 22}, {5, 40}};
    for (int i = 0; i < 2; i++) {
        struct text_head head;
        struct text_reader *reader = NULL;
        struct text_record record;
        write_file(i ? list : lines, strlen(i ? list : lines));
        assert_int_equal(json_detect(&file, &dialects[i], NULL, &arena, &head, &err), 0);
        assert_int_equal(head.can_split, i == 0);
        assert_int_equal(head.has_mark, i == 0);
        struct text_range range = {head.start_byte, -1, 1};
        assert_int_equal(json_open(&file, &head, range, NULL, NULL, &reader, &err), 0);
        for (int k = 2 * i; k < 2 * i + 2; k++) {
            assert_int_equal(reader->ops->next(reader, &record, &err), 1);
            assert_int_equal(record.line, expected[k][0]);
            assert_int_equal(record.offset, expected[k][1]);
            assert_int_equal(record.raw_len, strlen(raws[k]));
            assert_memory_equal(record.raw, raws[k], record.raw_len);
        }
        assert_int_equal(reader->ops->next(reader, &record, &err), 0);
        reader->ops->close(reader);
    }
}

/* Tokens of all lengths at all places of a buffer's end, in both formats, and skipped ones. */
static void test_buffers(void **state)
{
    (void)state;
    struct str data = STR_INIT((size_t)4 << 20), list = STR_INIT((size_t)4 << 20);
    str_append(&list, "{\"skip\":[");
    for (int i = 0; i < 20000; i++)
        str_appendf(&list, "%s\"%.*s\", -%d.5e3, {\"k\\u00e9\":null}", i ? " ,\n" : "", i % 37,
                    "0123456789012345678901234567890123456789", i);
    str_append(&list, "],\"r\":[");
    for (int i = 0; i < 20000; i++) {
        AUTO(str_release) struct str record = STR_INIT(1000);
        str_appendf(&record, "{\"id\": %d, \"t\":\"%.*s\\u00e9\", \"n\": [ {\"x\":%d } ]}", i,
                    i % 41, "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", i * 7);
        str_appendf(&data, "%s\n", str_text(&record));
        str_appendf(&list, "%s%s", i ? "\n," : "", str_text(&record));
    }
    str_append(&list, "]}");
    struct text_dialect lines = dialect_of(TEXT_JSON_LINES, NULL),
                        document = dialect_of(TEXT_JSON, "r");
    write_file(data.data, data.len);
    assert_int_equal(read_range(&lines, NULL, NULL), 0);
    char *first = strdup(str_text(&text));
    assert_non_null(
        strstr(first, "|id=n:19999 t=s:abcdefghijklmnopqrstuvwxyzabcdefé n=o:[{\"x\":139993}] |"));
    write_file(list.data, list.len);
    if (read_range(&document, NULL, NULL) != 0)
        fail_msg("%s %s", err.where, err.message);
    assert_string_equal(str_text(&text), first);
    free(first);
    str_release(&data);
    str_release(&list);
}

static void test_encodings(void **state)
{
    (void)state;
    static const char wide[] = "\xFF\xFE{\0\"\0\xE9\0\"\0:\0"
                               "1\0}\0";
    check(TEXT_JSON_LINES, NULL, wide, sizeof(wide) - 1, "é=n:1 |");
    struct text_dialect dialect = dialect_of(TEXT_JSON, NULL);
    dialect.encoding = ENCODING_WINDOWS_1252;
    write_file("[{\"\xE9\":\"\x80\"}]", 11);
    assert_int_equal(read_range(&dialect, NULL, NULL), 0);
    assert_string_equal(str_text(&text), "é=s:€ |");
    write_file("[{\"\xE9\":\"\x81\"}]", 11);
    assert_int_equal(read_range(&dialect, NULL, NULL), -1);
}

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, (size_t)16 << 20);
    return mkstemp(path) < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    str_release(&text);
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),      cmocka_unit_test(test_wrong_lines),
        cmocka_unit_test(test_documents),   cmocka_unit_test(test_paths),
        cmocka_unit_test(test_second_list), cmocka_unit_test(test_depth),
        cmocka_unit_test(test_limits),      cmocka_unit_test(test_known_names),
        cmocka_unit_test(test_ranges),      cmocka_unit_test(test_places),
        cmocka_unit_test(test_buffers),     cmocka_unit_test(test_encodings),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
