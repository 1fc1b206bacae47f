/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void known_values(void **state)
{
    (void)state;
    /* As `xxhsum -H2` prints them. */
    assert_string_equal(hash_bytes("", 0).hex, "99aa06d3014798d86001c324468d497f");
    assert_string_equal(hash_bytes(NULL, 0).hex, "99aa06d3014798d86001c324468d497f");
    assert_string_equal(hash_bytes("abc", 3).hex, "06b05ab6733a618578af5f94892f3950");
}

/* The hash of the texts up to a NULL pointer at the end; "NULL" stands for a NULL part. */
static struct hash of_texts(const char *const *texts)
{
    struct hasher *hasher = hasher_new();
    for (; *texts != NULL; texts++)
        hasher_add_text(hasher, strcmp(*texts, "NULL") == 0 ? NULL : *texts);
    return hasher_end(hasher);
}

#define TEXTS(...) of_texts((const char *const[]){__VA_ARGS__, NULL})

static void parts_are_told_apart(void **state)
{
    (void)state;
    assert_string_equal(TEXTS("ab", "c").hex, TEXTS("ab", "c").hex);
    assert_string_not_equal(TEXTS("ab", "c").hex, TEXTS("a", "bc").hex);
    assert_string_not_equal(TEXTS("abc").hex, TEXTS("abc", "").hex);
    assert_string_not_equal(TEXTS("").hex, TEXTS("NULL").hex);
    assert_string_not_equal(TEXTS("NULL").hex, TEXTS("NULL", "NULL").hex);
}

static void numbers_are_no_texts(void **state)
{
    (void)state;
    struct hasher *number = hasher_new(), *bytes = hasher_new(), *other = hasher_new();
    hasher_add_i64(number, 0x3837363534333231);
    hasher_add(bytes, "12345678", 8);
    hasher_add_i64(other, -1);
    struct hash a = hasher_end(number), b = hasher_end(bytes), c = hasher_end(other);
    assert_string_not_equal(a.hex, b.hex);
    assert_string_not_equal(a.hex, c.hex);
    hasher_free(hasher_new());
    hasher_free(NULL);
}

static void files_hash_as_their_bytes(void **state)
{
    (void)state;
    size_t len = 300001;
    char *data = malloc(len);
    for (size_t i = 0; i < len; i++)
        data[i] = (char)(i * 7);
    char path[] = "/tmp/leat-hash-XXXXXX";
    int fd = mkstemp(path);
    assert_int_equal(write(fd, data, len), len);
    close(fd);
    struct hash hash;
    assert_int_equal(hash_file(path, &hash, NULL), 0);
    assert_string_equal(hash.hex, hash_bytes(data, len).hex);
    free(data);
    unlink(path);
    struct err err = {0};
    assert_int_equal(hash_file(path, &hash, &err), -1);
    assert_int_equal(err.kind, ERR_NOT_FOUND);
    assert_int_equal(hash_file("/tmp", &hash, &err), -1);
    assert_int_equal(err.kind, ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_values),
        cmocka_unit_test(parts_are_told_apart),
        cmocka_unit_test(numbers_are_no_texts),
        cmocka_unit_test(files_hash_as_their_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
