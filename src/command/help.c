/* SPDX-License-Identifier: Apache-2.0 */
#include "command/help.h"

#include "command/args.h"
#include "command/cmds.h"
#include "command/open.h"
#include "command/report.h"
#include "command/table.h"

#include <string.h>

enum { PAGE_MAX = 64 * 1024, NAME_WIDTH = 22 };

void help_usage(struct str *text, const struct command *command)
{
    str_appendf(text, "leat %s", command->name);
    if (command->args != NULL)
        str_appendf(text, " %s", command->args);
    if (command->options != NULL)
        str_append(text, " [options]");
}

void help_option_name(struct str *text, const struct option *option)
{
    if (option->letter != 0)
        str_appendf(text, "-%c, ", option->letter);
    str_appendf(text, "--%s", option->name);
    if (option->value_name != NULL)
        str_appendf(text, " %s", option->value_name);
}

static void append_padded(struct str *page, const char *name)
{
    size_t width = text_width(name);
    str_appendf(page, "  %s%*s  ", name, width < NAME_WIDTH ? (int)(NAME_WIDTH - width) : 0, "");
}

static void append_choices(struct str *page, const struct option *option)
{
    page->data[--page->len] = '\0'; /* the full stop */
    str_append(page, ": ");
    for (const char *const *choice = option->choices; *choice != NULL; choice++)
        str_appendf(page, "%s%s", *choice, choice[1] == NULL ? "." : ", ");
}

static void append_option(struct str *page, const struct option *option)
{
    AUTO(str_release) struct str name = STR_INIT(256);
    help_option_name(&name, option);
    append_padded(page, str_text(&name));
    str_append(page, option->help);
    if (option->choices != NULL)
        append_choices(page, option);
    str_append_char(page, '\n');
}

/* Every line of a longer text, set in. */
static void append_lines(struct str *page, const char *lines)
{
    while (lines != NULL && *lines != '\0') {
        size_t len = strcspn(lines, "\n");
        str_append(page, "  ");
        str_append_len(page, lines, len);
        str_append_char(page, '\n');
        lines += len + (lines[len] == '\n' ? 1 : 0);
    }
}

static void append_commands(struct str *page)
{
    str_append(page, "leat: data pipelines in SQL, published whole or not at all\n\n");
    str_append(page, "  leat [options] COMMAND [arguments]\n\n");
    for (size_t i = 0; i < command_count; i++) {
        str_appendf(page, "  %-11s %s\n", commands[i].name, commands[i].summary);
    }
    str_append(page,
               "\nleat help COMMAND explains one, leat help options what all have in common.\n");
}

static void append_global_options(struct str *page)
{
    str_append(page, "Options of every command\n\n");
    for (const struct option *o = global_options; o->name != NULL; o++)
        append_option(page, o);
    append_padded(page, "-h, --help");
    str_append(page,
               "Explain the command.\n\n"
               "Each option can also be set in the environment: LEAT_MEMORY=4GB. A flag wins\n"
               "over the environment, that over leat.yaml. Params of a project are options of\n"
               "its commands (--input data/) and LEAT_PARAM_INPUT in the environment.\n\n"
               "Exit codes: 0 done, 1 a node or check failed, 2 the command could not run.\n");
}

/* What the project in this folder, if there is one, can be given. A project with mistakes shows none. */
static void append_params(struct str *page, struct invocation *invocation,
                          struct terminal *terminal)
{
    struct opened *opened = NULL;
    AUTO(str_release) struct str name = STR_INIT(1024);
    if (open_project(invocation, terminal, &opened, NULL) != 0 || opened->problems.list.count > 0 ||
        opened->session.project->param_count == 0)
        return;
    const struct project *project = opened->session.project;
    str_append(page, "\nparams of this project\n");
    for (size_t i = 0; i < project->param_count; i++) {
        const struct project_param *param = &project->params[i];
        str_clear(&name);
        str_appendf(&name, "--%s VALUE", param->name);
        append_padded(page, str_text(&name));
        str_append(page, param->description == NULL ? "" : param->description);
        if (param->default_text != NULL)
            str_appendf(page, " [%s]", param->default_text);
        str_append_char(page, '\n');
    }
}

static void append_page(struct str *page, const struct command *command)
{
    str_appendf(page, "%s\n\n  ", command->summary);
    help_usage(page, command);
    str_append_char(page, '\n');
    if (command->detail != NULL)
        str_append_char(page, '\n');
    append_lines(page, command->detail);
    if (command->options != NULL)
        str_append(page, "\noptions (and those of every command: leat help options)\n");
    for (const struct option *o = command->options; o != NULL && o->name != NULL; o++)
        append_option(page, o);
    str_appendf(page, "\nexample%s\n", strchr(command->example, '\n') == NULL ? "" : "s");
    append_lines(page, command->example);
}

int help_print(struct invocation *invocation, const struct command *command,
               struct terminal *terminal, struct err *err)
{
    AUTO(str_release) struct str page = STR_INIT(PAGE_MAX);
    if (command == NULL) {
        append_commands(&page);
    } else {
        append_page(&page, command);
        if (command->run == cmd_run)
            append_params(&page, invocation, terminal);
    }
    return print_text(terminal, &page, err);
}

int cmd_help(struct invocation *invocation, struct terminal *terminal, struct err *err)
{
    const char *const *args = NULL;
    if (invocation_args(invocation, &args) == 0)
        return help_print(invocation, NULL, terminal, err);
    if (strcmp(args[0], "options") == 0) {
        AUTO(str_release) struct str page = STR_INIT(PAGE_MAX);
        append_global_options(&page);
        return print_text(terminal, &page, err);
    }
    const struct command *command = command_find(args[0]);
    if (command != NULL)
        return help_print(invocation, command, terminal, err);
    err_set(err, ERR_USAGE, "unknown command \"%s\"", args[0]);
    return err_hint(err, "\"leat help\" lists the commands.");
}
