/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_COMMAND_TABLE_H
#define LEAT_COMMAND_TABLE_H

#include "command/rows.h"

/* Aligned columns. Widths are those of the first rows; later cells that are wider stick out (or are cut). */
struct table;
struct table *table_new(FILE *out, int width, const struct row_column *columns, size_t count);
/* `lens` of the cells, which may then hold NUL bytes; NULL: up to their end. */
void table_add(struct table *table, const char *const *cells, const size_t *lens);
void table_end(struct table *table);  /* writes what is held back */
void table_free(struct table *table); /* NULL allowed */

/* Columns of a terminal that a UTF-8 text takes. */
size_t text_width(const char *text);

#endif
