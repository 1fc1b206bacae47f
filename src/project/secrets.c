/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include <ctype.h>
#include <string.h>

/*
 * A connection may be a secret as a whole, or be put together of several: postgres://me:${PASSWORD}@host. Each variable
 * that goes into one is a secret too, also by way of a param. What stands in leat.yaml is none.
 */

/* The next NAME of ${NAME}; NULL at the end. */
static const char *next_name(struct arena *arena, const char **text)
{
    const char *dollar = strstr(*text, "${"), *end = dollar ? strchr(dollar, '}') : NULL;
    if (!end)
        return NULL;
    *text = end + 1;
    return arena_strndup(arena, dollar + 2, (size_t)(end - dollar - 2));
}

bool secrets_are_noted(const struct loader *loader, const char *name)
{
    for (size_t i = 0; i < loader->secret_names.count; i++)
        if (str_eq(loader->secret_names.items[i], name))
            return true;
    return false;
}

static void note_names(struct loader *loader, const char *text, const struct yaml *params)
{
    const char *name;
    while ((name = next_name(loader->arena, &text))) {
        if (secrets_are_noted(loader, name))
            continue;
        VEC_PUSH(loader->arena, loader->secret_names, name);
        const struct yaml *param =
            params && params->kind == YAML_MAP ? yaml_get(params, name) : NULL;
        const struct yaml *fallback =
            param && param->kind == YAML_MAP ? yaml_get(param, "default") : NULL;
        if (fallback && fallback->kind == YAML_SCALAR)
            note_names(loader, fallback->text, params);
    }
}

void secrets_note(struct loader *loader, const struct yaml *connections, const struct yaml *params)
{
    for (size_t i = 0; connections && connections->kind == YAML_MAP && i < connections->count; i++)
        if (connections->items[i]->kind == YAML_SCALAR)
            note_names(loader, connections->items[i]->text, params);
}

static bool is_secret(const struct loader *loader, const char *name)
{
    const struct project_param *param = params_find(loader->project, name);
    return param ? param->holds_secret : secrets_are_noted(loader, name);
}

bool secrets_are_used(const struct loader *loader, const char *text)
{
    const char *name;
    while ((name = next_name(loader->arena, &text)))
        if (is_secret(loader, name))
            return true;
    return false;
}

static int hex_digit(char c)
{
    return !isxdigit((unsigned char)c) ? -1 : c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* The text without %XX, as a server would show it. */
static const char *url_decoded(struct arena *arena, const char *text)
{
    char *copy = arena_strdup(arena, text), *out = copy;
    for (const char *at = text; *at; at++) {
        int high = *at == '%' ? hex_digit(at[1]) : -1, low = high >= 0 ? hex_digit(at[2]) : -1;
        bool is_coded = low >= 0 && high * 16 + low > 0;
        *out++ = is_coded ? (char)(high * 16 + low) : *at;
        at += is_coded ? 2 : 0;
    }
    *out = '\0';
    return copy;
}

void secrets_register_value(struct loader *loader, const char *value)
{
    struct secrets *secrets = &loader->project->secrets;
    if (!value)
        return;
    secrets_add(secrets, loader->arena, value);
    secrets_add(secrets, loader->arena, url_decoded(loader->arena, value));
}

void secrets_register(struct loader *loader)
{
    for (size_t i = 0; i < loader->secret_names.count; i++) {
        const char *name = loader->secret_names.items[i];
        const struct project_param *param = params_find(loader->project, name);
        if (is_secret(loader, name))
            secrets_register_value(loader, param ? param->value : env_get(loader, name));
    }
}

/* A URL loses a slash when it becomes a path, and would no longer be found by secrets_mask(). */
static bool holds_url(const struct secrets *secrets, const char *text)
{
    for (size_t i = 0; i < secrets->list.count; i++) {
        const char *value = secret_reveal(secrets->list.items[i]);
        if (strstr(value, "//") && strstr(text, value))
            return true;
    }
    return false;
}

const char *field_path(struct loader *loader, const struct yaml *map, const char *key)
{
    const char *path = field_expanded(loader, map, key);
    if (!path || (!secrets_are_used(loader, yaml_get(map, key)->text) &&
                  !holds_url(&loader->project->secrets, path)))
        return path;
    problem_add(loader->problems, field_place(map, key),
                "a connection's secret cannot be part of a path");
    problem_hint(loader->problems, "Use a variable or param that no connection uses.");
    return NULL;
}
