/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include <stdlib.h>
#include <string.h>

/* `.env`: lines NAME=VALUE, # comments, an optional "export ", values with or without quotes. */

static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t len = strlen(text);
    while (len > 0 && strchr(" \t\r", text[len - 1]))
        text[--len] = '\0';
    return text;
}

/* Takes off a pair of quotes, or a comment behind a bare value. */
static char *unquote(char *value)
{
    char quote = value[0];
    char *end = quote == '"' || quote == '\'' ? strrchr(value + 1, quote) : NULL;
    if (end) {
        *end = '\0';
        return value + 1;
    }
    char *comment = strstr(value, " #");
    if (comment)
        *comment = '\0';
    return trim(value);
}

static void read_line(struct loader *loader, char *line, int number)
{
    struct place place = {".env", number, 1};
    char *text = trim(line);
    if (text[0] == '\0' || text[0] == '#')
        return;
    if (str_starts(text, "export "))
        text = trim(text + strlen("export "));
    char *equals = strchr(text, '=');
    if (equals)
        *equals = '\0';
    if (!equals || !name_is_good(trim(text))) {
        problem_add(loader->problems, place, "this line is not NAME=VALUE");
        return;
    }
    map_put(&loader->env, trim(text), unquote(trim(equals + 1)));
}

void env_load(struct loader *loader)
{
    map_init(&loader->env, loader->arena);
    const char *path = path_join(loader->arena, loader->project->folder, ".env");
    if (!file_exists(path))
        return;
    char *text = NULL;
    size_t len = 0;
    struct err err = {0};
    if (load_file(loader, ".env", &text, &len, &err) != 0) {
        problem_from_err(loader->problems, (struct place){".env", 0, 0}, &err);
        return;
    }
    int number = 1;
    for (char *line = text; line; number++) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        read_line(loader, line, number);
        line = end ? end + 1 : NULL;
    }
}

const char *env_get(const struct loader *loader, const char *name)
{
    const char *value = getenv(name);
    return value ? value : map_get(&loader->env, name);
}
