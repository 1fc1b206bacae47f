/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include <string.h>

/* What the templates of other tools leave in SQL: `{{ ref('x') }}`, `{% … %}`, `${x}`. */

struct span {
    const char *text;
    size_t len;
};

static const char *end_or_close(const char *at, const char *close)
{
    const char *end = strstr(at + 1, close);
    return end ? end + strlen(close) : at + strlen(at);
}

/* Steps over one comment, string or quoted name, or one character. */
static const char *skip_token(const char *at)
{
    if (at[0] == '-' && at[1] == '-')
        return at + strcspn(at, "\n");
    if (at[0] == '/' && at[1] == '*')
        return end_or_close(at + 1, "*/");
    if (at[0] == '$' && at[1] == '$')
        return end_or_close(at + 1, "$$");
    if (at[0] == '\'' || at[0] == '"')
        return end_or_close(at, at[0] == '"' ? "\"" : "'");
    return at + 1;
}

static struct place place_of(struct place place, const char *sql, const char *at)
{
    for (; sql < at; sql++) {
        place.line += *sql == '\n';
        place.column = *sql == '\n' ? 1 : place.column + 1;
    }
    return place;
}

/* The last quoted word between `at` and `end`: in ref('x') and source('a', 'x') the name of the table. */
static struct span last_quoted(const char *at, const char *end)
{
    struct span found = {0};
    for (; at < end; at++) {
        const char *close = *at == '\'' || *at == '"' ? strchr(at + 1, *at) : NULL;
        if (!close || close > end)
            continue;
        found = (struct span){at + 1, (size_t)(close - at - 1)};
        at = close;
    }
    return found;
}

static const char *id_of(const struct loader *loader, struct span name)
{
    for (size_t i = 0; i < loader->drafts.count; i++) {
        const struct node *node = &loader->drafts.items[i]->node;
        if (node->kind != NODE_OUTPUT && strlen(node->name) == name.len &&
            strncasecmp(node->name, name.text, name.len) == 0)
            return node->id;
    }
    return NULL;
}

static void hint_jinja(struct loader *loader, const char *at)
{
    const char *end = strstr(at, "}}");
    struct span name = end ? last_quoted(at, end) : (struct span){0};
    bool is_source = end && memmem(at, (size_t)(end - at), "source", strlen("source"));
    bool is_ref = end && memmem(at, (size_t)(end - at), "ref", strlen("ref"));
    const char *id = name.text ? id_of(loader, name) : NULL;
    if (id && (is_ref || is_source))
        problem_hint(loader->problems, "Write the table's name: %s.", id);
    else if (name.text && (is_ref || is_source))
        problem_hint(loader->problems, "Write the table's name: %s.%.*s.",
                     is_source ? "raw" : "<schema>", (int)name.len, name.text);
    else
        problem_hint(
            loader->problems,
            "There is no templating: settings stand in the front matter, values are params ($name).");
}

bool template_find(struct loader *loader, struct place origin, const char *sql)
{
    bool has_found = false;
    for (const char *at = sql; *at; at = skip_token(at)) {
        bool is_jinja = at[0] == '{' && (at[1] == '{' || at[1] == '%' || at[1] == '#');
        bool is_variable = at[0] == '$' && at[1] == '{';
        if (!is_jinja && !is_variable)
            continue;
        has_found = true;
        int len = (int)strcspn(at + 2, "} \n");
        if (is_jinja) {
            problem_add(loader->problems, place_of(origin, sql, at),
                        "\"%.2s\" begins a template of dbt (Jinja), which SQL here does not have",
                        at);
            hint_jinja(loader, at);
        } else {
            problem_add(loader->problems, place_of(origin, sql, at),
                        "\"${%.*s}\" is the form for YAML, not for SQL", len, at + 2);
            problem_hint(loader->problems, "Write $%.*s.", len, at + 2);
        }
        const char *close = is_jinja ? strstr(at, at[1] == '{'   ? "}}"
                                                  : at[1] == '%' ? "%}"
                                                                 : "#}")
                                     : strchr(at, '}');
        if (close)
            at = close;
    }
    return has_found;
}
