/* SPDX-License-Identifier: Apache-2.0 */
#include "command/cmds.h"
#include "command/report.h"

#include <string.h>

enum { SCRIPT_MAX = 256 * 1024 };

static const char nodes_function[] =
    "# bash completion of leat; in ~/.bashrc: source <(leat completion bash)\n"
    "_leat_nodes() {\n"
    "    local options=() i\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        if [[ ${COMP_WORDS[i]} == -C ]]; then\n"
    "            options=(-C \"${COMP_WORDS[i + 1]}\")\n"
    "        fi\n"
    "    done\n"
    "    leat \"${options[@]}\" lineage -o json 2>/dev/null |\n"
    "        sed -n 's/^{\"node\": \"\\([^\"]*\\)\".*/\\1/p'\n"
    "}\n";

static const char main_begin[] =
    "_leat() {\n"
    "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    local command=\"\" words=\"\" i\n";

static const char main_end[] =
    "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
    "}\n"
    "complete -F _leat leat\n";

static const char folder_words[] =
    ") mapfile -t COMPREPLY < <(compgen -d -- \"$current\"); return ;;\n";
static const char file_words[] =
    ") mapfile -t COMPREPLY < <(compgen -f -- \"$current\"); return ;;\n";

/* "-C | --directory", each with what stands before it in a pattern. */
static void append_pattern(struct str *script, const char *before, const struct option *option)
{
    if (option->letter != 0)
        str_appendf(script, "%s-%c | ", before, option->letter);
    str_appendf(script, "%s--%s", before, option->name);
}

/* The first word that is neither an option nor the value of one. */
static void append_find_command(struct str *script)
{
    str_append(script, "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                       "        case \"${COMP_WORDS[i]}\" in\n        ");
    const char *separator = "";
    for (const struct option *o = global_options; o->name != NULL; o++) {
        if (o->kind == OPTION_FLAG)
            continue;
        str_append(script, separator);
        append_pattern(script, "", o);
        separator = " | ";
    }
    str_append(script, ") ((i++)) ;;\n"
                       "        -*) ;;\n"
                       "        *) command=${COMP_WORDS[i]}; break ;;\n"
                       "        esac\n"
                       "    done\n");
}

/* What may follow an option: its choices, a folder, a file. */
static void append_values(struct str *script, const char *command, const struct option *options)
{
    AUTO(str_release) struct str before = STR_INIT(256);
    str_appendf(&before, "%s:", command);
    for (const struct option *o = options; o != NULL && o->name != NULL; o++) {
        bool is_folder = str_eq(o->value_name, "DIR"), is_file = str_eq(o->value_name, "FILE");
        if (o->choices == NULL && !is_folder && !is_file)
            continue;
        str_append(script, "    ");
        append_pattern(script, str_text(&before), o);
        if (o->choices == NULL) {
            str_append(script, is_folder ? folder_words : file_words);
            continue;
        }
        str_append(script, ") words=\"");
        for (const char *const *choice = o->choices; *choice != NULL; choice++)
            str_appendf(script, "%s%s", choice == o->choices ? "" : " ", *choice);
        str_append(script, "\" ;;\n");
    }
}

static void append_options(struct str *script, const struct option *options)
{
    for (const struct option *o = options; o != NULL && o->name != NULL; o++)
        str_appendf(script, " --%s", o->name);
}

static void append_names(struct str *script)
{
    for (size_t i = 0; i < command_count; i++)
        str_appendf(script, " %s", commands[i].name);
}

static void append_command(struct str *script, const struct command *command)
{
    str_appendf(script, "    %s:* ", command->name);
    if (command->alias != NULL)
        str_appendf(script, "| %s:* ", command->alias);
    str_append(script, ") words=\"");
    append_options(script, command->options);
    append_options(script, global_options);
    if (command->args != NULL && strstr(command->args, "NODE") != NULL)
        str_append(script, " $(_leat_nodes)");
    if (command->run == cmd_help) {
        append_names(script);
        str_append(script, " options");
    }
    if (command->run == cmd_docs)
        str_append(script, " settings commands errors functions");
    if (command->run == cmd_completion)
        str_append(script, " bash");
    str_append(script, "\" ;;\n");
}

static void append_script(struct str *script)
{
    str_append(script, nodes_function);
    str_append(script, main_begin);
    append_find_command(script);
    str_append(script, "    case \"$command:$previous\" in\n");
    for (size_t i = 0; i < command_count; i++)
        append_values(script, commands[i].name, commands[i].options);
    append_values(script, "*", global_options);
    for (size_t i = 0; i < command_count; i++)
        append_command(script, &commands[i]);
    str_append(script, "    *) words=\"--help --version");
    append_options(script, global_options);
    append_names(script);
    str_append(script, "\" ;;\n    esac\n");
    str_append(script, main_end);
}

int cmd_completion(struct invocation *invocation, struct terminal *terminal, struct err *err)
{
    const char *const *args = NULL;
    AUTO(str_release) struct str script = STR_INIT(SCRIPT_MAX);
    invocation_args(invocation, &args);
    if (strcmp(args[0], "bash") != 0) {
        err_set(err, ERR_USAGE, "there is no completion for \"%s\"", args[0]);
        return err_hint(err, "The shell leat knows is bash.");
    }
    append_script(&script);
    return print_text(terminal, &script, err);
}
