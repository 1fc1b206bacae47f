/* SPDX-License-Identifier: Apache-2.0 */
#include "base/glob_match.h"

#define MOST_PATTERNS 4096 /* that braces may expand to */

/* The "}" or "," that belongs to a "{" before `at`; sets in brackets are stepped over. */
static const char *brace_next(const char *at)
{
    for (int depth = 0; *at != '\0'; at++) {
        const char *end = *at == '[' ? glob_set_end(at) : NULL;
        if (end != NULL)
            at = end - 1;
        else if (depth == 0 && (*at == ',' || *at == '}'))
            return at;
        else if (*at == '{')
            depth++;
        else if (*at == '}')
            depth--;
    }
    return NULL;
}

/* The first "{" that has its "}", or NULL; *ret_close is that brace. */
static const char *brace_find(const char *pattern, const char **ret_close)
{
    for (const char *at = pattern; *at != '\0'; at++) {
        const char *end = *at == '[' ? glob_set_end(at) : NULL;
        if (end != NULL)
            at = end - 1;
        if (*at != '{')
            continue;
        const char *next = brace_next(at + 1);
        while (next != NULL && *next == ',')
            next = brace_next(next + 1);
        if (next == NULL)
            continue;
        *ret_close = next;
        return at;
    }
    return NULL;
}

/* a{b,c}d → abd, acd: the first brace of each pattern in turn, until none has one. */
int glob_expand_braces(const char *pattern, struct arena *arena, struct path_list *ret_list,
                       struct err *err)
{
    VEC(const char *) list = {0};
    VEC_PUSH(arena, list, pattern);
    for (size_t i = 0; i < list.count;) {
        const char *whole = list.items[i], *close;
        const char *open = brace_find(whole, &close);
        if (open == NULL) {
            i++;
            continue;
        }
        for (const char *from = open + 1, *to = open; to < close; from = to + 1) {
            to = brace_next(from);
            const char *one = arena_printf(arena, "%.*s%.*s%s", (int)(open - whole), whole,
                                           (int)(to - from), from, close + 1);
            if (from == open + 1)
                list.items[i] = one;
            else
                VEC_PUSH(arena, list, one);
        }
        if (list.count > MOST_PATTERNS)
            return err_set(err, ERR_CONFIG, "the braces in \"%s\" stand for more than %d patterns",
                           pattern, MOST_PATTERNS);
    }
    *ret_list = (struct path_list){list.items, list.count};
    return 0;
}
