/* SPDX-License-Identifier: Apache-2.0 */
#include "check/check.h"
#include "command/cmds.h"
#include "command/open.h"
#include "command/report.h"

enum { TEXT_MAX = 16 * 1024 * 1024, EXIT_FAILED = 1 };

struct tally {
    size_t passed, failed;
};

static bool is_named(const struct unit_test *test, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(names[i], test->name) || str_eq(names[i], test->model))
            return true;
    return count == 0;
}

static void append_indented(struct str *text, const char *lines)
{
    str_append(text, "    ");
    for (; *lines != '\0'; lines++) {
        str_append_char(text, *lines);
        if (*lines == '\n' && lines[1] != '\0')
            str_append(text, "    ");
    }
    if (text->len > 0 && text->data[text->len - 1] != '\n')
        str_append_char(text, '\n');
}

static void append_result(struct str *text, const struct unit_result *result,
                          const struct terminal *terminal)
{
    const struct unit_test *test = result->test;
    bool has_color = terminal->has_color && terminal->is_out_tty;
    str_appendf(text, "%s%s%s  %s (%s)\n",
                !has_color          ? ""
                : result->is_passed ? "\033[32m"
                                    : "\033[31m",
                result->is_passed ? "pass" : "FAIL", has_color ? "\033[0m" : "", test->name,
                test->model);
    if (result->is_passed)
        return;
    if (test->place.file != NULL)
        str_appendf(text, "    %s:%d\n", test->place.file, test->place.line);
    if (result->err.kind != ERR_NONE)
        append_indented(text, result->err.message);
    if (result->err.hint[0] != '\0')
        append_indented(text, result->err.hint);
    if (result->difference != NULL)
        append_indented(text, result->difference);
}

static int run_test(struct opened *opened, const struct unit_test *test,
                    const struct terminal *terminal, struct tally *tally, struct err *err)
{
    AUTO(str_release) struct str text = STR_INIT(TEXT_MAX);
    struct unit_result result = {.test = test};
    struct conn *conn = NULL;
    TRY(conn_open(opened->parser, &conn, err)); /* its own, so that tests do not meet */
    int status = unit_test_run(opened->session.project, test, conn, &opened->arena, &result, err);
    conn_close(conn);
    TRY(status);
    append_result(&text, &result, terminal);
    (*(result.is_passed ? &tally->passed : &tally->failed))++;
    return print_text(terminal, &text, err);
}

static int finish(const struct tally *tally, size_t named, struct err *err)
{
    if (tally->passed + tally->failed == 0 && named > 0) {
        err_set(err, ERR_NOT_FOUND, "no unit test has that name or tests that model");
        return err_hint(err, "Unit tests are declared in tests/*.yaml.");
    }
    return 0;
}

int cmd_unit_test(struct invocation *invocation, struct terminal *terminal, struct err *err)
{
    struct opened *opened = NULL;
    struct conn *conn = NULL;
    struct tally tally = {0};
    const char *const *names = NULL;
    size_t name_count = invocation_args(invocation, &names);
    TRY(open_project(invocation, terminal, &opened, err));
    TRY(open_bind(opened, err));
    TRY(open_report(opened, terminal, err));
    TRY(opened_conn(opened, &conn, err));
    const struct project *project = opened->session.project;
    for (size_t i = 0; i < project->unit_test_count; i++)
        if (is_named(&project->unit_tests[i], names, name_count))
            TRY(run_test(opened, &project->unit_tests[i], terminal, &tally, err));
    TRY(finish(&tally, name_count, err));
    fprintf(terminal->err, "%zu passed, %zu failed\n", tally.passed, tally.failed);
    invocation_set_exit_code(invocation, tally.failed > 0 ? EXIT_FAILED : 0);
    return 0;
}
