/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_CONNECT_OUTPUT_JSON_H
#define LEAT_CONNECT_OUTPUT_JSON_H

#include "connect/output.h"

/*
 * SQL that writes values as text, so that reading them gives equal values. `value` is an SQL expression of the type of
 * `column`; what is appended is VARCHAR. The session's zone is UTC. Only for output*.c.
 */

/* As text: CAST to VARCHAR, but timestamps as ISO 8601, and decimals with a digit before the point. NULL stays NULL. */
void output_append_text(struct str *sql, const char *value, const struct column *column);
/*
 * As JSON, never NULL: numbers exactly, lists, structs and maps as lists and objects, all else as text. NaN and infinity
 * are an error naming the column `name`. `depth` 0.
 */
void output_append_json(struct str *sql, const char *value, const struct column *column,
                        const char *name, int depth);
/* `"name":` with a comma before it unless it is the first, and the operator that joins it to the value. */
void output_append_key(struct str *sql, const char *name, bool is_first);
bool output_is_nested(const struct column *column);

#define OUTPUT_MAX_DEPTH 64

#endif
