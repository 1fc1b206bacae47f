/* SPDX-License-Identifier: Apache-2.0 */
#include "text/reject.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct err err;

static int add(struct text_rejects *rejects, size_t file, int64_t line, const char *raw)
{
    static const char *const labels[] = {"/data/a.csv", "/data/b.zip/c.csv"};
    const struct text_reject reject = {.file = labels[file],
                                       .path = "/data",
                                       .record = 1,
                                       .line = line,
                                       .offset = 10 * line,
                                       .column = "n",
                                       .text = "2.5",
                                       .reason = "is no BIGINT: 2.5 has a fraction",
                                       .raw = raw,
                                       .raw_len = strlen(raw)};
    return text_reject_add(rejects, file, &reject, &err);
}

static void test_order_and_numbers(void **state)
{
    (void)state;
    struct text_rejects *rejects = text_rejects_new(10, NULL);
    assert_int_equal(add(rejects, 1, 3, "y"), 0);
    assert_int_equal(add(rejects, 0, 9, "x"), 0);
    assert_int_equal(add(rejects, 0, 2, "w"), 0);
    text_rejects_number(rejects, 0, 50, -1, 100);
    assert_int_equal(text_rejects_count(rejects), 3);
    assert_int_equal(text_rejects_get(rejects, 0)->line, 2);
    assert_int_equal(text_rejects_get(rejects, 0)->record, 1);
    assert_int_equal(text_rejects_get(rejects, 1)->record, 101);
    assert_string_equal(text_rejects_get(rejects, 2)->file, "/data/b.zip/c.csv");
    assert_int_equal(text_rejects_fail(rejects, "raw.x", &err), -1);
    assert_string_equal(
        err.message,
        "3 records of raw.x do not fit: a.csv:2 n is no BIGINT: 2.5 has a fraction; line 9 n "
        "is no BIGINT: 2.5 has a fraction; c.csv:3 n is no BIGINT: 2.5 has a fraction");
    assert_string_equal(err.where, "/data/a.csv:2");
    text_rejects_free(rejects);
}

static void test_maximum(void **state)
{
    (void)state;
    struct text_rejects *rejects = text_rejects_new(20, NULL);
    for (int i = 0; i < 20; i++)
        assert_int_equal(add(rejects, 0, 20 - i, "x"), 0);
    assert_int_equal(add(rejects, 0, 21, "x"), -1);
    assert_int_equal(err.kind, ERR_DATA);
    assert_non_null(strstr(err.message, "more than 20 records do not fit: a.csv:1 n is no BIGINT"));
    if (!strstr(err.message, "; line 10 n is no BIGINT: 2.5 has a fraction; …"))
        fail_msg("%s", err.message);
    text_rejects_free(rejects);
}

/* A byte that is known stands in the place, on its own line of the record. */
static void test_place(void **state)
{
    (void)state;
    struct text_rejects *rejects = text_rejects_new(10, NULL);
    struct text_reject reject = {.file = "/data/a.csv",
                                 .path = "/data/a.csv",
                                 .line = 3,
                                 .offset = 20,
                                 .fault_line = 4,
                                 .fault_byte = 7,
                                 .text = "",
                                 .reason = "found a zero byte",
                                 .raw = "x"};
    assert_int_equal(text_reject_add(rejects, 0, &reject, &err), 0);
    assert_int_equal(add(rejects, 0, 9, "x"), 0);
    assert_int_equal(text_rejects_fail(rejects, "raw.x", &err), -1);
    assert_string_equal(err.message, "2 records of raw.x do not fit: a.csv:4:7 found a zero byte; "
                                     "line 9 n is no BIGINT: 2.5 has a fraction");
    assert_string_equal(err.where, "/data/a.csv:4:7");
    text_rejects_free(rejects);
}

/* What is kept is reserved, and given back. */
static void test_memory(void **state)
{
    (void)state;
    struct memory *memory = memory_new((struct memory_limit){.bytes = INT64_C(1) << 30});
    struct text_rejects *rejects = text_rejects_new(1000000, memory);
    char *raw = malloc((size_t)1 << 20);
    memset(raw, 'x', (size_t)1 << 20);
    raw[((size_t)1 << 20) - 1] = '\0';
    int count = 0;
    while (add(rejects, 0, count, raw) == 0)
        count++;
    assert_non_null(strstr(err.message, "take more than 64 MB"));
    assert_true(count > 55 && count < 64);
    assert_true(memory_reserved_peak(memory) <= TEXT_REJECT_BYTES);
    text_rejects_free(rejects);
    assert_int_equal(memory_reserve(memory, INT64_C(800) << 20, "a test", &err), 0);
    memory_release(memory, INT64_C(800) << 20);
    memory_free(memory);
    free(raw);
}

/* Bytes that are not UTF-8 are written out, and count so in the hash. */
static void test_raw(void **state)
{
    (void)state;
    struct text_rejects *rejects = text_rejects_new(10, NULL);
    assert_int_equal(add(rejects, 0, 1, "caf\xE9,é"), 0);
    assert_string_equal(text_rejects_get(rejects, 0)->raw, "caf\\xE9,é");
    assert_true(text_raw_hash("caf\xE9", 4) == text_raw_hash("caf\\xE9", 7));
    assert_true(text_raw_hash("cafe", 4) != text_raw_hash("caf", 3));
    text_rejects_free(rejects);
}

static void *add_many(void *context)
{
    struct text_rejects *rejects = context;
    for (int i = 0; i < 1000; i++)
        if (add(rejects, 0, i, "x") != 0)
            return context;
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    struct text_rejects *rejects = text_rejects_new(10000, NULL);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_many, rejects), 0);
    for (int i = 0; i < 4; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(text_rejects_count(rejects), 4000);
    text_rejects_free(rejects);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_numbers),
        cmocka_unit_test(test_maximum),
        cmocka_unit_test(test_place),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_raw),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
