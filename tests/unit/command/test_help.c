/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "command/table.h"

/* What `leat <first> <second>` prints. */
static char *output_of(const char *first, const char *second)
{
    char *argv[] = {(char *)"leat", (char *)first, (char *)second, NULL};
    char *text = NULL;
    size_t len = 0;
    struct terminal terminal = {.out = open_memstream(&text, &len), .err = stderr};
    assert_int_equal(command_main(second == NULL ? 2 : 3, argv, &terminal), 0);
    fclose(terminal.out);
    return text;
}

static void expect_fits_screen(const char *page)
{
    size_t lines = 0;
    AUTO(str_release) struct str line = STR_INIT(4096);
    while (*page != '\0') {
        size_t len = strcspn(page, "\n");
        str_clear(&line);
        str_append_len(&line, page, len);
        if (text_width(str_text(&line)) > 80)
            fail_msg("wider than 80 columns: %s", str_text(&line));
        page += len + 1;
        lines++;
    }
    assert_in_range(lines, 3, 24);
}

static void test_pages_fit_a_screen(void **state)
{
    (void)state;
    char *page = output_of("help", NULL);
    expect_fits_screen(page);
    free(page);
    page = output_of("help", "options");
    expect_fits_screen(page);
    free(page);
    for (size_t i = 0; i < command_count; i++) {
        page = output_of("help", commands[i].name);
        expect_fits_screen(page);
        assert_non_null(strstr(page, "\nexample"));
        free(page);
    }
}

static void test_help_is_the_same_three_ways(void **state)
{
    (void)state;
    char *by_command = output_of("help", "query");
    char *by_flag = output_of("query", "--help");
    char *by_letter = output_of("-h", "query");
    assert_string_equal(by_command, by_flag);
    assert_string_equal(by_command, by_letter);
    free(by_command);
    free(by_flag);
    free(by_letter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages_fit_a_screen),
        cmocka_unit_test(test_help_is_the_same_three_ways),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
