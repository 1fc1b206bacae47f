/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

#include <string.h>

static void appends(void **state)
{
    (void)state;
    struct str str = STR_INIT(1000);
    assert_string_equal(str_text(&str), "");
    str_append(&str, "ab");
    str_append(&str, NULL);
    str_append_char(&str, 'c');
    str_append_len(&str, "defgh", 2);
    str_appendf(&str, "-%d", 42);
    assert_string_equal(str_text(&str), "abcde-42");
    str_clear(&str);
    assert_string_equal(str_text(&str), "");
    str_release(&str);
    str_append(&str, "again");
    assert_string_equal(str_text(&str), "again");
    str_release(&str);
}

static void past_the_maximum_nothing_changes(void **state)
{
    (void)state;
    struct str str = STR_INIT(5);
    str_append(&str, "12345");
    assert_false(str.is_failed);
    str_append(&str, "6");
    assert_true(str.is_failed);
    assert_string_equal(str_text(&str), "12345");
    str_clear(&str);
    str_append(&str, "1234");
    str_append_literal(&str, "x"); /* three characters or none */
    assert_string_equal(str_text(&str), "1234");
    str_append_char(&str, '5'); /* failed stays failed: no holes */
    assert_string_equal(str_text(&str), "1234");
    assert_true(str.is_failed);
    str_release(&str);
    struct str none = {0};
    str_append(&none, "x");
    str_append_json(&none, "x");
    assert_true(none.is_failed);
    assert_string_equal(str_text(&none), "");
    str_release(&none);
}

static void long_texts_grow(void **state)
{
    (void)state;
    struct str str = STR_INIT(100000);
    for (int i = 0; i < 100000; i++)
        str_append_char(&str, 'x');
    assert_false(str.is_failed);
    assert_int_equal(strlen(str_text(&str)), 100000);
    assert_int_equal(str.cap, 100001);
    str_appendf(&str, "%d", 1);
    assert_true(str.is_failed);
    str_release(&str);
}

static void quotes_for_sql_and_json(void **state)
{
    (void)state;
    struct str str = STR_INIT(1000);
    str_append_ident(&str, "a\"b");
    str_append_literal(&str, "it's");
    str_append_literal(&str, NULL);
    assert_string_equal(str_text(&str), "\"a\"\"b\"'it''s'NULL");
    str_clear(&str);
    str_append_json(&str, "a\"\\\b\f\n\r\t\x01/\xC3\xA4\xF0\x9F\x98\x80");
    str_append_json(&str, NULL);
    assert_string_equal(str_text(&str),
                        "\"a\\\"\\\\\\b\\f\\n\\r\\t\\u0001/\xC3\xA4\xF0\x9F\x98\x80\"null");
    str_clear(&str);
    str_append_json(&str, "\xFFx\xC3");
    assert_string_equal(str_text(&str), "\"\xEF\xBF\xBDx\xEF\xBF\xBD\"");
    str_release(&str);
}

static void utf8_is_judged(void **state)
{
    (void)state;
    assert_int_equal(utf8_length("a"), 1);
    assert_int_equal(utf8_length(""), 1);
    assert_int_equal(utf8_length("\xC3\xA4"), 2);
    assert_int_equal(utf8_length("\xE2\x82\xAC"), 3);
    assert_int_equal(utf8_length("\xF0\x9F\x98\x80"), 4);
    assert_int_equal(utf8_length("\xC3"), 0);             /* cut */
    assert_int_equal(utf8_length("\xA4"), 0);             /* no start */
    assert_int_equal(utf8_length("\xC0\x80"), 0);         /* longer than needed */
    assert_int_equal(utf8_length("\xE0\x80\x80"), 0);     /* the same */
    assert_int_equal(utf8_length("\xED\xA0\x80"), 0);     /* a surrogate */
    assert_int_equal(utf8_length("\xF4\x90\x80\x80"), 0); /* above U+10FFFF */
    assert_int_equal(utf8_length("\xFE"), 0);
}

static void comparisons(void **state)
{
    (void)state;
    assert_true(str_eq(NULL, NULL));
    assert_false(str_eq("", NULL));
    assert_true(str_eq("a", "a"));
    assert_false(str_eq("a", "b"));
    assert_true(str_starts("abc", "ab"));
    assert_true(str_starts("abc", ""));
    assert_false(str_starts("a", "ab"));
    assert_true(str_ends("abc", "bc"));
    assert_false(str_ends("c", "bc"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends),         cmocka_unit_test(past_the_maximum_nothing_changes),
        cmocka_unit_test(long_texts_grow), cmocka_unit_test(quotes_for_sql_and_json),
        cmocka_unit_test(utf8_is_judged),  cmocka_unit_test(comparisons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
