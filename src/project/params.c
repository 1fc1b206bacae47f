/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Names that the SQL of models has for itself. */
static const char *const own_names[] = {"start", "end", "last"};

const char *param_sql_type(enum param_type type)
{
    static const char *const types[] = {
        [PARAM_TEXT] = "VARCHAR",          [PARAM_PATH] = "VARCHAR",    [PARAM_INTEGER] = "BIGINT",
        [PARAM_DECIMAL] = "DECIMAL(18,6)", [PARAM_BOOLEAN] = "BOOLEAN", [PARAM_DATE] = "DATE",
        [PARAM_TIMESTAMP] = "TIMESTAMPTZ",
    };
    return types[type];
}

const struct project_param *params_find(const struct project *project, const char *name)
{
    for (size_t i = 0; i < project->param_count; i++)
        if (str_eq(project->params[i].name, name))
            return &project->params[i];
    return NULL;
}

static bool is_integer(const char *text)
{
    char *end = NULL;
    errno = 0;
    (void)strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0';
}

/* DECIMAL(18,6) without rounding: up to 12 digits before the point, up to 6 behind it. */
static bool is_decimal(const char *text)
{
    text += *text == '-' || *text == '+';
    size_t whole = strspn(text, "0123456789");
    const char *rest = text + whole;
    size_t fraction = *rest == '.' ? strspn(rest + 1, "0123456789") : 0;
    rest += *rest == '.' ? fraction + 1 : 0;
    return *rest == '\0' && whole > 0 && whole <= 12 && fraction <= 6;
}

/* Why a value does not fit its type; NULL when it does. */
static const char *expected_form(enum param_type type, const char *value)
{
    int64_t instant;
    switch (type) {
    case PARAM_INTEGER:
        return is_integer(value) ? NULL : "a whole number";
    case PARAM_DECIMAL:
        return is_decimal(value) ? NULL
                                 : "a number with up to 12 digits before the point and 6 behind it";
    case PARAM_BOOLEAN:
        return str_eq(value, "true") || str_eq(value, "false") ? NULL : "true or false";
    case PARAM_DATE:
        return strlen(value) == 10 && instant_parse(value, &zone_utc, &instant, NULL) == 0
                   ? NULL
                   : "a date such as 2024-06-05";
    case PARAM_TIMESTAMP:
        return instant_parse(value, &zone_utc, &instant, NULL) == 0
                   ? NULL
                   : "a time such as 2024-06-05T10:00:00Z";
    default:
        return NULL;
    }
}

static const char *flag_value(const struct loader *loader, const char *name)
{
    const char *value = NULL;
    for (size_t i = 0; i < loader->options->param_count; i++)
        if (str_eq(loader->options->params[i].name, name))
            value = loader->options->params[i].value; /* the last one given counts */
    return value;
}

static const char *env_name(struct loader *loader, const char *name)
{
    char *text = arena_printf(loader->arena, "LEAT_PARAM_%s", name);
    for (char *c = text; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return text;
}

/* flag > environment > default; checks the form where the value came from. */
static void set_value(struct loader *loader, struct project_param *param)
{
    const char *env = env_name(loader, param->name);
    const char *flag = flag_value(loader, param->name), *set = flag ? NULL : env_get(loader, env);
    const char *value = flag ? flag : set ? set : param->default_text;
    param->holds_secret =
        flag || set ? secrets_are_noted(loader, param->name) : param->holds_secret;
    if (!value)
        return; /* whoever uses it says that it is missing */
    const char *origin = flag  ? arena_printf(loader->arena, "--%s", param->name)
                         : set ? env
                               : "default";
    const char *expected = expected_form(param->type, value);
    if (expected) {
        struct place given = {flag ? "command line" : "environment", 0, 0};
        problem_add(loader->problems, flag || set ? given : param->place,
                    "%s is \"%s\"; expected %s", origin, value, expected);
        return;
    }
    if (param->type == PARAM_PATH)
        value =
            path_absolute(loader->arena, path_join(loader->arena, loader->project->folder, value));
    param->value = value;
    hasher_add_text(loader->hasher, param->name);
    hasher_add_text(loader->hasher, value);
}

static void load_one(struct loader *loader, const struct yaml *key, const struct yaml *map,
                     struct project_param *param)
{
    *param = (struct project_param){.name = key->text, .place = key->place};
    if (!name_is_good(key->text)) {
        problem_add(loader->problems, key->place,
                    "\"%s\" cannot be the name of a param; expected letters, digits and _",
                    key->text);
    }
    for (size_t i = 0; i < ARRAY_COUNT(own_names); i++)
        if (str_eq(key->text, own_names[i]))
            problem_add(loader->problems, key->place,
                        "a param cannot be named \"%s\": $%s has a meaning of its own in models",
                        key->text, key->text);
    if (!field_map(loader, map, LEVEL_PARAM))
        return;
    param->type = (enum param_type)field_choice(loader, map, LEVEL_PARAM, "type", PARAM_TEXT);
    param->description = field_text(loader, map, "description");
    const struct yaml *fallback = yaml_get(map, "default");
    if (fallback && fallback->kind == YAML_SCALAR && !fallback->is_plain &&
        fallback->text[0] == '\0')
        param->default_text = "";
    else
        param->default_text = field_expanded(loader, map, "default");
    param->holds_secret =
        fallback && fallback->kind == YAML_SCALAR && secrets_are_used(loader, fallback->text);
    set_value(loader, param);
}

void params_load(struct loader *loader, const struct yaml *params)
{
    struct project *project = loader->project;
    if (params && params->kind != YAML_MAP) {
        problem_add(loader->problems, params->place,
                    "\"params\" is not a mapping; expected names with their type and default");
    } else if (params) {
        project->params = ARENA_ARRAY(loader->arena, struct project_param, params->count + 1);
        for (size_t i = 0; i < params->count; i++) {
            load_one(loader, params->keys[i], params->items[i], &project->params[i]);
            project->param_count = i + 1; /* a default may use the params above it */
        }
    }
}
