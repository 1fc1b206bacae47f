/* SPDX-License-Identifier: Apache-2.0 */
#include "project/yaml.h"

#include <string.h>

/* A walk over text that is not quite YAML: only as much of the grammar as the mistakes need. */
struct walk {
    struct place place; /* of the character looked at */
    const char *at, *end;
    int flow_depth;   /* open { and [ */
    int block_indent; /* of the line that opened a block text; -1: not in one */
    struct problems *problems;
    size_t found;
};

static void say(struct walk *walk, const char *message, const char *hint)
{
    problem_add(walk->problems, walk->place, "%s", message);
    problem_hint(walk->problems, "%s", hint);
    walk->found++;
}

static void step(struct walk *walk)
{
    walk->at++;
    walk->place.column++;
}

static void skip_quoted(struct walk *walk, char quote)
{
    for (step(walk); walk->at < walk->end && *walk->at != quote && *walk->at != '\n'; step(walk))
        if (quote == '"' && *walk->at == '\\' && walk->at + 1 < walk->end)
            step(walk);
    if (walk->at < walk->end && *walk->at == quote)
        step(walk);
}

/* The first characters of a value that YAML keeps for itself. */
static void look_at_start(struct walk *walk)
{
    if (walk->at >= walk->end)
        return;
    switch (*walk->at) {
    case '*':
        say(walk, "a value that begins with \"*\" is an alias in YAML", "Quote it: \"*…\".");
        break;
    case '@':
    case '`':
    case '%':
        say(walk, "a value may not begin with \"@\", \"`\" or \"%\" in YAML", "Quote it.");
        break;
    default:
        break;
    }
}

/* Whether the rest of the line says "a text of several lines follows": | or > with its options. */
static bool opens_block(const struct walk *walk)
{
    const char *p = walk->at + 1;
    while (p < walk->end && (*p == '+' || *p == '-' || (*p >= '0' && *p <= '9')))
        p++;
    while (p < walk->end && (*p == ' ' || *p == '\t' || *p == '\r'))
        p++;
    return p >= walk->end || *p == '\n' || *p == '#';
}

static void skip_spaces(struct walk *walk)
{
    while (walk->at < walk->end && *walk->at == ' ')
        step(walk);
}

/* After `:`, `- `, `[`, `{` or `,`: a value begins here. True when a block text follows. */
static bool look_at_value(struct walk *walk)
{
    skip_spaces(walk);
    look_at_start(walk);
    return walk->flow_depth == 0 && walk->at < walk->end &&
           (*walk->at == '|' || *walk->at == '>') && opens_block(walk);
}

static void skip_line(struct walk *walk)
{
    while (walk->at < walk->end && *walk->at != '\n')
        step(walk);
}

static void look_at_dollar(struct walk *walk)
{
    if (walk->flow_depth == 0 || walk->at + 1 >= walk->end || walk->at[1] != '{') {
        step(walk);
        return;
    }
    say(walk, "\"${\" between brackets is read as YAML's own bracket",
        "Quote the value: \"${…}\".");
    while (walk->at < walk->end && *walk->at != '}' && *walk->at != '\n')
        step(walk);
    if (walk->at < walk->end && *walk->at == '}')
        step(walk);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* One line after its indentation; gives true when a block text begins below it. */
static bool walk_line(struct walk *walk)
{
    bool at_start = true; /* nothing but "- " so far: quotes open a value here */
    while (walk->at < walk->end && *walk->at != '\n') {
        char c = *walk->at;
        bool ends_word = walk->at + 1 >= walk->end || is_space(walk->at[1]);
        if (c == '#' && (at_start || is_space(walk->at[-1]))) {
            skip_line(walk);
        } else if ((c == '"' || c == '\'') && at_start) {
            skip_quoted(walk, c);
            at_start = false;
        } else if (c == '$') {
            look_at_dollar(walk);
            at_start = false;
        } else if (c == '{' || c == '[' || (c == ',' && walk->flow_depth > 0) ||
                   (c == ':' && ends_word) || (c == '-' && at_start && ends_word)) {
            walk->flow_depth += c == '{' || c == '[';
            step(walk);
            if (look_at_value(walk))
                return true;
            at_start = true;
        } else {
            walk->flow_depth -= (c == '}' || c == ']') && walk->flow_depth > 0;
            at_start = at_start && c == ' ';
            step(walk);
        }
    }
    return false;
}

static int measure_indent(struct walk *walk)
{
    int indent = 0;
    bool has_tab = false;
    while (walk->at < walk->end && (*walk->at == ' ' || *walk->at == '\t')) {
        if (*walk->at == '\t' && !has_tab && walk->block_indent < 0) {
            has_tab = true;
            say(walk, "a tab indents this line; YAML takes spaces only",
                "Replace the tab by spaces.");
        }
        indent++;
        step(walk);
    }
    return indent;
}

size_t yaml_explain(const char *file, int first_line, const char *text, size_t len,
                    struct problems *problems)
{
    struct walk walk = {.place = {file, first_line, 1},
                        .at = text,
                        .end = text + len,
                        .block_indent = -1,
                        .problems = problems};
    while (walk.at < walk.end) {
        int indent = measure_indent(&walk);
        bool is_blank = walk.at >= walk.end || *walk.at == '\n' || *walk.at == '\r';
        if (walk.block_indent >= 0 && !is_blank && indent <= walk.block_indent)
            walk.block_indent = -1;
        if (walk.block_indent >= 0 || is_blank) {
            skip_line(&walk);
        } else if (walk_line(&walk)) {
            walk.block_indent = indent;
            skip_line(&walk);
        }
        if (walk.at < walk.end)
            walk.at++;
        walk.place.line++;
        walk.place.column = 1;
    }
    return walk.found;
}
