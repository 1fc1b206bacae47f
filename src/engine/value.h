/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_ENGINE_VALUE_H
#define LEAT_ENGINE_VALUE_H

#include "base/str.h"
#include "engine/duck.h"

/* One value of a vector; none of these takes NULL (see vector_is_null()). */

/* Whether value_append_text() can write the type. */
bool value_has_text(duckdb_logical_type type);
void value_append_text(struct str *text, duckdb_vector vector, duckdb_logical_type type, idx_t row);
int64_t value_i64(duckdb_vector vector, duckdb_logical_type type, idx_t row);
double value_f64(duckdb_vector vector, duckdb_logical_type type, idx_t row);

#endif
