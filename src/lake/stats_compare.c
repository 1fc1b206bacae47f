/* SPDX-License-Identifier: Apache-2.0 */
#include "lake/internal.h"

#include <stdlib.h>
#include <string.h>

/* Bounds are kept as text; these compare two of them in the order of their type. */

static int sign(int value)
{
    return value < 0 ? -1 : value > 0;
}

static const char *digits_of(const char *text, bool *is_negative)
{
    *is_negative = *text == '-';
    if (*text == '-' || *text == '+')
        text++;
    while (*text == '0')
        text++;
    return text;
}

/* Whole numbers and decimals of any width; fractions may differ in length (".5", "0.50"). */
static int compare_decimal(const char *a, const char *b)
{
    bool a_negative, b_negative;
    a = digits_of(a, &a_negative);
    b = digits_of(b, &b_negative);
    size_t a_len = strcspn(a, "."), b_len = strcspn(b, ".");
    int order = a_len != b_len ? (a_len < b_len ? -1 : 1) : sign(strncmp(a, b, a_len));
    if (order == 0) {
        const char *x = a[a_len] == '.' ? a + a_len + 1 : "",
                   *y = b[b_len] == '.' ? b + b_len + 1 : "";
        while (order == 0 && (*x != '\0' || *y != '\0')) {
            char left = *x != '\0' ? *x++ : '0', right = *y != '\0' ? *y++ : '0';
            order = sign(left - right);
        }
    }
    bool is_zero = a[strspn(a, "0.")] == '\0' && b[strspn(b, "0.")] == '\0';
    if (is_zero)
        return 0;
    if (a_negative != b_negative)
        return a_negative ? -1 : 1;
    return a_negative ? -order : order;
}

static int compare_float(const char *a, const char *b)
{
    double left = strtod(a, NULL), right = strtod(b, NULL);
    return left < right ? -1 : left > right;
}

/* Year first: "-infinity" < "0044-… (BC)" < "2024-…" < "12024-…" < "infinity"; the rest as text. */
static long long year_of(const char *text)
{
    if (str_eq(text, "-infinity"))
        return INT64_MIN;
    if (str_eq(text, "infinity"))
        return INT64_MAX;
    long long year = strtoll(text, NULL, 10);
    return strstr(text, "(BC)") != NULL ? 1 - year : year;
}

static int compare_time(const char *a, const char *b)
{
    long long left = year_of(a), right = year_of(b);
    if (left != right)
        return left < right ? -1 : 1;
    const char *x = strchr(a, '-'), *y = strchr(b, '-');
    return x == NULL || y == NULL ? 0 : sign(strcmp(x, y));
}

static bool is_one_of(const char *id, const char *const *ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(id, ids[i]))
            return true;
    return false;
}

int stats_compare(const struct sql_type *type, const char *a, const char *b)
{
    static const char *const numbers[] = {"TINYINT",  "SMALLINT",  "INTEGER",  "BIGINT",
                                          "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
                                          "DECIMAL",  "BOOLEAN",   "HUGEINT",  "UHUGEINT"};
    static const char *const dates[] = {"DATE",         "TIMESTAMP",    "TIMESTAMP_S",
                                        "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"};
    if (is_one_of(type->id, numbers, ARRAY_COUNT(numbers)))
        return compare_decimal(a, b);
    if (is_one_of(type->id, dates, ARRAY_COUNT(dates)))
        return compare_time(a, b);
    if (str_eq(type->id, "FLOAT") || str_eq(type->id, "DOUBLE"))
        return compare_float(a, b);
    return sign(strcmp(a, b)); /* text as bytes, hexadecimal BLOB, UUID, TIME */
}
