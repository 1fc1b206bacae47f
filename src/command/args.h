/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_COMMAND_ARGS_H
#define LEAT_COMMAND_ARGS_H

#include "command/command.h"

/*
 * Arguments, read by the tables of command.h: `--name value`, `--name=value`, `-n value`, `-nvalue`, `--` ends
 * the options. Options may stand before or after the command, global ones anywhere. A long option that no table
 * knows is kept as a param when the command works on a project (`--input data/`); the project says
 * later whether it has such a param.
 */
struct given {
    const struct option *option;
    const char *text; /* a flag: "true" */
};
struct opened; /* see open.h */
struct invocation {
    struct arena arena;
    const struct command *command; /* NULL: none was named */
    const char *caller_folder;     /* absolute; where the user stands, before -C */
    const char *folder;            /* absolute; after -C */
    VEC(struct given) given;
    VEC(const char *) args;
    VEC(struct setting_value) params; /* '-' in names already made '_' */
    bool wants_help, wants_version;
    int exit_code;
    struct opened *opened; /* the project, once a command has asked for it */
};

/* Prepare with invocation_init(); release also when parsing failed. */
void invocation_init(struct invocation *invocation);
int args_parse(int argc, char **argv, struct invocation *invocation, struct err *err) WARN_UNUSED;
void invocation_release(struct invocation *invocation);

/* The option of this name that the command or the global table has, or NULL. */
const struct option *option_find(const struct command *command, const char *name);
/* "LEAT_FULL_REFRESH" into a buffer of 64 bytes, which is returned. */
char *option_env_name(const struct option *option, char *buffer);
/* The names one could have meant by `name`: options of the command, global ones, params of the project (or NULL). */
const char *option_nearest(const struct invocation *invocation, const char *name,
                           const struct project *project);

#endif
