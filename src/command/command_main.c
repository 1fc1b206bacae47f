/* SPDX-License-Identifier: Apache-2.0 */
#include "command/args.h"
#include "command/help.h"
#include "command/report.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum log_level log_level_of(const char *name)
{
    static const char *const names[] = {
        [LOG_ERROR] = "error", [LOG_WARN] = "warn", [LOG_INFO] = "info", [LOG_DEBUG] = "debug"};
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        if (str_eq(names[i], name))
            return (enum log_level)i;
    return LOG_INFO;
}

static void set_terminal(const struct invocation *invocation, struct terminal *terminal)
{
    terminal->is_json_log = str_eq(invocation_option(invocation, "log-format"), "json");
    terminal->log_level = log_level_of(invocation_option(invocation, "log-level"));
    if (invocation_flag(invocation, "no-color") || terminal->is_json_log)
        terminal->has_color = false;
}

/* -C is as in git and make: from here on leat stands in that folder. */
static int enter_folder(struct invocation *invocation, struct err *err)
{
    char folder[PATH_MAX];
    if (getcwd(folder, sizeof(folder)) == NULL)
        return err_errno(err, "could not tell the current folder");
    invocation->caller_folder = invocation->folder = arena_strdup(&invocation->arena, folder);
    const char *directory = invocation_option(invocation, "directory");
    if (directory == NULL)
        return 0;
    if (chdir(directory) != 0)
        return err_errno(err, "could not enter the folder \"%s\"", directory);
    if (getcwd(folder, sizeof(folder)) == NULL)
        return err_errno(err, "could not tell the current folder");
    invocation->folder = arena_strdup(&invocation->arena, folder);
    return 0;
}

static int run_command(int argc, char **argv, struct invocation *invocation,
                       struct terminal *terminal, struct err *err)
{
    TRY(args_parse(argc, argv, invocation, err));
    set_terminal(invocation, terminal);
    if (invocation->command == NULL && invocation->wants_version)
        invocation->command = command_find("version");
    TRY(enter_folder(invocation, err));
    if (invocation->command == NULL || invocation->wants_help)
        return help_print(invocation, invocation->command, terminal, err);
    return invocation->command->run(invocation, terminal, err);
}

int command_main(int argc, char **argv, struct terminal *terminal)
{
    struct err err = {0};
    struct invocation invocation;
    invocation_init(&invocation);
    if (run_command(argc, argv, &invocation, terminal, &err) != 0) {
        if (!(err.kind == ERR_CANCELLED && ferror(terminal->out))) /* as in `leat query … | head` */
            report_err(terminal, &err);
        invocation.exit_code = err_kind_info(err.kind)->exit_code;
    }
    int exit_code = invocation.exit_code;
    terminal->secrets = NULL; /* they go with the project */
    invocation_release(&invocation);
    return exit_code;
}
