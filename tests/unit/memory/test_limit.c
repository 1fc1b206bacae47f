/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "memory/limit.h"

#include <stdlib.h>
#include <string.h>

#define MB (INT64_C(1) << 20)

static struct arena arena;
static char root[64]; /* stands for "/" of some other machine */

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    strcpy(root, "/tmp/leat-limit-XXXXXX");
    return mkdtemp(root) == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    (void)state;
    int failed = file_remove_tree(root, NULL);
    arena_release(&arena);
    return failed;
}

static void put(const char *path, const char *text)
{
    const char *whole = arena_printf(&arena, "%s%s", root, path);
    assert_int_equal(file_mkdirs(path_dirname(&arena, whole), NULL), 0);
    assert_int_equal(file_write_atomic(whole, text, strlen(text), NULL), 0);
}

#define RAM_8GB "MemTotal:        8388608 kB\nMemFree:          123456 kB\n"
#define V2_MOUNT "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
#define V1_MOUNTS                                                                  \
    "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"                                        \
    "33 31 0:30 / /sys/fs/cgroup/cpu rw shared:5 - cgroup cgroup rw,cpu,cpuacct\n" \
    "35 31 0:32 / /sys/fs/cgroup/memory rw shared:7 master:2 - cgroup cgroup rw,memory\n"

static void version_2_takes_the_lowest_on_the_way_up(void **state)
{
    (void)state;
    put("/proc/self/cgroup", "0::/user.slice/job.scope\n");
    put("/proc/self/mountinfo", V2_MOUNT);
    assert_true(limit_of_cgroups(root) == INT64_MAX);
    put("/sys/fs/cgroup/user.slice/job.scope/memory.max", "max\n");
    put("/sys/fs/cgroup/user.slice/memory.max", "max\n");
    assert_true(limit_of_cgroups(root) == INT64_MAX);
    put("/sys/fs/cgroup/user.slice/memory.max", "1073741824\n");
    assert_int_equal(limit_of_cgroups(root), 1024 * MB);
    put("/sys/fs/cgroup/user.slice/job.scope/memory.max", "536870912\n");
    assert_int_equal(limit_of_cgroups(root), 512 * MB);
    put("/sys/fs/cgroup/user.slice/memory.max", "268435456\n");
    assert_int_equal(limit_of_cgroups(root), 256 * MB);
}

static void version_2_in_a_namespace(void **state)
{
    (void)state;
    put("/proc/self/cgroup", "0::/\n");
    put("/proc/self/mountinfo", V2_MOUNT);
    put("/sys/fs/cgroup/memory.max", "4294967296\n");
    assert_int_equal(limit_of_cgroups(root), 4096 * MB);
    put("/proc/self/cgroup", "0::/../elsewhere\n"); /* outside of the namespace */
    assert_int_equal(limit_of_cgroups(root), 4096 * MB);
}

static void version_1_knows_its_controller(void **state)
{
    (void)state;
    put("/proc/self/cgroup", "11:cpu,cpuacct:/wrong\n9:hugetlb,memory:/a/b\n1:name=systemd:/x\n");
    put("/proc/self/mountinfo", V1_MOUNTS);
    put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    put("/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "9223372036854771712\n");
    put("/sys/fs/cgroup/memory/wrong/memory.limit_in_bytes", "1\n");
    assert_true(limit_of_cgroups(root) == INT64_MAX);
    put("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "2147483648\n");
    assert_int_equal(limit_of_cgroups(root), 2048 * MB);
    put("/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "1073741824\n");
    assert_int_equal(limit_of_cgroups(root), 1024 * MB);
}

static void version_1_mounted_from_the_container_on(void **state)
{
    (void)state;
    put("/proc/self/cgroup", "9:memory:/docker/0123/inner\n");
    put("/proc/self/mountinfo", "35 31 0:32 /docker/0123 /sys/fs/cgroup/memory ro master:2 - "
                                "cgroup cgroup rw,memory\n");
    put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "1073741824\n");
    assert_int_equal(limit_of_cgroups(root), 1024 * MB);
    put("/sys/fs/cgroup/memory/inner/memory.limit_in_bytes", "536870912\n");
    assert_int_equal(limit_of_cgroups(root), 512 * MB);
    put("/proc/self/cgroup", "9:memory:/docker/01234\n"); /* another one, not below the mount */
    assert_int_equal(limit_of_cgroups(root), 1024 * MB);
}

static void hybrid_machines_have_both(void **state)
{
    (void)state;
    put("/proc/self/cgroup", "9:memory:/job\n0::/job\n");
    put("/proc/self/mountinfo",
        V1_MOUNTS "42 31 0:40 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
    put("/sys/fs/cgroup/memory/job/memory.limit_in_bytes", "536870912\n");
    assert_int_equal(limit_of_cgroups(root), 512 * MB);
    put("/sys/fs/cgroup/unified/job/memory.max", "268435456\n");
    assert_int_equal(limit_of_cgroups(root), 256 * MB);
}

static void odd_values_are_no_limits(void **state)
{
    (void)state;
    static const char *const odd[] = {"",
                                      "\n",
                                      "max",
                                      "-1\n",
                                      "0\n",
                                      "x\n",
                                      "99999999999999999999999\n",
                                      "18446744073709551615\n"};
    put("/proc/self/cgroup", "no colon\n1:only one\n0::/\n");
    put("/proc/self/mountinfo", "short line\n1 2 3 - cgroup2\n" V2_MOUNT);
    for (size_t i = 0; i < ARRAY_COUNT(odd); i++) {
        put("/sys/fs/cgroup/memory.max", odd[i]);
        assert_true(limit_of_cgroups(root) == INT64_MAX);
    }
}

static void mount_points_may_hold_spaces(void **state)
{
    (void)state;
    put("/proc/self/cgroup", "0::/\n");
    put("/proc/self/mountinfo", "30 23 0:26 / /mnt/c\\040g rw - cgroup2 cgroup2 rw\n");
    put("/mnt/c g/memory.max", "536870912\n");
    assert_int_equal(limit_of_cgroups(root), 512 * MB);
}

static void the_limit_is_chosen_in_order(void **state)
{
    (void)state;
    struct memory_limit limit;
    put("/proc/meminfo", RAM_8GB);
    assert_int_equal(limit_find(root, 0, &limit, NULL), 0);
    assert_int_equal(limit.origin, MEMORY_FROM_RAM);
    assert_int_equal(limit.bytes, 6144 * MB);
    assert_int_equal(limit.available_bytes, 8192 * MB);
    put("/proc/self/cgroup", "0::/\n");
    put("/proc/self/mountinfo", V2_MOUNT);
    put("/sys/fs/cgroup/memory.max", "4294967296\n");
    assert_int_equal(limit_find(root, 0, &limit, NULL), 0);
    assert_int_equal(limit.origin, MEMORY_FROM_CGROUP);
    assert_int_equal(limit.bytes, INT64_C(3865470561));
    assert_int_equal(limit.available_bytes, 4096 * MB);
    assert_int_equal(limit_find(root, 512 * MB, &limit, NULL), 0);
    assert_int_equal(limit.origin, MEMORY_FROM_USER);
    assert_int_equal(limit.bytes, 512 * MB);
    assert_int_equal(limit.available_bytes, 4096 * MB);
    put("/sys/fs/cgroup/memory.max", "17179869184\n"); /* more than there is */
    assert_int_equal(limit_find(root, 0, &limit, NULL), 0);
    assert_int_equal(limit.origin, MEMORY_FROM_RAM);
}

static void too_little_is_an_error(void **state)
{
    (void)state;
    struct memory_limit limit;
    struct err err = {0};
    assert_int_equal(limit_find(root, 0, &limit, &err), -1);
    assert_int_equal(err.kind, ERR_MEMORY_LIMIT);
    assert_int_equal(limit_find(root, 512 * MB, &limit, &err), 0); /* asked, so not needed */
    assert_int_equal(limit.available_bytes, 0);
    assert_int_equal(limit_find(root, 128 * MB, &limit, &err), 0);
    assert_int_equal(limit_find(root, 128 * MB - 1, &limit, &err), -1);
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_int_equal(limit_find(root, -1, &limit, &err), -1);
    put("/proc/meminfo", "MemTotal: 131072 kB\n");
    assert_int_equal(limit_find(root, 0, &limit, &err), -1);
    assert_int_equal(err.kind, ERR_MEMORY_LIMIT);
    assert_string_equal(err.message, "a memory limit of 96 MB is too small, leat needs 128 MB");
}

static void this_machine_has_a_limit_too(void **state)
{
    (void)state;
    struct memory_limit limit;
    assert_int_equal(memory_find_limit(0, &limit, NULL), 0);
    assert_true(limit.bytes >= 128 * MB && limit.bytes < limit.available_bytes);
    assert_true(memory_process_peak() > MB);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(version_2_takes_the_lowest_on_the_way_up),
        CASE(version_2_in_a_namespace),
        CASE(version_1_knows_its_controller),
        CASE(version_1_mounted_from_the_container_on),
        CASE(hybrid_machines_have_both),
        CASE(odd_values_are_no_limits),
        CASE(mount_points_may_hold_spaces),
        CASE(the_limit_is_chosen_in_order),
        CASE(too_little_is_an_error),
        CASE(this_machine_has_a_limit_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
