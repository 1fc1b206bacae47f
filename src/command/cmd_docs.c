/* SPDX-License-Identifier: Apache-2.0 */
#include "command/args.h"
#include "command/cmds.h"
#include "command/help.h"
#include "command/report.h"
#include "functions/functions.h"
#include "project/settings.h"

#include <ctype.h>
#include <string.h>

enum { TEXT_MAX = 1024 * 1024 };

static void append_head(struct str *text, const char *title, const char *topic)
{
    str_appendf(text, "# %s\n\n<!-- Written by `leat docs %s`; do not edit. -->\n\n", title, topic);
}

/* '<' would begin a tag, but not in code. */
static void append_markdown(struct str *text, const char *plain)
{
    bool is_code = false;
    for (const char *c = plain; *c != '\0'; c++) {
        is_code ^= *c == '`';
        if (*c == '|' || (*c == '<' && !is_code))
            str_append_char(text, '\\');
        str_append_char(text, *c);
    }
}

static void append_cell(struct str *text, const char *cell)
{
    str_append(text, "| ");
    append_markdown(text, cell == NULL ? "" : cell);
    str_append_char(text, ' ');
}

static void append_code_cell(struct str *text, const char *code)
{
    AUTO(str_release) struct str cell = STR_INIT(TEXT_MAX);
    if (code != NULL)
        str_appendf(&cell, "`%s`", code);
    append_cell(text, str_text(&cell));
}

static void end_row(struct str *text)
{
    str_append(text, "|\n");
}

static void append_choices(struct str *text, const char *type, const char *const *choices)
{
    AUTO(str_release) struct str cell = STR_INIT(TEXT_MAX);
    for (size_t i = 0; choices != NULL && choices[i] != NULL; i++)
        str_appendf(&cell, "%s`%s`", i == 0 ? "" : ", ", choices[i]);
    append_cell(text, choices == NULL ? type : str_text(&cell));
}

/* ---- settings ---- */

static void append_global(struct str *text, const struct option *option)
{
    char env[64];
    AUTO(str_release) struct str name = STR_INIT(256);
    help_option_name(&name, option);
    append_code_cell(text, str_text(&name));
    append_code_cell(text, option_env_name(option, env));
    append_code_cell(text, option->project_key);
    append_cell(text, option->default_text);
    append_cell(text, option->help);
    end_row(text);
}

static void append_level(struct str *text, const struct setting_level *level)
{
    bool is_file = strchr(level->name, '.') != NULL;
    str_appendf(text, "\n## %c%s\n\n",
                is_file ? level->name[0] : toupper((unsigned char)level->name[0]), level->name + 1);
    if (strcmp(level->name, level->where) != 0) {
        str_append(text, "In ");
        append_markdown(text, level->where);
        str_append(text, ".\n\n");
    }
    str_append(text, "| key | value | default | meaning |\n|---|---|---|---|\n");
    for (size_t i = 0; i < level->count; i++) {
        const struct setting_doc *item = &level->items[i];
        if (item->is_later)
            continue;
        append_code_cell(text, item->name);
        append_choices(text, item->type, item->choices);
        append_cell(text, item->default_text);
        append_cell(text, item->help);
        end_row(text);
    }
}

static void append_settings(struct str *text)
{
    append_head(text, "Settings", "settings");
    str_append(text,
               "A flag wins over the environment, that over `leat.yaml`, that over the default. "
               "The options of single\ncommands have a variable too: `LEAT_` and the name in "
               "capitals, `LEAT_FULL_REFRESH=1`. A param `input` of a\nproject is the flag "
               "`--input` and the variable `LEAT_PARAM_INPUT`.\n\n"
               "## Of the program\n\n| flag | environment | leat.yaml | default | meaning |\n"
               "|---|---|---|---|---|\n");
    for (const struct option *o = global_options; o->name != NULL; o++)
        append_global(text, o);
    for (size_t i = 0; i < LEVEL_COUNT; i++)
        append_level(text, &setting_levels[i]);
}

/* ---- commands ---- */

static void append_option_row(struct str *text, const struct option *option)
{
    AUTO(str_release) struct str name = STR_INIT(256);
    help_option_name(&name, option);
    append_code_cell(text, str_text(&name));
    append_cell(text, option->help);
    append_choices(text, "", option->choices);
    append_cell(text, option->default_text);
    end_row(text);
}

static void append_command(struct str *text, const struct command *command)
{
    str_appendf(text, "\n## leat %s\n\n%s\n", command->name, command->summary);
    if (command->alias != NULL)
        str_appendf(text, "`leat %s` is the same.\n", command->alias);
    if (command->detail != NULL)
        str_appendf(text, "%s\n", command->detail);
    str_append(text, "\n    ");
    help_usage(text, command);
    str_append_char(text, '\n');
    if (command->options != NULL)
        str_append(text, "\n| option | meaning | values | default |\n|---|---|---|---|\n");
    for (const struct option *o = command->options; o != NULL && o->name != NULL; o++)
        append_option_row(text, o);
    str_appendf(text, "\n```sh\n%s\n```\n", command->example);
}

static void append_commands(struct str *text)
{
    append_head(text, "Commands", "commands");
    str_append(text,
               "Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 a node or "
               "check failed, 2 the\ncommand could not run, 130 stopped by Ctrl-C.\n\n"
               "| option of every command | meaning | values | default |\n|---|---|---|---|\n");
    for (const struct option *o = global_options; o->name != NULL; o++)
        append_option_row(text, o);
    for (size_t i = 0; i < command_count; i++)
        append_command(text, &commands[i]);
}

/* ---- errors, functions ---- */

static void append_errors(struct str *text)
{
    append_head(text, "Kinds of errors", "errors");
    str_append(text, "| kind | exit code | HTTP status | worth another try | meaning |\n"
                     "|---|---|---|---|---|\n");
    for (int kind = ERR_NONE + 1; kind < ERR_KIND_COUNT; kind++) {
        const struct err_kind_info *info = err_kind_info((enum err_kind)kind);
        append_code_cell(text, info->name);
        str_appendf(text, "| %d | %d | %s ", info->exit_code, info->http_status,
                    info->is_retryable ? "yes" : "no");
        append_cell(text, info->meaning);
        end_row(text);
    }
}

static void append_functions(struct str *text)
{
    append_head(text, "SQL functions", "functions");
    str_append(text, "Beside all functions of DuckDB, SQL in leat has these.\n");
    for (size_t i = 0; i < function_doc_count; i++) {
        const struct function_doc *doc = &function_docs[i];
        str_appendf(text, "\n## %s\n\n    %s\n\n%s\n", doc->name, doc->signature, doc->summary);
        if (doc->detail != NULL)
            str_appendf(text, "\n%s\n", doc->detail);
        if (doc->example != NULL)
            str_appendf(text, "\n```sql\n%s\n```\n", doc->example);
    }
}

static const struct {
    const char *name;
    void (*append)(struct str *text);
} topics[] = {
    {"settings", append_settings},
    {"commands", append_commands},
    {"errors", append_errors},
    {"functions", append_functions},
};

int cmd_docs(struct invocation *invocation, struct terminal *terminal, struct err *err)
{
    const char *const *args = NULL;
    const char *names[ARRAY_COUNT(topics)];
    AUTO(str_release) struct str text = STR_INIT(TEXT_MAX);
    invocation_args(invocation, &args);
    for (size_t i = 0; i < ARRAY_COUNT(topics); i++) {
        names[i] = topics[i].name;
        if (strcmp(args[0], topics[i].name) == 0) {
            topics[i].append(&text);
            return print_text(terminal, &text, err);
        }
    }
    const char *nearest = nearest_name(args[0], names, ARRAY_COUNT(names));
    err_set(err, ERR_USAGE, "leat docs has no part \"%s\"", args[0]);
    if (nearest != NULL)
        return err_hint(err, "Did you mean %s?", nearest);
    return err_hint(err, "It has settings, commands, errors and functions.");
}
