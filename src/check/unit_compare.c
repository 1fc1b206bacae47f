/* SPDX-License-Identifier: Apache-2.0 */
#include "check/compile.h"
#include "check/unit.h"

#include <string.h>

#define SHOWN_ROWS 20
#define MAX_CELL_CHARS 40
#define MAX_TEXT_BYTES ((size_t)256 << 10)

struct grid {     /* rows to show: the mark first, then the cells */
    size_t width; /* cells in a row */
    VEC(const char *) cells;
    size_t *column_chars;
    size_t missing, unexpected;
};

static void append_columns(struct str *sql, const struct unit_run *run, struct column_list columns)
{
    if (run->test->is_ordered)
        str_append(sql, "rowid + 1 AS \"row\", ");
    for (size_t i = 0; i < columns.count; i++) {
        str_append(sql, i ? ", " : "");
        str_append_ident(sql, columns.items[i].name);
    }
}

static void append_side(struct str *sql, const struct unit_run *run, struct column_list columns,
                        const char *mark, const char *in, const char *not_in)
{
    str_appendf(sql, "SELECT *, '%s' AS \"leat mark\" FROM (SELECT ", mark);
    append_columns(sql, run, columns);
    str_appendf(sql, " FROM %s EXCEPT ALL SELECT ", in);
    append_columns(sql, run, columns);
    str_appendf(sql, " FROM %s)", not_in);
}

/* Cells are one line each, and short. */
static const char *cell(const char *text, struct arena *arena)
{
    if (!text)
        return "NULL";
    char *copy = arena_strdup(arena, text);
    size_t chars = 0;
    for (char *p = copy; *p; p++) {
        if ((unsigned char)*p < ' ')
            *p = ' ';
        chars += (*p & 0xC0) != 0x80;
        if (chars == MAX_CELL_CHARS && strlen(p) > 1) {
            *p = '\0';
            return arena_printf(arena, "%s…", copy);
        }
    }
    return copy;
}

static size_t char_count(const char *text)
{
    size_t chars = 0;
    for (; *text; text++)
        chars += (*text & 0xC0) != 0x80;
    return chars;
}

static void add_cell(struct grid *grid, size_t column, const char *text, struct arena *arena)
{
    VEC_PUSH(arena, grid->cells, text);
    if (char_count(text) > grid->column_chars[column])
        grid->column_chars[column] = char_count(text);
}

static int read_rows(const struct unit_run *run, struct result *rows, struct grid *grid,
                     struct err *err)
{
    size_t mark = grid->width - 1; /* the mark is the last column of the query */
    int got;
    add_cell(grid, 0, " ", run->arena);
    for (size_t i = 0; i < mark; i++)
        add_cell(grid, i + 1, cell(result_column_name(rows, i), run->arena), run->arena);
    while ((got = result_next(rows, err)) > 0) {
        bool is_missing = *result_text(rows, mark) == '-';
        (*(is_missing ? &grid->missing : &grid->unexpected))++;
        if (grid->missing + grid->unexpected > SHOWN_ROWS)
            continue;
        add_cell(grid, 0, is_missing ? "-" : "+", run->arena);
        for (size_t i = 0; i < mark; i++)
            add_cell(grid, i + 1, cell(result_text(rows, i), run->arena), run->arena);
    }
    return got;
}

static const char *draw(const struct grid *grid, struct arena *arena)
{
    AUTO(str_release) struct str text = STR_INIT(MAX_TEXT_BYTES);
    size_t total = grid->missing + grid->unexpected;
    str_appendf(&text, "%zu expected %s missing (-), %zu %s not expected (+)\n", grid->missing,
                grid->missing == 1 ? "row is" : "rows are", grid->unexpected,
                grid->unexpected == 1 ? "row was" : "rows were");
    for (size_t i = 0; i < grid->cells.count; i++) {
        size_t column = i % grid->width;
        const char *value = grid->cells.items[i];
        str_append(&text, value);
        if (column + 1 == grid->width) {
            str_append_char(&text, '\n');
            continue;
        }
        for (size_t pad = char_count(value); pad < grid->column_chars[column]; pad++)
            str_append_char(&text, ' ');
        str_append(&text, column == 0 ? " " : "  ");
    }
    if (total > SHOWN_ROWS)
        str_appendf(&text, "… and %zu more\n", total - SHOWN_ROWS);
    return arena_strdup(arena, str_text(&text));
}

/* The columns of the expected rows; all of them when no row is expected. */
static struct column_list compared_columns(const struct unit_run *run, struct column_list columns)
{
    const struct unit_table *expect = &run->test->expect;
    struct column *items = ARENA_ARRAY(run->arena, struct column, columns.count);
    if (expect->column_count == 0)
        return columns;
    for (size_t i = 0; i < expect->column_count; i++)
        items[i] = *check_column(columns, expect->columns[i]);
    return (struct column_list){.items = items, .count = expect->column_count};
}

int unit_compare(const struct unit_run *run, struct column_list columns,
                 const char **ret_difference, struct err *err)
{
    struct column_list compared = compared_columns(run, columns);
    AUTO(str_release) struct str sql = STR_INIT(UNIT_MAX_SQL_BYTES);
    AUTO(unit_free_result) struct result *rows = NULL;
    append_side(&sql, run, compared, "-", "\"leat expected\"", "\"leat actual\"");
    str_append(&sql, " UNION ALL ");
    append_side(&sql, run, compared, "+", "\"leat actual\"", "\"leat expected\"");
    /* Rows that nearly agree come to stand below each other. */
    str_append(&sql, " ORDER BY ALL");
    TRY(conn_query(run->conn, str_text(&sql), NULL, 0, &rows, err));
    struct grid grid = {.width = result_column_count(rows)};
    grid.column_chars = ARENA_ARRAY(run->arena, size_t, grid.width);
    TRY(read_rows(run, rows, &grid, err));
    *ret_difference = grid.missing + grid.unexpected > 0 ? draw(&grid, run->arena) : NULL;
    return 0;
}
