/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_COMMAND_COMMAND_H
#define LEAT_COMMAND_COMMAND_H

#include "run/run.h"

/*
 * The commands, the same for a terminal and (later) for HTTP. One table of commands, one of global
 * options; arguments, help, completion and `leat docs` all come from them. Nothing below command/
 * knows a command line.
 */
enum option_kind {
    OPTION_FLAG,
    OPTION_TEXT,
    OPTION_LIST /* may be given several times */
};
struct option {
    const char *name; /* "full-refresh"; environment LEAT_FULL_REFRESH */
    char letter;      /* 0: none */
    enum option_kind kind;
    const char *value_name; /* "N", "DIR"; NULL for a flag */
    const char *help;
    const char *default_text;   /* for help and docs; NULL: none worth telling */
    const char *const *choices; /* NULL-terminated; NULL: any */
    const char *project_key;    /* the same setting in leat.yaml, or NULL */
};

/* The parsed arguments of one call; made by args_parse(), see args.h. */
struct invocation;
/* Flag, then environment; NULL: neither (the caller then asks the project, then its default). */
const char *invocation_option(const struct invocation *invocation, const char *name);
bool invocation_flag(const struct invocation *invocation, const char *name);
size_t invocation_list(struct invocation *invocation, const char *name,
                       const char *const **ret_items);
/* What the program ends with when the command itself has not failed; 0 unless said. */
void invocation_set_exit_code(struct invocation *invocation, int exit_code);
size_t invocation_args(const struct invocation *invocation, const char *const **ret_args);

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* How results and progress reach the user: filled by cli/ (later by serve/). */
struct terminal {
    FILE *out; /* results */
    FILE *err; /* messages and progress */
    bool is_out_tty, is_err_tty, has_color, is_json_log;
    int width; /* columns of the terminal; 0: there is none */
    enum log_level log_level;
    volatile sig_atomic_t *stop;        /* how often the user asked to stop */
    volatile sig_atomic_t is_stoppable; /* set by a command once it looks at `stop` */
    int64_t memory_bytes;               /* the limit in force; 0: not yet known. Set by command/ */
    const struct secrets *secrets;      /* of the open project; NULL: none. Set by command/ */
    struct run_listener progress; /* told of every event of a run; event NULL: nobody listens */
};

struct command {
    const char *name, *alias; /* alias NULL: none */
    const char *args;         /* "[NODE…]"; NULL: takes none */
    size_t min_args, max_args;
    const char *summary; /* one line */
    const char *detail;  /* a few lines for its help page, or NULL */
    const char *example; /* lines that can be typed as they stand */
    const struct option
        *options; /* its own, beside the global ones; ends with name NULL; NULL: none */
    bool needs_project;
    /* 0, or -1 with err; a run with failed nodes returns 0 after invocation_set_exit_code(…, 1). */
    int (*run)(struct invocation *invocation, struct terminal *terminal, struct err *err);
};
extern const struct command commands[];
extern const size_t command_count;
extern const struct option global_options[];          /* ends with name NULL */
const struct command *command_find(const char *name); /* by name or alias; NULL: no such command */

/*
 * The whole program but signals and terminals: parses argv, runs the command, prints errors. Gives
 * the exit code.
 */
int command_main(int argc, char **argv, struct terminal *terminal);

#endif
