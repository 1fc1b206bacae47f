/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (size_t bytes = 0; bytes < 3000; bytes += 7) {
        unsigned char *memory = arena_alloc(&arena, bytes);
        assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < bytes; i++)
            assert_int_equal(memory[i], 0);
        memset(memory, 0xFF, bytes);
    }
    arena_release(&arena);
    assert_int_equal(arena.used_bytes, 0);
    assert_non_null(arena_alloc(&arena, 10)); /* usable again, with the same cap */
    arena_release(&arena);
}

static void large_allocations_do_not_waste_the_open_block(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 4 << 20);
    char *first = arena_alloc(&arena, 16);
    memset(arena_alloc(&arena, 1 << 20), 1, 1 << 20);
    char *second = arena_alloc(&arena, 16);
    assert_ptr_equal(second, first + 16);
    arena_release(&arena);
}

static void the_cap_can_be_used_up_exactly(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 10000);
    for (int i = 0; i < 625; i++)
        arena_alloc(&arena, 16);
    assert_int_equal(arena.used_bytes, 10000);
    arena_release(&arena);
}

static int signal_of(void (*body)(void))
{
    pid_t child = fork();
    if (child == 0) {
        close(STDERR_FILENO);
        body();
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void pass_the_cap(void)
{
    struct arena arena;
    arena_init(&arena, 1000);
    arena_alloc(&arena, 1001);
}

static void overflow_an_array(void)
{
    struct arena arena;
    arena_init(&arena, 1000);
    arena_alloc_array(&arena, SIZE_MAX / 4, 8);
}

static void forget_the_init(void)
{
    struct arena arena = {0};
    arena_alloc(&arena, 1);
}

static void misuse_ends_the_program(void **state)
{
    (void)state;
    assert_int_equal(signal_of(pass_the_cap), SIGABRT);
    assert_int_equal(signal_of(overflow_an_array), SIGABRT);
    assert_int_equal(signal_of(forget_the_init), SIGABRT);
}

static void texts_are_copied(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    assert_null(arena_strdup(&arena, NULL));
    assert_string_equal(arena_strdup(&arena, ""), "");
    assert_string_equal(arena_strndup(&arena, "abcdef", 3), "abc");
    assert_string_equal(arena_strndup(&arena, "ab", 30), "ab");
    assert_string_equal(arena_printf(&arena, "%s-%d", "x", 7), "x-7");
    arena_release(&arena);
}

static void vectors_grow(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 4 << 20);
    VEC(int) numbers = {0};
    for (int i = 0; i < 10000; i++)
        VEC_PUSH(&arena, numbers, i);
    assert_int_equal(numbers.count, 10000);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(numbers.items[i], i);
    arena_release(&arena);
}

static void maps_find_what_was_put(void **state)
{
    (void)state;
    static int values[5000];
    struct arena arena;
    arena_init(&arena, 4 << 20);
    struct map map;
    map_init(&map, &arena);
    assert_null(map_get(&map, "nothing"));
    char key[32];
    for (int i = 0; i < 5000; i++) {
        snprintf(key, sizeof(key), "key %d", i);
        map_put(&map, key, &values[i]);
    }
    map_put(&map, "key 7", &values[8]);
    map_put(&map, "", &values[0]);
    assert_int_equal(map.count, 5001);
    assert_ptr_equal(map_get(&map, "key 7"), &values[8]);
    assert_ptr_equal(map_get(&map, "key 4999"), &values[4999]);
    assert_ptr_equal(map_get(&map, ""), &values[0]);
    assert_null(map_get(&map, "key 5000"));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned),
        cmocka_unit_test(large_allocations_do_not_waste_the_open_block),
        cmocka_unit_test(the_cap_can_be_used_up_exactly),
        cmocka_unit_test(misuse_ends_the_program),
        cmocka_unit_test(texts_are_copied),
        cmocka_unit_test(vectors_grow),
        cmocka_unit_test(maps_find_what_was_put),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
