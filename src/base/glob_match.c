/* SPDX-License-Identifier: Apache-2.0 */
#include "base/glob_match.h"

#include "base/str.h"

#include <stdint.h>
#include <string.h>

/* The next character and its length; a byte that is not UTF-8 counts as one. */
static uint32_t next_char(const char *text, size_t *ret_len)
{
    static const unsigned char first_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    size_t len = utf8_length(text);
    *ret_len = len == 0 ? 1 : len;
    uint32_t c = (unsigned char)text[0];
    if (len == 0)
        return c | UINT32_C(0x80000000); /* equal to no character */
    c &= first_bits[len];
    for (size_t i = 1; i < len; i++)
        c = c << 6 | ((unsigned char)text[i] & 0x3F);
    return c;
}

const char *glob_set_end(const char *set)
{
    const char *at = set + 1;
    if (*at == '!' || *at == '^')
        at++;
    if (*at == ']') /* as the first member it is an ordinary character */
        at++;
    at += strcspn(at, "]/");
    return *at == ']' ? at + 1 : NULL;
}

static bool is_in_set(const char *set, const char *end, uint32_t c)
{
    const char *at = set + 1;
    bool is_negated = *at == '!' || *at == '^', is_member = false;
    at += is_negated;
    while (at < end - 1) {
        size_t len;
        uint32_t low = next_char(at, &len), high = low;
        at += len;
        if (*at == '-' && at + 1 < end - 1) {
            high = next_char(at + 1, &len);
            at += 1 + len;
        }
        is_member = is_member || (c >= low && c <= high);
    }
    return is_member != is_negated;
}

/* Matches one character of the name; moves *pattern on. */
static bool match_char(const char **pattern, const char *name, size_t *ret_len)
{
    uint32_t c = next_char(name, ret_len);
    const char *end = **pattern == '[' ? glob_set_end(*pattern) : NULL;
    if (end != NULL) {
        bool is_member = is_in_set(*pattern, end, c);
        *pattern = end;
        return is_member;
    }
    if (**pattern == '?') {
        (*pattern)++;
        return true;
    }
    size_t len;
    if (**pattern == '\0' || next_char(*pattern, &len) != c)
        return false;
    *pattern += len;
    return true;
}

/* The last star is where to go back to: an earlier one never needs to take more. */
bool glob_match_part(const char *pattern, const char *name)
{
    const char *after_star = NULL, *star_name = NULL;
    if (*name == '.' && *pattern != '.')
        return false;
    for (;;) {
        size_t len;
        if (*pattern == '*') {
            after_star = ++pattern;
            star_name = name;
        } else if (*name == '\0' && *pattern == '\0')
            return true;
        else if (*name != '\0' && match_char(&pattern, name, &len))
            name += len;
        else if (after_star != NULL && *star_name != '\0') {
            next_char(star_name, &len);
            star_name += len;
            name = star_name;
            pattern = after_star;
        } else
            return false;
    }
}
