/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_SERIES_NUMBER_H
#define LEAT_SERIES_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The double nearest to a decimal number ("53.95000076293945", "-1e-7", "+3"): digits with an optional point and
 * exponent, nothing around them, correctly rounded (as strtod). False for everything else, also "nan", "inf" and what is
 * beyond the range of a double.
 */
bool series_number(const char *text, size_t len, double *ret_number);

#endif
