/* SPDX-License-Identifier: Apache-2.0 */
#include "text/builder.h"
#include "text/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct text_field field_of(const char *text, size_t len, enum text_token token)
{
    return (struct text_field){.text = (char *)text, .len = len, .token = token};
}

/* Adds values, parted by "|". */
static void add_values(struct text_typing *typing, const char *values, enum text_token token,
                       struct text_marks marks)
{
    for (const char *at = values;; at++) {
        size_t len = strcspn(at, "|");
        struct text_field field = field_of(at, len, token);
        text_typing_add(typing, &field, marks);
        at += len;
        if (*at == '\0')
            break;
    }
}

/* The type of a column that holds these values. */
static const char *type_of_marked(const char *values, enum text_token token,
                                  struct text_marks marks)
{
    static char buffer[32];
    struct text_typing typing;
    text_typing_init(&typing);
    typing.checks_doubles = true;
    add_values(&typing, values, token, marks);
    struct text_type type = text_typing_end(&typing);
    return text_type_sql(&type, buffer);
}

static const char *type_of(const char *values)
{
    return type_of_marked(values, TOKEN_PLAIN, (struct text_marks){.decimal = '.'});
}

static void test_lattice(void **state)
{
    (void)state;
    static const struct {
        const char *values, *type;
    } cases[] = {
        {"true|false", "BOOLEAN"},
        {"TRUE|False", "BOOLEAN"},
        {"true|1", "VARCHAR"},
        {"t|f", "VARCHAR"},
        {"yes|no", "VARCHAR"},
        {"0|1|-5", "BIGINT"},
        {"9223372036854775807|-9223372036854775808", "BIGINT"},
        {"9223372036854775808", "DECIMAL(38,0)"},
        {"-9223372036854775809", "DECIMAL(38,0)"},
        {"12345678901234567890|1", "DECIMAL(38,0)"},
        {"99999999999999999999999999999999999999", "DECIMAL(38,0)"},
        {"100000000000000000000000000000000000000", "VARCHAR"},
        {"007", "VARCHAR"},
        {"7|07", "VARCHAR"},
        {"1_000", "VARCHAR"},
        {"1,000", "VARCHAR"},
        {"+5", "VARCHAR"},
        {"-0", "VARCHAR"},
        {"-0.0", "VARCHAR"},
        {" 5", "VARCHAR"},
        {"5 ", "VARCHAR"},
        {"", "VARCHAR"},
        {"-", "VARCHAR"},
        {".5", "VARCHAR"},
        {"5.", "VARCHAR"},
        {"1.5.2", "VARCHAR"},
        {"0x1F", "VARCHAR"},
        {"1.50|2.25", "DECIMAL(18,2)"},
        {"1.50|1.5", "VARCHAR"},
        {"1.1|1.2|1.10", "VARCHAR"},
        {"1.5|2.25|10", "DECIMAL(18,2)"},
        {"10.0|1.5|2.25", "DECIMAL(18,2)"},
        {"1|1.0", "VARCHAR"},
        {"100|99.90", "DECIMAL(18,2)"},
        {"100|100.00|99.90", "VARCHAR"},
        {"10.00|1.5", "VARCHAR"},
        {"1.0|2.0", "DECIMAL(18,1)"},
        {"0.5|0.25", "DECIMAL(18,2)"},
        {"0.00", "DECIMAL(18,2)"},
        {"-0.5000000000000000000000000000000000000", "DECIMAL(38,37)"},
        {"0.99999999999999999999999999999999999999", "DECIMAL(38,38)"},
        {"12345678901234567890.5|0.1234567890123456789", "VARCHAR"},
        {"1234567890123456789.25|1", "DECIMAL(38,2)"},
        {"1e5", "DOUBLE"},
        {"1.5E-3|12|0.25|1.50", "DOUBLE"},
        {"1e5|9007199254740993", "VARCHAR"},
        {"9007199254740993|1e5", "VARCHAR"},
        {"1e5|9007199254740992", "DOUBLE"},
        {"0.000000e+00|1.500000e+00", "DOUBLE"},
        {"2310009E13", "VARCHAR"},
        {"1e400", "VARCHAR"},
        {"1e-400", "VARCHAR"},
        {"5e-324", "DOUBLE"},
        {"1.7976931348623157e308", "DOUBLE"},
        {"1.00000000000000000001e0", "VARCHAR"},
        {"1.0000000000000001e-1", "VARCHAR"},
        {"1e", "VARCHAR"},
        {"nan", "VARCHAR"},
        {"1e5|nan", "VARCHAR"},
        {"2024-02-29", "DATE"},
        {"2023-02-29", "VARCHAR"},
        {"2024-2-9", "VARCHAR"},
        {"0000-01-01", "VARCHAR"},
        {"0001-01-01|9999-12-31", "DATE"},
        {"2024-01-01|2024-01-01 10:00:00", "VARCHAR"},
        {"2024-01-01 10:00:00|2024-01-01T10:00:00.123456|2024-01-01T10:00", "TIMESTAMP"},
        {"2024-01-01 10:00:00.1234567", "VARCHAR"},
        {"2024-01-01 10:00:00.", "VARCHAR"},
        {"2024-01-01 24:00:00", "VARCHAR"},
        {"2024-01-01 23:59:60", "VARCHAR"},
        {"2024-01-01 10:00:00Z|2024-01-01T10:00:00+02:00|2024-01-01T10:00:00-0330|2024-01-01 10:00+02",
         "TIMESTAMP WITH TIME ZONE"},
        {"2024-01-01 10:00:00Z|2024-01-01 10:00:00", "VARCHAR"},
        {"9999-12-31 23:59:59.999999Z|0001-01-01 00:00Z|9999-12-31 23:59:59+18",
         "TIMESTAMP WITH TIME ZONE"},
        {"9999-12-31 23:59:59-00:01", "VARCHAR"},
        {"0001-01-01 00:00+00:01", "VARCHAR"},
        {"2024-01-01 10:00:00+2", "VARCHAR"},
        {"2024-01-01 10:00:00+02:", "VARCHAR"},
        {"2024-01-01 10:00:00Zx", "VARCHAR"},
        {"10:00:00|23:59:59.5", "TIME"},
        {"10:00", "VARCHAR"},
        {"24:00:00", "VARCHAR"},
        {"c0ffee00-1234-5678-9abc-def012345678|C0FFEE00-1234-5678-9ABC-DEF012345678", "UUID"},
        {"12345678-1234-5678-9012-123456789012", "UUID"},
        {"c0ffee00-1234-5678-9abc-def01234567g", "VARCHAR"},
        {"c0ffee0001234-5678-9abc-def012345678", "VARCHAR"},
        {"x", "VARCHAR"},
        {"1|x", "VARCHAR"},
        {"x|1", "VARCHAR"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (strcmp(type_of(cases[i].values), cases[i].type) != 0)
            fail_msg("%s gave %s, not %s", cases[i].values, type_of(cases[i].values),
                     cases[i].type);
}

static void test_no_values_is_text(void **state)
{
    (void)state;
    struct text_typing typing;
    text_typing_init(&typing);
    assert_int_equal(text_typing_end(&typing).kind, TEXT_VARCHAR);
}

static void test_instants(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t us;
    } cases[] = {{"1970-01-01 00:00:00Z", 0},
                 {"1970-01-01T02:00:00+02:00", 0},
                 {"1969-12-31T20:30:00-03:30", 0},
                 {"1970-01-01T00:00:01.5Z", 1500000},
                 {"1969-12-31T23:59:59.999999Z", -1}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t us;
        bool has_offset;
        assert_true(text_timestamp(cases[i].text, strlen(cases[i].text), &us, &has_offset));
        assert_true(has_offset);
        assert_int_equal(us, cases[i].us);
    }
}

static void test_marks(void **state)
{
    (void)state;
    static const struct {
        const char *values;
        struct text_marks marks;
        const char *type;
    } cases[] = {
        {"1,5|2,25", {',', 0}, "DECIMAL(18,2)"},
        {"1.5|2,25", {',', 0}, "VARCHAR"},
        {"1.5", {',', 0}, "VARCHAR"},
        {"1,5e3", {',', 0}, "DOUBLE"},
        {"1,234|12", {'.', ','}, "BIGINT"},
        {"1,234,567.5|0.5", {'.', ','}, "DECIMAL(18,1)"},
        {"1.234.567,5", {',', '.'}, "DECIMAL(18,1)"},
        {"1 234 567", {'.', ' '}, "BIGINT"},
        {"1,23", {'.', ','}, "VARCHAR"},
        {"1234,567", {'.', ','}, "VARCHAR"},
        {"0,123", {'.', ','}, "VARCHAR"},
        {"1,2345", {'.', ','}, "VARCHAR"},
        {",123", {'.', ','}, "VARCHAR"},
        {"1,", {'.', ','}, "VARCHAR"},
        {"1,234.567,8", {'.', ','}, "VARCHAR"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const char *type = type_of_marked(cases[i].values, TOKEN_PLAIN, cases[i].marks);
        if (strcmp(type, cases[i].type) != 0)
            fail_msg("%s gave %s, not %s", cases[i].values, type, cases[i].type);
    }
}

/* While the mark is not known both are taken down, and settling decides. */
static void test_marks_to_be_found(void **state)
{
    (void)state;
    static const struct {
        const char *values;
        bool speaks_for_point, speaks_for_comma, is_clear;
        const char *with_point, *with_comma;
    } cases[] = {
        {"1|2", false, false, false, "BIGINT", "BIGINT"},
        {"1.5|2", true, false, false, "DECIMAL(18,1)", "VARCHAR"},
        {"1,5|2", false, true, true, "VARCHAR", "DECIMAL(18,1)"},
        {"1,234|2", false, true, false, "VARCHAR", "DECIMAL(18,3)"},
        {"0,234|2", false, true, true, "VARCHAR", "DECIMAL(18,3)"},
        {"1,5|1.5", false, false, true, "VARCHAR", "VARCHAR"},
        {"1,5|x", false, false, true, "VARCHAR", "VARCHAR"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct text_typing typing, comma;
        char buffer[32];
        text_typing_init(&typing);
        add_values(&typing, cases[i].values, TOKEN_PLAIN, (struct text_marks){0});
        comma = typing;
        assert_int_equal(text_typing_speaks_for(&typing, '.'), cases[i].speaks_for_point);
        assert_int_equal(text_typing_speaks_for(&typing, ','), cases[i].speaks_for_comma);
        assert_int_equal(typing.has_clear_comma, cases[i].is_clear);
        text_typing_settle(&typing, '.');
        text_typing_settle(&comma, ',');
        struct text_type type = text_typing_end(&typing), other = text_typing_end(&comma);
        assert_string_equal(text_type_sql(&type, buffer), cases[i].with_point);
        assert_string_equal(text_type_sql(&other, buffer), cases[i].with_comma);
    }
}

static void test_json_tokens(void **state)
{
    (void)state;
    static const struct {
        const char *values;
        enum text_token token;
        const char *type;
    } cases[] = {
        {"1|1.0|1.50", TOKEN_NUMBER, "DECIMAL(18,2)"},
        {"1|2", TOKEN_NUMBER, "BIGINT"},
        {"-0", TOKEN_NUMBER, "DOUBLE"},
        {"12.5e3|1", TOKEN_NUMBER, "DOUBLE"},
        {"1e400", TOKEN_NUMBER, "VARCHAR"},
        {"12345678901234567890", TOKEN_NUMBER, "DECIMAL(38,0)"},
        {"1|2", TOKEN_STRING, "VARCHAR"},
        {"true", TOKEN_STRING, "VARCHAR"},
        {"true|false", TOKEN_TRUTH, "BOOLEAN"},
        {"2024-01-01", TOKEN_STRING, "DATE"},
        {"[1]", TOKEN_NESTED, "VARCHAR"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const char *type =
            type_of_marked(cases[i].values, cases[i].token, (struct text_marks){.decimal = '.'});
        if (strcmp(type, cases[i].type) != 0)
            fail_msg("%s gave %s, not %s", cases[i].values, type, cases[i].type);
    }
}

/* Columns read in pieces have the type of the column read at once, whatever the pieces and their order. */
static void test_merge(void **state)
{
    (void)state;
    static const char *const values[] = {"0",
                                         "1.5",
                                         "1.50",
                                         "10.0",
                                         "1e5",
                                         "-2",
                                         "2024-01-01",
                                         "1,5",
                                         "1,234",
                                         "true",
                                         "0.10",
                                         "12345678901234567890",
                                         "0.12345678901234567"};
    srand(11);
    for (int round = 0; round < 20000; round++) {
        struct text_typing whole, parts[3];
        struct text_marks marks = {rand() % 2 ? '.' : 0, 0};
        text_typing_init(&whole);
        for (int i = 0; i < 3; i++)
            text_typing_init(&parts[i]);
        size_t first = (size_t)rand() % ARRAY_COUNT(values), span = 1 + (size_t)rand() % 4;
        for (int i = 0; i < 6; i++) {
            const char *text = values[(first + (size_t)rand() % span) % ARRAY_COUNT(values)];
            struct text_field field = field_of(text, strlen(text), TOKEN_PLAIN);
            text_typing_add(&whole, &field, marks);
            text_typing_add(&parts[rand() % 3], &field, marks);
        }
        text_typing_merge(&parts[2], &parts[0]);
        text_typing_merge(&parts[2], &parts[1]);
        text_typing_settle(&whole, '.');
        text_typing_settle(&parts[2], '.');
        struct text_type a = text_typing_end(&whole), b = text_typing_end(&parts[2]);
        assert_int_equal(a.kind, b.kind);
        assert_int_equal(a.width, b.width);
        assert_int_equal(a.scale, b.scale);
    }
}

static void test_type_names(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"int", "INTEGER"},
        {" Decimal ( 10 , 2 ) ", "DECIMAL(10,2)"},
        {"numeric(5)", "DECIMAL(5,0)"},
        {"decimal", "DECIMAL(18,3)"},
        {"timestamptz", "TIMESTAMP WITH TIME ZONE"},
        {"timestamp  with time zone", "TIMESTAMP WITH TIME ZONE"},
        {"text", "VARCHAR"},
        {"double precision", "DOUBLE"},
        {"integer[]", "integer[]"},
        {"STRUCT(a INT)", "STRUCT(a INT)"},
        {"decimal(39,2)", NULL},
        {"decimal(5,6)", NULL},
        {"decimal(5,2)x", NULL},
        {"decimals", NULL},
        {"money", NULL},
        {"", NULL}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct text_type type;
        char buffer[32];
        bool is_known = text_type_parse(cases[i][0], &type);
        assert_int_equal(is_known, cases[i][1] != NULL);
        if (is_known)
            assert_string_equal(text_type_sql(&type, buffer), cases[i][1]);
    }
}

static void test_formats(void **state)
{
    (void)state;
    static const struct {
        const char *format, *text;
        int64_t us; /* -1: is none */
    } cases[] = {{"%d/%m/%Y", "01/02/1970", 31 * US_PER_DAY},
                 {"%d/%m/%Y", "1/2/1970", 31 * US_PER_DAY},
                 {"%d/%m/%Y", "30/02/1970", -1},
                 {"%d/%m/%Y", "1/2/70", -1},
                 {"%d/%m/%Y", "1/2/1970 ", -1},
                 {"%B %d, %Y", "January 2, 1970", US_PER_DAY},
                 {"%d %b %Y", "02 JAN 1970", US_PER_DAY},
                 {"%Y%m%d", "19700102", US_PER_DAY},
                 {"%d.%m.%Y %H:%M", "01.01.1970 01:30", 5400 * US_PER_SECOND},
                 {"%d.%m.%Y %I:%M %p", "01.01.1970 12:30 AM", 1800 * US_PER_SECOND},
                 {"%d.%m.%Y %I:%M %p", "01.01.1970 13:30 PM", -1},
                 {"%H:%M:%S.%f", "00:00:01.5", 1500000},
                 {"%H:%M:%S", "23:59:60", -1},
                 {"%Y-%m-%d %H:%M%z", "1970-01-01 02:00+0200", 0},
                 {"%H%%%M", "01%30", 5400 * US_PER_SECOND}};
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        int64_t us = -1;
        bool has_offset;
        bool is_one =
            text_by_format(cases[i].text, strlen(cases[i].text), cases[i].format, &us, &has_offset);
        if (is_one != (cases[i].us >= 0) || (is_one && us != cases[i].us))
            fail_msg("%s by %s gave %lld", cases[i].text, cases[i].format, (long long)us);
    }
    assert_null(text_format_check("%d/%m/%Y", TEXT_DATE));
    assert_non_null(text_format_check("%d/%m/%y", TEXT_DATE));
    assert_non_null(text_format_check("%d/%m/%Y %H:%M", TEXT_DATE));
    assert_non_null(text_format_check("%d/%m", TEXT_DATE));
    assert_non_null(text_format_check("%d/%d/%Y", TEXT_DATE));
    assert_non_null(text_format_check("%I:%M", TEXT_TIME));
    assert_non_null(text_format_check("%Y-%m-%d %H:%M%z", TEXT_TIMESTAMP));
    assert_null(text_format_check("%Y-%m-%d %H:%M%z", TEXT_TIMESTAMPTZ));
    assert_non_null(text_format_check("%Y", TEXT_VARCHAR));
}

static void test_reasons(void **state)
{
    (void)state;
    static const struct {
        const char *type, *text, *reason;
    } cases[] = {
        {"BIGINT", "12.7", "is no BIGINT: 12.7 has a fraction"},
        {"BIGINT", "007", "is no BIGINT: 007 has a leading zero"},
        {"BIGINT", "9223372036854775808", "is no BIGINT: 9223372036854775808 is out of range"},
        {"TINYINT", "128", "is no TINYINT: 128 is out of range"},
        {"UTINYINT", "-1", "is no UTINYINT: -1 is out of range"},
        {"BIGINT", " 5", "is no BIGINT:  5 has a blank before or after it"},
        {"BIGINT", "", "is no BIGINT: it is empty"},
        {"BIGINT", "x", "is no BIGINT: x is not a number"},
        {"BIGINT", "+5", "is no BIGINT: +5 has a plus sign"},
        {"DECIMAL(18,4)", "1.00005",
         "is no DECIMAL(18,4): 1.00005 has more digits after the point"},
        {"DECIMAL(3,2)", "10.5", "is no DECIMAL(3,2): 10.5 has more digits before the point"},
        {"DECIMAL(3,2)", "1,5",
         "is no DECIMAL(3,2): 1,5 has a comma (a decimal comma or a mark of thousands must be declared)"},
        {"DOUBLE", "0.10000000000000001",
         "is no DOUBLE: 0.10000000000000001 has digits that a floating number does not keep"},
        {"DATE", "2023-02-29", "is no DATE: 2023-02-29 does not exist"},
        {"DATE", "2023-02-28 10:00", "is no DATE: 2023-02-28 10:00 has a time of day"},
        {"DATE", "28.02.2023", "is no DATE: 28.02.2023 is not YYYY-MM-DD"},
        {"TIMESTAMP", "2023-02-28", "is no TIMESTAMP: 2023-02-28 has no time of day"},
        {"TIMESTAMP", "2023-02-28 10:00Z", "is no TIMESTAMP: 2023-02-28 10:00Z has an offset"},
        {"BOOLEAN", "yes", "is no BOOLEAN: yes is neither true nor false"},
        {"INTEGER[]", "[1, 2.7]", "is no INTEGER[]: is no INTEGER: 2.7 has a fraction"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct text_type type;
        char reason[300];
        struct text_field field = field_of(cases[i].text, strlen(cases[i].text), TOKEN_PLAIN);
        assert_true(text_type_parse(cases[i].type, &type));
        text_reason(&type, &field, (struct text_marks){.decimal = '.'}, reason, sizeof(reason));
        assert_string_equal(reason, cases[i].reason);
        struct column_builder column;
        column_builder_init(&column, type, 8);
        assert_false(column_builder_add(&column, &field, (struct text_marks){.decimal = '.'}));
        assert_int_equal(column.count, 0);
        column_builder_release(&column);
    }
}

/* What the quick ways accept is what the long ones say. */
static void test_quick_numbers(void **state)
{
    (void)state;
    static const char alphabet[] = "0123456789.-";
    srand(3);
    for (int round = 0; round < 500000; round++) {
        char text[24];
        int len = rand() % 22;
        for (int i = 0; i < len; i++)
            text[i] = alphabet[rand() % (rand() % 8 ? 10 : 12)];
        struct text_number number;
        bool is_number = text_number(text, (size_t)len, '.', false, &number);
        int64_t quick, slow;
        if (text_quick_bigint(text, (size_t)len, &quick)) {
            assert_true(is_number && text_number_bigint(&number, &slow));
            assert_int_equal(quick, slow);
        }
        int width = 1 + rand() % 18, scale = rand() % (width + 1);
        int128_t wide = 0;
        bool is_quick = text_quick_decimal(text, (size_t)len, '.', width, scale, &quick);
        bool is_slow = is_number && text_number_decimal(&number, width, scale, &wide);
        assert_int_equal(is_quick, is_slow);
        if (is_quick)
            assert_true(quick == wide);
    }
}

/* Whatever is accepted as a number is that number. */
static void test_numbers_by_chance(void **state)
{
    (void)state;
    static const char alphabet[] = "0123456789.-eE+_ ";
    srand(7);
    for (int round = 0; round < 200000; round++) {
        char text[24];
        int len = rand() % 12;
        for (int i = 0; i < len; i++)
            text[i] = alphabet[rand() % (rand() % 4 ? 12 : (int)sizeof(alphabet) - 1)];
        text[len] = '\0';
        struct text_number number;
        double real;
        char *end;
        if (text_number(text, (size_t)len, '.', false, &number) &&
            text_number_double(&number, &real)) {
            assert_true(strtod(text, &end) == real);
            assert_ptr_equal(end, text + len);
        }
        int64_t integer;
        if (text_number(text, (size_t)len, '.', false, &number) &&
            text_number_bigint(&number, &integer)) {
            char back[24];
            snprintf(back, sizeof(back), "%lld", (long long)integer);
            assert_string_equal(back, text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lattice),
        cmocka_unit_test(test_no_values_is_text),
        cmocka_unit_test(test_instants),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_marks_to_be_found),
        cmocka_unit_test(test_json_tokens),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_type_names),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_quick_numbers),
        cmocka_unit_test(test_numbers_by_chance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
