/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void every_kind_is_described(void **state)
{
    (void)state;
    for (int kind = 0; kind < ERR_KIND_COUNT; kind++) {
        const struct err_kind_info *info = err_kind_info((enum err_kind)kind);
        assert_non_null(info->name);
        assert_non_null(info->meaning);
        assert_in_range(info->exit_code, 0, 2);
        assert_in_range(info->http_status, 200, 599);
        for (int other = 0; other < kind; other++)
            assert_string_not_equal(info->name, err_kind_info((enum err_kind)other)->name);
    }
    assert_string_equal(err_kind_info((enum err_kind)999)->name, "internal");
}

static void null_is_allowed(void **state)
{
    (void)state;
    errno = ENOENT;
    assert_int_equal(err_set(NULL, ERR_DATA, "x"), -1);
    assert_int_equal(err_errno(NULL, "x"), -1);
    assert_int_equal(err_hint(NULL, "x"), -1);
    assert_int_equal(err_where(NULL, "x"), -1);
    assert_int_equal(err_context(NULL, "x"), -1);
}

static void a_new_error_forgets_the_old_one(void **state)
{
    (void)state;
    struct err err = {0};
    assert_int_equal(err_set(&err, ERR_NETWORK, "no answer from %s", "pg"), -1);
    assert_true(err.retryable);
    err_hint(&err, "Try %d times.", 3);
    err_where(&err, "leat.yaml:%d:%d", 3, 7);
    assert_string_equal(err.hint, "Try 3 times.");
    assert_string_equal(err.where, "leat.yaml:3:7");
    err_set(&err, ERR_CONFIG, "again: %s", err.message);
    assert_string_equal(err.message, "again: no answer from pg");
    assert_string_equal(err.hint, "");
    assert_string_equal(err.where, "");
    assert_false(err.retryable);
}

static void context_comes_before(void **state)
{
    (void)state;
    struct err err = {0};
    err_set(&err, ERR_DATA, "bad value");
    err_hint(&err, "Mend it.");
    err_context(&err, "model %s", "a.b");
    assert_string_equal(err.message, "model a.b: bad value");
    assert_string_equal(err.hint, "Mend it.");
    assert_int_equal(err.kind, ERR_DATA);
}

static void errno_gives_kind_and_reason(void **state)
{
    (void)state;
    static const struct {
        int number;
        enum err_kind kind;
    } cases[] = {
        {ENOENT, ERR_NOT_FOUND},
        {EACCES, ERR_DENIED},
        {EPERM, ERR_DENIED},
        {EROFS, ERR_DENIED},
        {EEXIST, ERR_EXISTS},
        {ENOSPC, ERR_IO},
        {EIO, ERR_IO},
        {EINTR, ERR_CANCELLED},
        {ECANCELED, ERR_CANCELLED},
        {ETIMEDOUT, ERR_TIMEOUT},
        {ECONNREFUSED, ERR_NETWORK},
        {ENOMEM, ERR_MEMORY_LIMIT},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct err err = {0};
        errno = cases[i].number;
        err_errno(&err, "could not open file \"%s\"", "x");
        assert_int_equal(err.kind, cases[i].kind);
        assert_int_equal(errno, cases[i].number);
        assert_true(str_starts(err.message, "could not open file \"x\": "));
        assert_true(str_ends(err.message, strerror(cases[i].number)));
    }
    struct err err = {0};
    errno = ENOSPC;
    err_errno(&err, "x");
    assert_true(err.hint[0] != '\0');
    errno = ENOENT;
    err_errno(&err, "x");
    assert_string_equal(err.hint, "");
}

static void long_texts_are_cut_between_characters(void **state)
{
    (void)state;
    char text[2000];
    for (size_t i = 0; i + 1 < sizeof(text); i += 2)
        memcpy(text + i, "\xC3\xA4", 2);
    text[sizeof(text) - 2] = '\0';
    struct err err = {0};
    err_set(&err, ERR_DATA, "%s", text);
    assert_int_equal(strlen(err.message), 510);
    err_context(&err, "a");
    assert_int_equal(strlen(err.message), 511);
    err_context(&err, "a");
    assert_int_equal(strlen(err.message), 510);
    errno = ENOENT;
    err_errno(&err, "%s", text);
    assert_true(str_ends(err.message, "\xC3\xA4: No such file or directory"));
}

static void *given = NULL;

static void take_hands_on(void **state)
{
    (void)state;
    char *text = malloc(4);
    given = TAKE(text);
    assert_null(text);
    assert_non_null(given);
    free(given);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_described),
        cmocka_unit_test(null_is_allowed),
        cmocka_unit_test(a_new_error_forgets_the_old_one),
        cmocka_unit_test(context_comes_before),
        cmocka_unit_test(errno_gives_kind_and_reason),
        cmocka_unit_test(long_texts_are_cut_between_characters),
        cmocka_unit_test(take_hands_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
