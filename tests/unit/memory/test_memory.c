/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "memory/memory.h"

#include <pthread.h>
#include <stdlib.h>

#define MB (INT64_C(1) << 20)

static struct memory *with_limit(int64_t bytes)
{
    return memory_new((struct memory_limit){.bytes = bytes});
}

static void the_engine_gets_the_rest(void **state)
{
    (void)state;
    struct memory *memory = with_limit(1024 * MB);
    assert_int_equal(memory_limit_of(memory).bytes, 1024 * MB);
    assert_int_equal(memory_engine_share(memory) / MB, 564); /* (1024 - 64) / 1.7 */
    assert_int_equal(memory_reserve(memory, 110 * MB, "a test", NULL), 0);
    assert_int_equal(memory_engine_share(memory) / MB, 500);
    memory_release(memory, 110 * MB);
    assert_int_equal(memory_engine_share(memory) / MB, 564);
    memory_free(memory);
    memory_free(NULL);
}

static void too_much_is_refused_and_said(void **state)
{
    (void)state;
    struct memory *memory = with_limit(512 * MB);
    struct err err = {0};
    assert_int_equal(memory_reserve(memory, 400 * MB, "the grid", &err), 0);
    assert_int_equal(memory_reserve(memory, 100 * MB, "the index of files", &err), -1);
    assert_int_equal(err.kind, ERR_MEMORY_LIMIT);
    assert_true(str_starts(err.message, "the index of files needs 100 MB of memory, 7.2 MB is "));
    assert_true(str_ends(err.message, "of the limit of 512 MB"));
    assert_int_equal(memory_reserve(memory, -1, "a fault", &err), -1);
    assert_int_equal(memory_reserve(memory, INT64_MAX, "all", &err), -1);
    assert_true(memory_engine_share(memory) >= 24 * MB);
    memory_release(memory, 400 * MB);
    assert_int_equal(memory_reserve(memory, 100 * MB, "the index of files", &err), 0);
    memory_release(memory, 100 * MB);
    assert_int_equal(memory_reserved_peak(memory), 400 * MB);
    memory_free(memory);
}

static void the_least_limit_leaves_something_for_both(void **state)
{
    (void)state;
    struct memory *memory = with_limit(128 * MB);
    assert_int_equal(memory_reserve(memory, 20 * MB, "a test", NULL), 0);
    assert_true(memory_engine_share(memory) >= 24 * MB);
    memory_free(memory);
}

struct told {
    int count;
    int64_t share_bytes;
};

static void tell(void *context, int64_t share_bytes)
{
    struct told *told = context;
    told->count++;
    told->share_bytes = share_bytes;
}

static void the_engine_is_told_of_large_changes(void **state)
{
    (void)state;
    struct memory *memory = with_limit(1024 * MB);
    struct told told = {0};
    memory_on_share(memory, tell, &told);
    for (int i = 0; i < 6; i++) /* 60 of 960 MB are just 1/16 */
        assert_int_equal(memory_reserve(memory, 10 * MB, "a test", NULL), 0);
    assert_int_equal(told.count, 0);
    assert_int_equal(memory_reserve(memory, 10 * MB, "a test", NULL), 0);
    assert_int_equal(told.count, 1);
    assert_true(told.share_bytes == memory_engine_share(memory));
    memory_release(memory, 70 * MB);
    assert_int_equal(told.count, 2);
    assert_true(told.share_bytes == memory_engine_share(memory));
    memory_free(memory);
}

static void threads_follow_the_limit(void **state)
{
    (void)state;
    struct memory *small = with_limit(512 * MB - 1), *middle = with_limit(512 * MB),
                  *large = with_limit(8192 * MB);
    assert_int_equal(memory_thread_limit(small, 0, 8), 1);
    assert_int_equal(memory_thread_limit(small, 8, 8), 1);
    assert_int_equal(memory_thread_limit(middle, 0, 8), 2);
    assert_int_equal(memory_thread_limit(middle, 4, 8), 4);
    assert_int_equal(memory_thread_limit(large, 0, 8), 8);
    assert_int_equal(memory_thread_limit(large, 16, 8), 16);
    assert_int_equal(memory_thread_limit(large, 0, 0), 1);
    memory_free(small);
    memory_free(middle);
    memory_free(large);
}

static void *reserve_and_release(void *context)
{
    struct memory *memory = context;
    for (int i = 0; i < 2000; i++)
        if (memory_reserve(memory, 100 * MB, "a thread", NULL) == 0)
            memory_release(memory, 100 * MB);
    return NULL;
}

static void threads_share_the_count(void **state)
{
    (void)state;
    struct memory *memory = with_limit(1024 * MB);
    struct told told = {0};
    memory_on_share(memory, tell, &told);
    pthread_t threads[4];
    for (size_t i = 0; i < ARRAY_COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, reserve_and_release, memory), 0);
    for (size_t i = 0; i < ARRAY_COUNT(threads); i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(memory_engine_share(memory) / MB, 564);
    assert_true(told.share_bytes == memory_engine_share(memory));
    assert_in_range(memory_reserved_peak(memory), 100 * MB, 400 * MB);
    memory_free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_engine_gets_the_rest),
        cmocka_unit_test(too_much_is_refused_and_said),
        cmocka_unit_test(the_least_limit_leaves_something_for_both),
        cmocka_unit_test(the_engine_is_told_of_large_changes),
        cmocka_unit_test(threads_follow_the_limit),
        cmocka_unit_test(threads_share_the_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
