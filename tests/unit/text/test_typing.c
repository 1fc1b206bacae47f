/* SPDX-License-Identifier: Apache-2.0 */
#include "text/typing.h"
#include "text/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* The type of a column that holds these values, parted by "|". */
static const char *type_of(const char *values)
{
    static char buffer[32];
    struct text_typing typing;
    text_typing_init(&typing);
    for (const char *at = values;; at++) {
        size_t len = strcspn(at, "|");
        text_typing_add(&typing, at, len);
        at += len;
        if (*at == '\0')
            break;
    }
    return text_type_sql(text_typing_end(&typing), buffer);
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
        {"9223372036854775808", "DECIMAL(19,0)"},
        {"-9223372036854775809", "DECIMAL(19,0)"},
        {"12345678901234567890|1", "DECIMAL(20,0)"},
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
        {"1.50|2.25", "DECIMAL(3,2)"},
        {"1.50|1.5", "VARCHAR"},
        {"1.1|1.2|1.10", "VARCHAR"},
        {"1.5|2.25|10", "DECIMAL(4,2)"},
        {"10.0|1.5|2.25", "DECIMAL(4,2)"},
        {"1|1.0", "VARCHAR"},
        {"100|99.90", "DECIMAL(5,2)"},
        {"100|100.00|99.90", "VARCHAR"},
        {"10.00|1.5", "VARCHAR"},
        {"1.0|2.0", "DECIMAL(2,1)"},
        {"0.5|0.25", "DECIMAL(2,2)"},
        {"0.00", "DECIMAL(2,2)"},
        {"12345678901234567890.5|0.1234567890123456789", "VARCHAR"},
        {"1234567890123456789.25|1", "DECIMAL(21,2)"},
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
        if (text_number(text, (size_t)len, &number) && text_number_double(&number, &real)) {
            assert_true(strtod(text, &end) == real);
            assert_ptr_equal(end, text + len);
        }
        int64_t integer;
        if (text_number(text, (size_t)len, &number) && text_number_bigint(&number, &integer)) {
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
        cmocka_unit_test(test_numbers_by_chance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
