/* SPDX-License-Identifier: Apache-2.0 */
#include "command/cmds.h"
#include "command/report.h"

#include <string.h>

enum { SCRIPT_MAX = 256 * 1024 };

static void append_options(struct str *script, const struct option *options)
{
    for (const struct option *o = options; o != NULL && o->name != NULL; o++)
        str_appendf(script, " --%s", o->name);
}

/* One branch for each set of choices: `run:--format|run:-o) words="…"`. */
static void append_choices(struct str *script, const char *command, const struct option *options)
{
    for (const struct option *o = options; o != NULL && o->name != NULL; o++) {
        if (o->choices == NULL)
            continue;
        str_appendf(script, "    %s:--%s", command, o->name);
        if (o->letter != 0)
            str_appendf(script, " | %s:-%c", command, o->letter);
        str_append(script, ") words=\"");
        for (const char *const *choice = o->choices; *choice != NULL; choice++)
            str_appendf(script, "%s%s", choice == o->choices ? "" : " ", *choice);
        str_append(script, "\" ;;\n");
    }
}

static void append_case(struct str *script)
{
    str_append(script, "    case \"$command:$previous\" in\n");
    for (size_t i = 0; i < command_count; i++)
        append_choices(script, commands[i].name, commands[i].options);
    append_choices(script, "*", global_options);
    str_append(script, "    *:-C | *:--directory)\n"
                       "        mapfile -t COMPREPLY < <(compgen -d -- \"$current\"); return ;;\n"
                       "    *:--output)\n"
                       "        mapfile -t COMPREPLY < <(compgen -f -- \"$current\"); return ;;\n"
                       "    docs:docs) words=\"settings commands errors functions\" ;;\n"
                       "    completion:completion) words=\"bash\" ;;\n"
                       "    *)\n"
                       "        case \"$command\" in\n");
    for (size_t i = 0; i < command_count; i++) {
        if (commands[i].run == cmd_help)
            continue;
        str_appendf(script, "        %s%s%s) words=\"", commands[i].name,
                    commands[i].alias == NULL ? "" : " | ",
                    commands[i].alias == NULL ? "" : commands[i].alias);
        append_options(script, commands[i].options);
        if (commands[i].args != NULL && strstr(commands[i].args, "NODE") != NULL)
            str_append(script, " $(_leat_nodes)");
        str_append(script, "\" ;;\n");
    }
    str_append(script, "        help) words=\"$commands options\" ;;\n"
                       "        *) words=\"$commands\" ;;\n"
                       "        esac\n"
                       "        words=\"$words");
    append_options(script, global_options);
    str_append(script, " --help\" ;;\n    esac\n");
}

static void append_script(struct str *script)
{
    str_append(
        script,
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
        "}\n"
        "_leat() {\n"
        "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
        "    local command=\"\" commands=\"");
    for (size_t i = 0; i < command_count; i++)
        str_appendf(script, "%s%s", i == 0 ? "" : " ", commands[i].name);
    str_append(script,
               "\" words=\"\" i\n"
               "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
               "        case \"${COMP_WORDS[i]}\" in\n"
               "        -C | --directory | --memory | --threads | --temp-limit) ((i++)) ;;\n"
               "        -*) ;;\n"
               "        *) command=${COMP_WORDS[i]}; break ;;\n"
               "        esac\n"
               "    done\n");
    append_case(script);
    str_append(script, "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
                       "}\n"
                       "complete -F _leat leat\n");
}

int cmd_completion(struct invocation *invocation, struct terminal *terminal, int *ret_exit_code,
                   struct err *err)
{
    const char *const *args = NULL;
    AUTO(str_release) struct str script = STR_INIT(SCRIPT_MAX);
    (void)ret_exit_code;
    invocation_args(invocation, &args);
    if (strcmp(args[0], "bash") != 0) {
        err_set(err, ERR_USAGE, "there is no completion for \"%s\"", args[0]);
        return err_hint(err, "The shell leat knows is bash.");
    }
    append_script(&script);
    return print_text(terminal, &script, err);
}
