/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_JSON_STRING_H
#define LEAT_TEXT_JSON_STRING_H

#include "text/json_scan.h"

/*
 * The closing quote of the string whose text begins at `at`, or NULL when it is not in these bytes. Escapes that are none,
 * lone surrogates, \u0000, control bytes and what is not UTF-8 are noted as wrong. Only for json*.c.
 */
const char *json_string_end(struct json_scan *scan, const char *at, bool *ret_has_escapes);

#endif
