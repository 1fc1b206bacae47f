/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_CONVERT_H
#define LEAT_TEXT_CONVERT_H

#include "text/builder.h"
#include "text/value.h"

/* Only for builder.c, reason.c and schema.c. */
bool text_travels_as_text(enum text_kind kind);
/* Numbers and moments: writes the value in Arrow's layout, or says false. */
bool text_convert(struct column_builder *column, const struct text_field *field,
                  struct text_marks marks, void *ret_value);
/* The number in the field, by the rules of the kind; `plain` has TEXT_MAX_NUMBER_CHARS bytes and must outlive it. */
bool text_field_number(const struct text_field *field, struct text_marks marks, bool is_loose,
                       char *plain, struct text_number *ret_number);
/* The marks that hold for a field: JSON's numbers have a point whatever is said. */
struct text_marks text_field_marks(const struct text_field *field, struct text_marks marks);
/* Local time to the instant of a zone; LOCAL_UNIQUE, or the reason why there is none. */
enum local_kind text_local_to_instant(const struct zone *zone, int64_t *us);
/*
 * Whether JSON text holds a value of a nested SQL type exactly: each number, date and so on by the rules of its own
 * type, no key that the type has not. `ret_text` (may be NULL) gets it with all scalars as strings, which the engine
 * casts exactly; or `ret_reason` (may be NULL) says what does not fit.
 */
bool text_nested(const char *sql, const char *text, size_t len, struct str *ret_text,
                 char *ret_reason, size_t size);

#endif
