/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include <string.h>

#define FRONT_BEGIN "/*---"
#define FRONT_END "---*/"

static const char *line_end(const char *line)
{
    const char *end = strchr(line, '\n');
    return end ? end : line + strlen(line);
}

static bool is_blank(const char *from, const char *to)
{
    while (from < to && strchr(" \t\r", *from))
        from++;
    return from == to;
}

/* Spaces instead of every byte but the line ends, so that places in the rest stay true. */
static void blank(char *from, const char *to)
{
    for (; from < to; from++)
        if (*from != '\n')
            *from = ' ';
}

/* A first line that was meant to begin front matter, but does not. */
static bool looks_like_front(const char *line, const char *end)
{
    size_t len = (size_t)(end - line);
    while (len > 0 && strchr(" \t\r", line[len - 1]))
        len--;
    if (len >= 3 && memcmp(line, "---", 3) == 0)
        return strspn(line, "-") == len;
    if (len < 4 || line[0] != '/' || line[1] != '*')
        return false;
    const char *rest = line + 2 + strspn(line + 2, " \t*");
    return rest > line + 2 && str_starts(rest, "---");
}

/* The first line that is neither blank nor a comment with two dashes. */
static const char *first_line(const char *text, int *ret_number)
{
    const char *line = text;
    for (*ret_number = 1; *line; (*ret_number)++) {
        const char *end = line_end(line);
        bool is_comment = str_starts(line, "--") && !str_starts(line, "---");
        if (!is_blank(line, end) && !is_comment)
            return line;
        if (*end == '\0')
            break;
        line = end + 1;
    }
    return NULL;
}

static const char *find_end(const char *line)
{
    while (*line) {
        if (str_starts(line, FRONT_END))
            return line;
        line = line_end(line);
        line += *line == '\n';
    }
    return NULL;
}

static bool say_begin(struct loader *loader, struct place place)
{
    problem_add(loader->problems, place,
                "this looks like front matter, which begins with a line \"/*---\"");
    problem_hint(loader->problems,
                 "Put the settings between a line /*--- and a line ---*/ at the top of the file.");
    return false;
}

bool front_cut(struct loader *loader, const char *file, const char *text, size_t len,
               struct front *ret_front)
{
    *ret_front = (struct front){.sql = arena_strndup(loader->arena, text, len)};
    size_t bom = str_starts(text, "\xEF\xBB\xBF") ? 3 : 0;
    blank(ret_front->sql, ret_front->sql + bom);
    struct place place = {file, 1, 1};
    const char *begin = first_line(text + bom, &place.line);
    if (strlen(text) != len) {
        problem_add(loader->problems, (struct place){file, 1, 1},
                    "the file holds a NUL byte; expected text in UTF-8");
        return false;
    }
    if (!begin)
        return true;
    const char *begin_end = line_end(begin);
    if (!str_starts(begin, FRONT_BEGIN))
        return looks_like_front(begin, begin_end) ? say_begin(loader, place) : true;
    const char *rest = begin + strlen(FRONT_BEGIN);
    if (!is_blank(rest, begin_end)) {
        problem_add(loader->problems, place,
                    "there is text behind \"/*---\"; expected the settings from the next line on");
        return false;
    }
    const char *end = find_end(begin_end + (*begin_end == '\n'));
    if (!end) {
        problem_add(loader->problems, place, "the front matter that begins here has no end");
        problem_hint(loader->problems, "End it by a line that begins with ---*/.");
        return false;
    }
    ret_front->yaml = begin_end + 1;
    ret_front->yaml_len = (size_t)(end - ret_front->yaml);
    ret_front->yaml_line = place.line + 1;
    blank(ret_front->sql + (begin - text), ret_front->sql + (end - text) + strlen(FRONT_END));
    return true;
}
