/* SPDX-License-Identifier: Apache-2.0 */
#include "functions/share.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

typedef unsigned __int128 u128;

/* How much of `value` belongs to the first `to` of `of`, rounded up. */
static u128 upto(u128 value, int64_t to, int64_t of)
{
    u128 whole = value / (u128)of, rest = value % (u128)of;
    return whole * (u128)to + (rest * (u128)to + (u128)of - 1) / (u128)of;
}

static u128 share(u128 value, int64_t from, int64_t to, int64_t of)
{
    return upto(value, to, of) - upto(value, from, of);
}

int64_t share_of_i64(int64_t value, int64_t from, int64_t to, int64_t of)
{
    u128 size = value < 0 ? -(u128)value : (u128)value;
    u128 part = share(size, from, to, of);
    return (int64_t)(value < 0 ? -part : part);
}

double share_of_f64(double value, int64_t from, int64_t to, int64_t of)
{
    if (!isfinite(value))
        return value;
    double before = from == 0 ? 0 : value * ((double)from / (double)of);
    double after = to == of ? value : value * ((double)to / (double)of);
    return after - before;
}

static void append_digits(struct str *text, u128 value, int scale)
{
    char digits[48];
    size_t at = sizeof(digits);
    for (int i = 0; value > 0 || i <= scale; i++, value /= 10) {
        if (i == scale && scale > 0)
            digits[--at] = '.';
        digits[--at] = (char)('0' + (int)(value % 10));
    }
    str_append_len(text, digits + at, sizeof(digits) - at);
}

int share_of_text(const char *text, size_t len, int64_t from, int64_t to, int64_t of,
                  struct str *ret_text, struct err *err)
{
    bool is_negative = len > 0 && text[0] == '-', has_point = false;
    u128 value = 0;
    int scale = 0;
    for (size_t i = is_negative; i < len; i++) {
        if (text[i] == '.' && !has_point) {
            has_point = true;
        } else if (text[i] >= '0' && text[i] <= '9') {
            value = value * 10 + (u128)(text[i] - '0');
            scale += has_point;
        } else {
            return err_set(err, ERR_DATA, "not a number: \"%.*s\"", (int)len, text);
        }
    }
    str_append(ret_text, is_negative ? "-" : "");
    append_digits(ret_text, share(value, from, to, of), scale);
    return 0;
}
