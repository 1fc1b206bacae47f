/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#ifndef LEAT_FAULTS
#define LEAT_FAULTS 1
#endif
#include "base/fault.c" /* as a test build has it, whatever this build is */

#include <sys/wait.h>

/* A child that passes the points a, ab, a, a with LEAT_FAULT set; its wait status. */
static int run_child(const char *fault, const char *trace_path)
{
    pid_t child = fork();
    if (child == 0) {
        if (fault != NULL)
            setenv("LEAT_FAULT", fault, 1);
        if (trace_path != NULL)
            setenv("LEAT_FAULT_TRACE", trace_path, 1);
        FAULT_POINT("a");
        FAULT_POINT("ab");
        FAULT_POINT("a");
        FAULT_POINT("a");
        _exit(7);
    }
    int status;
    assert_int_equal(waitpid(child, &status, WUNTRACED), child);
    if (WIFSTOPPED(status)) {
        assert_int_equal(WSTOPSIG(status), SIGSTOP);
        kill(child, SIGCONT);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        return -1;
    }
    return status;
}

static void the_named_point_kills(void **state)
{
    (void)state;
    static const char *const deadly[] = {"a", "a:1", "a:3", "ab", "ab:1"};
    for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++) {
        int status = run_child(deadly[i], NULL);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    }
}

static void other_names_do_nothing(void **state)
{
    (void)state;
    static const char *const harmless[] = {NULL, "", "b", "abc", "a:4", "ab:2", "a.b"};
    for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
        int status = run_child(harmless[i], NULL);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    }
}

static void stop_can_be_woken(void **state)
{
    (void)state;
    assert_int_equal(run_child("a:stop", NULL), -1);
    assert_int_equal(run_child("a:2:stop", NULL), -1);
}

static void points_are_traced(void **state)
{
    (void)state;
    char path[] = "/tmp/leat-fault-XXXXXX", text[64] = {0};
    int fd = mkstemp(path);
    run_child("a:3", path);
    assert_true(read(fd, text, sizeof(text) - 1) > 0);
    assert_string_equal(text, "a\nab\na\na\n");
    close(fd);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_named_point_kills),
        cmocka_unit_test(other_names_do_nothing),
        cmocka_unit_test(stop_can_be_woken),
        cmocka_unit_test(points_are_traced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
