/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include <string.h>

/* `${NAME}` in the values of YAML: a param of the project, else the environment, else .env. */

static void say_unknown(struct loader *loader, struct place place, const char *name)
{
    const struct project *project = loader->project;
    const char **names = ARENA_ARRAY(loader->arena, const char *, project->param_count + 1);
    for (size_t i = 0; i < project->param_count; i++)
        names[i] = project->params[i].name;
    problem_add(loader->problems, place,
                "${%s} is neither a param of the project nor set in the environment or .env", name);
    const char *nearest = nearest_name(name, names, project->param_count);
    if (nearest)
        problem_hint(loader->problems, "Did you mean ${%s}?", nearest);
    else if (name[0] >= 'a' && name[0] <= 'z')
        problem_hint(loader->problems,
                     "Declare \"%s\" below params in leat.yaml, or set it in the environment.",
                     name);
    else
        problem_hint(loader->problems, "Set %s, or write a line %s=… into .env beside leat.yaml.",
                     name, name);
}

/* NULL after a problem, or silently when the param's own value was a mistake. */
static const char *look_up(struct loader *loader, struct place place, const char *name)
{
    const struct project_param *param = params_find(loader->project, name);
    if (param && !param->value && !param->default_text) {
        problem_add(loader->problems, place,
                    "${%s} has no value: the param has no default and none was given", name);
        problem_hint(loader->problems, "Give --%s VALUE, or write a default for it in leat.yaml.",
                     name);
    }
    if (param)
        return param->value;
    const char *value = env_get(loader, name);
    if (!value)
        say_unknown(loader, place, name);
    else
        hasher_add_text(loader->hasher, value);
    return value;
}

char *expand(struct loader *loader, const struct yaml *scalar)
{
    struct str out = STR_INIT(64 << 10);
    bool has_failed = false;
    const char *at = scalar->text, *dollar;
    while ((dollar = strstr(at, "${"))) {
        const char *end = strchr(dollar, '}');
        struct place place = scalar->place;
        if (!scalar->is_block)
            place.column += (int)(dollar - scalar->text) + !scalar->is_plain;
        str_append_len(&out, at, (size_t)(dollar - at));
        if (!end) {
            problem_add(loader->problems, place, "\"${\" has no closing \"}\"");
            has_failed = true;
            break;
        }
        const char *name = arena_strndup(loader->arena, dollar + 2, (size_t)(end - dollar - 2));
        const char *value = look_up(loader, place, name);
        has_failed |= !value;
        str_append(&out, value ? value : "");
        at = end + 1;
    }
    str_append(&out, at);
    if (out.is_failed)
        problem_add(loader->problems, scalar->place, "the value is longer than 64 KB");
    char *text = has_failed || out.is_failed ? NULL : arena_strdup(loader->arena, str_text(&out));
    str_release(&out);
    return text;
}

/* The path param that a value begins with, or NULL. */
static const struct project_param *leading_param(struct loader *loader, const char *text)
{
    const char *end = str_starts(text, "${") ? strchr(text, '}') : NULL;
    if (!end)
        return NULL;
    const char *name = arena_strndup(loader->arena, text + 2, (size_t)(end - text - 2));
    const struct project_param *param = params_find(loader->project, name);
    return param && param->type == PARAM_PATH ? param : NULL;
}

bool params_explain_path(struct loader *loader, const struct yaml *files)
{
    const struct project_param *param = leading_param(loader, files->text);
    const char *given = NULL, *folder = loader->options->caller_folder;
    for (size_t i = 0; param && i < loader->options->param_count; i++)
        if (str_eq(loader->options->params[i].name, param->name))
            given = loader->options->params[i].value;
    if (!given || given[0] == '/' || !folder)
        return false;
    const char *there = path_absolute(loader->arena, path_join(loader->arena, folder, given));
    if (file_exists(param->value) || file_is_dir(param->value) ||
        !(file_exists(there) || file_is_dir(there)))
        return false;
    problem_add(loader->problems, files->place,
                "--%s %s is not in the project's folder %s, to which paths are relative",
                param->name, given, loader->project->folder);
    problem_hint(loader->problems, "Did you mean --%s %s?", param->name, there);
    return true;
}
