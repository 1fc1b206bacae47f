/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include <stdlib.h>
#include <string.h>

/* A project that is one big mistake must not fill the screen or the memory. */
#define PROBLEMS_MAX 500

#define TEXT_MAX 1024

void problem_add(struct problems *problems, struct place place, const char *format, ...)
{
    if (problems->list.count >= PROBLEMS_MAX) {
        problems->dropped++;
        return;
    }
    char text[TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    place.file = arena_strdup(problems->arena, place.file); /* outlives the project */
    char *message = arena_strdup(problems->arena, text);
    VEC_PUSH(problems->arena, problems->list, (struct problem){.place = place, .message = message});
}

void problem_hint(struct problems *problems, const char *format, ...)
{
    if (problems->list.count == 0 || problems->dropped > 0)
        return;
    char text[TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    problems->list.items[problems->list.count - 1].hint = arena_strdup(problems->arena, text);
}

size_t problem_count(const struct problems *problems)
{
    return problems->list.count + problems->dropped;
}

bool problem_is_fatal(const struct err *err)
{
    return err->kind != ERR_CONFIG && err->kind != ERR_USAGE && err->kind != ERR_DATA &&
           err->kind != ERR_NOT_FOUND;
}

void problem_from_err(struct problems *problems, struct place place, const struct err *err)
{
    problem_add(problems, place, "%s", err->message);
    if (err->hint[0])
        problem_hint(problems, "%s", err->hint);
}

void problem_nearest(struct problems *problems, const char *name, const char *const *known,
                     size_t count)
{
    const char *nearest = nearest_name(name, known, count);
    if (nearest) {
        problem_hint(problems, "Did you mean \"%s\"?", nearest);
        return;
    }
    struct str text = STR_INIT(200);
    for (size_t i = 0; i < count; i++)
        str_appendf(&text, "%s%s", i ? ", " : "", known[i]);
    if (count > 0)
        problem_hint(problems, "Known here: %s%s.", str_text(&text), text.is_failed ? ", …" : "");
    str_release(&text);
}

static int compare_places(const void *left, const void *right)
{
    const struct problem *a = left, *b = right;
    int order = strcmp(a->place.file ? a->place.file : "", b->place.file ? b->place.file : "");
    if (order == 0)
        order = (a->place.line > b->place.line) - (a->place.line < b->place.line);
    if (order == 0)
        order = (a->place.column > b->place.column) - (a->place.column < b->place.column);
    return order ? order : strcmp(a->message, b->message);
}

void problems_sort(struct problems *problems)
{
    struct problem *items = problems->list.items;
    size_t count = problems->list.count, kept = 0;
    if (count == 0)
        return;
    qsort(items, count, sizeof(items[0]), compare_places);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || compare_places(&items[kept - 1], &items[i]) != 0)
            items[kept++] = items[i];
    problems->list.count = kept;
}
