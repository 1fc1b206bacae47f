/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_FUNCTIONS_SHARE_H
#define LEAT_FUNCTIONS_SHARE_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

/*
 * The part of a value that belongs to [from, to) of `of`, such that the parts of a whole add up to
 * the value, to the last digit. What cannot be divided goes to the first parts: 201 in two is 101
 * and 100. 0 <= from <= to <= of.
 */
int64_t share_of_i64(int64_t value, int64_t from, int64_t to, int64_t of);
double share_of_f64(double value, int64_t from, int64_t to, int64_t of);
/* As above for the text of a whole or decimal number of up to 39 digits, kept at its scale. */
int share_of_text(const char *text, size_t len, int64_t from, int64_t to, int64_t of,
                  struct str *ret_text, struct err *err) WARN_UNUSED;

#endif
