/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/secret.h"

#include <string.h>

struct fixture {
    struct arena arena;
    struct secrets secrets;
};

static void fixture_release(struct fixture *fixture)
{
    arena_release(&fixture->arena);
}

static void start(struct fixture *fixture, size_t count, const char *const *values)
{
    arena_init(&fixture->arena, 1 << 20);
    for (size_t i = 0; i < count; i++)
        secrets_add(&fixture->secrets, &fixture->arena, values[i]);
}

#define START(...)                                      \
    AUTO(fixture_release) struct fixture fixture = {0}; \
    const char *const values[] = {__VA_ARGS__};         \
    start(&fixture, ARRAY_COUNT(values), values)

#define ASSERT_MASKED(text, expected)          \
    do {                                       \
        char copy_[200] = text;                \
        secrets_mask(&fixture.secrets, copy_); \
        assert_string_equal(copy_, expected);  \
    } while (0)

static void secrets_do_not_show(void **state)
{
    (void)state;
    START("hunter2", "swordfish");
    ASSERT_MASKED("", "");
    ASSERT_MASKED("nothing here", "nothing here");
    ASSERT_MASKED("hunter2", "***");
    ASSERT_MASKED("a hunter2 b", "a *** b");
    ASSERT_MASKED("hunter2hunter2 swordfish.", "*** ***.");
    ASSERT_MASKED("hunter hunter2", "hunter ***");
    ASSERT_MASKED("hunterhunter2!", "hunter***!");
}

static void the_longer_one_is_hidden_whole(void **state)
{
    (void)state;
    START("pass", "password", "word!");
    ASSERT_MASKED("password", "***");
    ASSERT_MASKED("passwor", "***wor");
    ASSERT_MASKED("password!", "***");
    ASSERT_MASKED("xpasswordpassx", "x***x");
}

static void overlapping_ones_leave_no_rest(void **state)
{
    (void)state;
    START("abcdef", "defghi", "aaaa", "bcde");
    ASSERT_MASKED("<abcdefghi>", "<***>");
    ASSERT_MASKED("<abcdefghi", "<***");
    ASSERT_MASKED("aaaaaa-aaa", "***-aaa");
    ASSERT_MASKED("<bcdefghi>", "<***>");
}

static void short_values_are_not_masked(void **state)
{
    (void)state;
    START("a", "", "abc", NULL, "four");
    ASSERT_MASKED("a abc four", "a abc ***");
    assert_string_equal(secret_reveal(fixture.secrets.list.items[0]), "a");
    assert_int_equal(fixture.secrets.list.count, 4);
}

static void what_would_be_masked_is_contained(void **state)
{
    (void)state;
    START("abc", "hunter2");
    assert_true(secrets_contain(&fixture.secrets, "hunter2"));
    assert_true(secrets_contain(&fixture.secrets, "x hunter2"));
    assert_false(secrets_contain(&fixture.secrets, "hunter abc"));
    assert_false(secrets_contain(&fixture.secrets, ""));
    assert_false(secrets_contain(&fixture.secrets, NULL));
}

static void an_equal_value_is_kept_once(void **state)
{
    (void)state;
    START("same", "same");
    assert_int_equal(fixture.secrets.list.count, 1);
    struct secret none = secrets_add(&fixture.secrets, &fixture.arena, NULL);
    assert_string_equal(secret_reveal(none), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_do_not_show),
        cmocka_unit_test(the_longer_one_is_hidden_whole),
        cmocka_unit_test(overlapping_ones_leave_no_rest),
        cmocka_unit_test(short_values_are_not_masked),
        cmocka_unit_test(what_would_be_masked_is_contained),
        cmocka_unit_test(an_equal_value_is_kept_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
