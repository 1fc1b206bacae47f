/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <string.h>

#define LONGEST_NAME 96  /* bytes; nobody mistypes a longer one by a letter and wants to be told */
#define SHORTEST_START 4 /* bytes; fewer are the beginning of anything */

static unsigned char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c - 'A' + 'a') : (unsigned char)c;
}

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

/* Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
static size_t edit_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t rows[3][LONGEST_NAME + 1]; /* the row before the last, the last, the one being made */
    size_t *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_len; j++)
        last[j] = before[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t cost = fold(a[i - 1]) != fold(b[j - 1]);
            row[j] = min3(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost);
            bool is_swap = i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
                           fold(a[i - 2]) == fold(b[j - 1]);
            if (is_swap && before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        size_t *oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return last[b_len];
}

static bool begins_with(const char *candidate, const char *name)
{
    for (; *name != '\0'; name++, candidate++)
        if (fold(*candidate) != fold(*name))
            return false;
    return true;
}

/* The one candidate that `name` is the beginning of; NULL when there are several. */
static const char *only_completion(const char *name, const char *const *candidates, size_t count)
{
    const char *only = NULL;
    for (size_t i = 0; i < count; i++) {
        if (candidates[i] == NULL || !begins_with(candidates[i], name))
            continue;
        if (only != NULL && strcmp(only, candidates[i]) != 0)
            return NULL;
        only = candidates[i];
    }
    return only;
}

const char *nearest_name(const char *name, const char *const *candidates, size_t count)
{
    if (name == NULL)
        return NULL;
    size_t len = strlen(name);
    size_t most = 1 + len / 4; /* more than this is another word */
    if (len == 0 || len > LONGEST_NAME)
        return NULL;
    const char *completion =
        len >= SHORTEST_START ? only_completion(name, candidates, count) : NULL;
    if (completion != NULL)
        return completion;
    if (most >= len)
        most = len - 1;
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t candidate_len = candidates[i] == NULL ? 0 : strlen(candidates[i]);
        if (candidate_len == 0 || candidate_len > LONGEST_NAME)
            continue;
        size_t distance = edit_distance(name, len, candidates[i], candidate_len);
        if (distance < most || (distance == most && nearest == NULL)) {
            most = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}
