/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_COMMAND_ROWS_H
#define LEAT_COMMAND_ROWS_H

#include "command/command.h"

/*
 * Rows on their way to the user, as an aligned table, CSV, a JSON array or JSON lines. Rows stream:
 * a table takes its widths from the first rows and keeps them.
 */
enum rows_format { ROWS_TABLE, ROWS_CSV, ROWS_JSON, ROWS_JSONL };
enum cell_kind {
    CELL_TEXT,
    CELL_NUMBER, /* right-aligned; in JSON as it stands, if it is a number there */
    CELL_JSON    /* JSON already, booleans too */
};
struct row_column {
    const char *name; /* borrowed until rows_end() */
    enum cell_kind kind;
};
struct table;
struct rows {
    enum rows_format format;
    FILE *out;
    int width;                     /* a table's lines are cut to it; 0: never */
    const struct secrets *secrets; /* masked in cells; NULL: cells are data */
    const struct row_column *columns;
    size_t column_count;
    int64_t row_count; /* so far */
    struct table *table;
};
/* "table", "csv", "json" or "jsonl"; NULL is a table. */
enum rows_format rows_format_of(const char *name);
/* Fill format, out, width, secrets, columns and column_count first. */
void rows_begin(struct rows *rows);
void rows_add(struct rows *rows, const char *const *cells); /* NULL is NULL */
/* Cells that may hold NUL bytes; shown whole where no secrets are masked. */
void rows_add_len(struct rows *rows, const char *const *cells, const size_t *lens);
/* Writes what is left. ERR_IO when not everything could be written. */
int rows_end(struct rows *rows, struct err *err) WARN_UNUSED;
/* For AUTO: forgets a table that was not ended. */
void rows_release(struct rows *rows);

/* Rows for the user's terminal, masked. */
struct rows rows_for_terminal(const struct terminal *terminal, enum rows_format format,
                              const struct row_column *columns, size_t column_count);

#endif
