/* SPDX-License-Identifier: Apache-2.0 */
#include "command/args.h"

#include "command/open.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ARENA_MAX = 16 * 1024 * 1024, ENV_NAME_BYTES = 64 };

void invocation_init(struct invocation *invocation)
{
    *invocation = (struct invocation){0};
    arena_init(&invocation->arena, ARENA_MAX);
}

void invocation_release(struct invocation *invocation)
{
    opened_free(invocation->opened);
    arena_release(&invocation->arena);
    *invocation = (struct invocation){0};
}

static const struct option *find_in(const struct option *options, const char *name)
{
    for (const struct option *o = options; o != NULL && o->name != NULL; o++)
        if (strcmp(o->name, name) == 0)
            return o;
    return NULL;
}

const struct option *option_find(const struct command *command, const char *name)
{
    const struct option *own = command == NULL ? NULL : find_in(command->options, name);
    return own != NULL ? own : find_in(global_options, name);
}

static const struct option *find_letter(const struct command *command, char letter)
{
    const struct option *tables[] = {command == NULL ? NULL : command->options, global_options};
    for (size_t i = 0; i < ARRAY_COUNT(tables); i++)
        for (const struct option *o = tables[i]; o != NULL && o->name != NULL; o++)
            if (o->letter == letter)
                return o;
    return NULL;
}

char *option_env_name(const struct option *option, char *buffer)
{
    size_t len = (size_t)snprintf(buffer, ENV_NAME_BYTES, "LEAT_%s", option->name);
    for (size_t i = 0; i < len && i < ENV_NAME_BYTES - 1; i++)
        buffer[i] = buffer[i] == '-' ? '_' : (char)toupper((unsigned char)buffer[i]);
    return buffer;
}

const char *option_nearest(const struct invocation *invocation, const char *name,
                           const struct project *project)
{
    const struct option *tables[] = {
        invocation->command == NULL ? NULL : invocation->command->options, global_options};
    const char *names[128];
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_COUNT(tables); i++)
        for (const struct option *o = tables[i]; o != NULL && o->name != NULL; o++)
            if (count < ARRAY_COUNT(names))
                names[count++] = o->name;
    for (size_t i = 0; project != NULL && i < project->param_count; i++)
        if (count < ARRAY_COUNT(names))
            names[count++] = project->params[i].name;
    return nearest_name(name, names, count);
}

static int unknown_option(const struct invocation *invocation, const char *name, struct err *err)
{
    const char *nearest = option_nearest(invocation, name, NULL);
    err_set(err, ERR_USAGE, "unknown option \"--%s\"", name);
    if (nearest != NULL)
        return err_hint(err, "Did you mean --%s?", nearest);
    return err_hint(err, "\"leat help%s%s\" lists the options.",
                    invocation->command != NULL ? " " : "",
                    invocation->command != NULL ? invocation->command->name : "");
}

static bool is_choice(const struct option *option, const char *text)
{
    if (option->choices == NULL)
        return true;
    for (const char *const *choice = option->choices; *choice != NULL; choice++)
        if (strcmp(*choice, text) == 0)
            return true;
    return false;
}

static bool parse_bool(const char *text, bool *ret_value)
{
    static const char *const words[][2] = {
        {"true", "false"}, {"1", "0"}, {"yes", "no"}, {"on", "off"}};
    for (size_t i = 0; i < ARRAY_COUNT(words); i++)
        for (int is_false = 0; is_false < 2; is_false++)
            if (strcasecmp(text, words[i][is_false]) == 0) {
                *ret_value = is_false == 0;
                return true;
            }
    return false;
}

/* `shown` is what the user wrote: "--format", "LEAT_FORMAT". */
static int check_value(const struct option *option, const char *shown, const char *text,
                       struct err *err)
{
    bool ignored = false;
    if (option->kind == OPTION_FLAG && !parse_bool(text, &ignored))
        return err_set(err, ERR_USAGE, "%s is on or off and takes no \"%s\"", shown, text);
    if (is_choice(option, text))
        return 0;
    size_t count = 0;
    AUTO(str_release) struct str list = STR_INIT(1024);
    for (; option->choices[count] != NULL; count++)
        str_appendf(&list, "%s%s", count == 0 ? "" : ", ", option->choices[count]);
    err_set(err, ERR_USAGE, "%s cannot be \"%s\": expected one of %s", shown, text,
            str_text(&list));
    const char *nearest = nearest_name(text, option->choices, count);
    return nearest == NULL ? -1 : err_hint(err, "Did you mean %s?", nearest);
}

/* The arguments still to be read. */
struct cursor {
    char **argv;
    int at, count;
};

static const char *next_value(struct cursor *cursor)
{
    return cursor->at < cursor->count ? cursor->argv[cursor->at++] : NULL;
}

/* `inline_value` is what follows '=' or the letter, or NULL. */
static int take_option(struct invocation *invocation, const struct option *option,
                       const char *shown, const char *inline_value, struct cursor *cursor,
                       struct err *err)
{
    const char *text = inline_value;
    if (text == NULL)
        text = option->kind == OPTION_FLAG ? "true" : next_value(cursor);
    bool is_blank = text == NULL || text[strspn(text, " \t\r\n")] == '\0';
    if (is_blank && option->kind != OPTION_FLAG) /* -s "$NODE" without NODE must not run all */
        return err_set(err, ERR_USAGE, "%s needs a value: %s %s", shown, shown, option->value_name);
    TRY(check_value(option, shown, text, err));
    struct given given = {.option = option, .text = text};
    VEC_PUSH(&invocation->arena, invocation->given, given);
    return 0;
}

/* An option nobody knows, or a param whose value was forgotten. */
static int valueless_param(const struct invocation *invocation, const char *name, struct err *err)
{
    if (option_nearest(invocation, name, NULL) != NULL)
        return unknown_option(invocation, name, err);
    err_set(err, ERR_USAGE, "--%s needs a value: --%s VALUE", name, name);
    return err_hint(err, "It can only be a param; \"leat help %s\" lists params and options.",
                    invocation->command->name);
}

static int take_param(struct invocation *invocation, const char *name, const char *inline_value,
                      struct cursor *cursor, struct err *err)
{
    bool has_next = cursor->at < cursor->count && cursor->argv[cursor->at][0] != '-';
    if (invocation->command == NULL || !invocation->command->needs_project)
        return unknown_option(invocation, name, err);
    if (inline_value == NULL && !has_next)
        return valueless_param(invocation, name, err);
    char *param_name = arena_strdup(&invocation->arena, name);
    for (char *c = param_name; *c != '\0'; c++)
        if (*c == '-')
            *c = '_';
    struct setting_value value = {.name = param_name, .value = inline_value};
    if (value.value == NULL)
        value.value = next_value(cursor);
    VEC_PUSH(&invocation->arena, invocation->params, value);
    return 0;
}

static int take_long(struct invocation *invocation, const char *text, struct cursor *cursor,
                     struct err *err)
{
    const char *equals = strchr(text, '=');
    const char *inline_value = equals == NULL ? NULL : equals + 1;
    size_t len = equals == NULL ? strlen(text) : (size_t)(equals - text);
    const char *name = arena_strndup(&invocation->arena, text, len);
    if (strcmp(name, "help") == 0 || strcmp(name, "version") == 0) {
        *(name[0] == 'h' ? &invocation->wants_help : &invocation->wants_version) = true;
        return 0;
    }
    const struct option *option = option_find(invocation->command, name);
    if (option == NULL)
        return take_param(invocation, name, inline_value, cursor, err);
    const char *shown = arena_printf(&invocation->arena, "--%s", name);
    return take_option(invocation, option, shown, inline_value, cursor, err);
}

static int take_short(struct invocation *invocation, const char *text, struct cursor *cursor,
                      struct err *err)
{
    if (strcmp(text, "h") == 0) {
        invocation->wants_help = true;
        return 0;
    }
    const struct option *option = find_letter(invocation->command, text[0]);
    if (option == NULL || (option->kind == OPTION_FLAG && text[1] != '\0')) {
        err_set(err, ERR_USAGE, "unknown option \"-%s\"", text);
        return err_hint(err, "Long options begin with two dashes; \"leat help%s%s\" lists them.",
                        invocation->command == NULL ? "" : " ",
                        invocation->command == NULL ? "" : invocation->command->name);
    }
    const char *shown = arena_printf(&invocation->arena, "-%c", text[0]);
    return take_option(invocation, option, shown, text[1] == '\0' ? NULL : text + 1, cursor, err);
}

static int take_command(struct invocation *invocation, const char *name, struct err *err)
{
    invocation->command = command_find(name);
    if (invocation->command != NULL)
        return 0;
    const char *names[64];
    size_t count = 0;
    for (size_t i = 0; i < command_count && count + 2 <= ARRAY_COUNT(names); i++) {
        names[count++] = commands[i].name;
        if (commands[i].alias != NULL)
            names[count++] = commands[i].alias;
    }
    const char *nearest = nearest_name(name, names, count);
    err_set(err, ERR_USAGE, "unknown command \"%s\"", name);
    if (nearest != NULL)
        return err_hint(err, "Did you mean \"leat %s\"?", nearest);
    return err_hint(err, "\"leat help\" lists the commands.");
}

static int check_arg_count(const struct invocation *invocation, struct err *err)
{
    const struct command *command = invocation->command;
    size_t count = invocation->args.count;
    if (count < command->min_args) {
        err_set(err, ERR_USAGE, "leat %s needs %s", command->name, command->args);
    } else if (count > command->max_args) {
        const char *extra = invocation->args.items[command->max_args];
        err_set(err, ERR_USAGE, "leat %s does not know what to do with \"%s\"", command->name,
                extra);
    } else {
        return 0;
    }
    return err_hint(err, "\"leat help %s\" tells how it is used.", command->name);
}

/* What the environment says is checked too, so that a wrong LEAT_THREADS is never silently ignored. */
static int check_environment(const struct invocation *invocation, struct err *err)
{
    const struct option *tables[] = {invocation->command->options, global_options};
    char env[ENV_NAME_BYTES];
    for (size_t i = 0; i < ARRAY_COUNT(tables); i++)
        for (const struct option *o = tables[i]; o != NULL && o->name != NULL; o++) {
            const char *text = getenv(option_env_name(o, env));
            if (text != NULL && text[0] != '\0')
                TRY(check_value(o, env, text, err));
        }
    return 0;
}

static int take_arg(struct invocation *invocation, const char *text, struct err *err)
{
    if (invocation->command == NULL)
        return take_command(invocation, text, err);
    VEC_PUSH(&invocation->arena, invocation->args, text);
    return 0;
}

int args_parse(int argc, char **argv, struct invocation *invocation, struct err *err)
{
    struct cursor cursor = {.argv = argv, .at = 1, .count = argc};
    bool is_end = false;
    while (cursor.at < cursor.count) {
        const char *text = cursor.argv[cursor.at++];
        if (is_end || text[0] != '-' || text[1] == '\0')
            TRY(take_arg(invocation, text, err));
        else if (strcmp(text, "--") == 0)
            is_end = true;
        else if (text[1] == '-')
            TRY(take_long(invocation, text + 2, &cursor, err));
        else
            TRY(take_short(invocation, text + 1, &cursor, err));
    }
    if (invocation->command == NULL || invocation->wants_help || invocation->wants_version)
        return 0;
    TRY(check_environment(invocation, err));
    return check_arg_count(invocation, err);
}

const char *invocation_option(const struct invocation *invocation, const char *name)
{
    const struct option *option = option_find(invocation->command, name);
    if (option == NULL)
        return NULL;
    for (size_t i = invocation->given.count; i > 0; i--)
        if (invocation->given.items[i - 1].option == option)
            return invocation->given.items[i - 1].text;
    char env[ENV_NAME_BYTES];
    const char *text = getenv(option_env_name(option, env));
    return text != NULL && text[0] != '\0' ? text : NULL;
}

bool invocation_flag(const struct invocation *invocation, const char *name)
{
    bool value = false;
    const char *text = invocation_option(invocation, name);
    return text != NULL && parse_bool(text, &value) && value;
}

size_t invocation_list(struct invocation *invocation, const char *name,
                       const char *const **ret_items)
{
    const struct option *option = option_find(invocation->command, name);
    VEC(const char *) items = {0};
    for (size_t i = 0; i < invocation->given.count; i++)
        if (invocation->given.items[i].option == option)
            VEC_PUSH(&invocation->arena, items, invocation->given.items[i].text);
    const char *from_env = items.count == 0 ? invocation_option(invocation, name) : NULL;
    if (from_env != NULL)
        VEC_PUSH(&invocation->arena, items, from_env);
    *ret_items = items.items;
    return items.count;
}

size_t invocation_args(const struct invocation *invocation, const char *const **ret_args)
{
    *ret_args = invocation->args.items;
    return invocation->args.count;
}

void invocation_set_exit_code(struct invocation *invocation, int exit_code)
{
    invocation->exit_code = exit_code;
}
