/* SPDX-License-Identifier: Apache-2.0 */
#include "text/detect.h"

#include <string.h>

/* Whether a field of the first record can hardly be the name of a column. */

struct text_rest {
    const char *at, *end;
};

static size_t take_digits(struct text_rest *rest, size_t max)
{
    size_t count = 0;
    while (rest->at < rest->end && count < max && *rest->at >= '0' && *rest->at <= '9') {
        rest->at++;
        count++;
    }
    return count;
}

static char take_one(struct text_rest *rest, const char *of)
{
    if (rest->at == rest->end || !*rest->at || !strchr(of, *rest->at))
        return '\0';
    return *rest->at++;
}

/* 12, -1.5, 1,234.56, 1 234,5, .5, 1e-5, 12 % */
static bool is_number(struct text_rest rest)
{
    take_one(&rest, "+-");
    bool has_digits = take_digits(&rest, SIZE_MAX) > 0;
    while (take_one(&rest, ".,' ")) {
        if (!take_digits(&rest, SIZE_MAX))
            return false;
        has_digits = true;
    }
    if (has_digits && take_one(&rest, "eE")) {
        take_one(&rest, "+-");
        if (!take_digits(&rest, 4))
            return false;
    }
    take_one(&rest, "%");
    return has_digits && rest.at == rest.end;
}

/* 10:00, 10:00:00.5, with or without what follows: Z, +02:00, PM */
static bool is_time(struct text_rest rest)
{
    if (!take_digits(&rest, 2) || !take_one(&rest, ":") || take_digits(&rest, 2) != 2)
        return false;
    for (; rest.at < rest.end; rest.at++)
        if (!*rest.at || !strchr("0123456789:.,+- ZAPMapm", *rest.at))
            return false;
    return true;
}

/* 2024-02-29, 29.2.2024, 2/29/24, with or without a time behind it. */
static bool is_date(struct text_rest rest)
{
    size_t first = take_digits(&rest, 4);
    char mark = take_one(&rest, "-/.");
    size_t second = take_digits(&rest, 2);
    char again = take_one(&rest, "-/.");
    size_t third = take_digits(&rest, 4);
    if (!first || !second || !third || !mark || mark != again)
        return false;
    if (rest.at == rest.end)
        return true;
    return take_one(&rest, "T ") && is_time(rest);
}

bool detect_is_value(const char *text, size_t len)
{
    struct text_rest rest = {.at = text, .end = text + len};
    return is_number(rest) || is_date(rest) || is_time(rest);
}
