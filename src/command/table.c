/* SPDX-License-Identifier: Apache-2.0 */
#include "command/table.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum {
    HELD_ROWS = 200,        /* the rows that decide the widths */
    CELL_BYTES = 64 * 1024, /* most of one cell that is shown */
    HELD_BYTES = 64 * 1024 * 1024,
    LEAST_WIDTH = 8, /* a column is not cut below this */
    GAP = 2
};

struct table {
    FILE *out;
    int width;
    const struct row_column *columns;
    size_t column_count, shown_count; /* shown: those that fit into the width */
    size_t *widths;
    struct arena arena;
    VEC(char **) held;
    bool is_flowing; /* widths are fixed, rows are written at once */
    struct str cell; /* scratch */
};

/* The code point at *text, which is moved past it; broken UTF-8 gives single bytes. */
static wchar_t next_char(const char **text)
{
    const unsigned char *s = (const unsigned char *)*text;
    size_t extra = s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : s[0] >= 0xc0 ? 1 : 0;
    wchar_t code = extra == 0 ? s[0] : (wchar_t)(s[0] & (0x3f >> extra));
    size_t i = 1;
    for (; i <= extra && (s[i] & 0xc0) == 0x80; i++)
        code = (wchar_t)((code << 6) | (s[i] & 0x3f));
    *text += i;
    return code;
}

static size_t char_width(wchar_t code)
{
    if (code >= 0x20 && code < 0x7f)
        return 1;
    int width = wcwidth(code);
    return width < 0 ? 1 : (size_t)width;
}

size_t text_width(const char *text)
{
    size_t width = 0;
    while (*text != '\0')
        width += char_width(next_char(&text));
    return width;
}

struct table *table_new(FILE *out, int width, const struct row_column *columns, size_t count)
{
    struct table *table = calloc(1, sizeof(*table));
    if (table == NULL)
        abort();
    *table = (struct table){.out = out,
                            .width = width,
                            .columns = columns,
                            .column_count = count,
                            .shown_count = count,
                            .cell = STR_INIT(CELL_BYTES + 8)};
    arena_init(&table->arena, (size_t)HELD_BYTES * 2);
    table->widths = ARENA_ARRAY(&table->arena, size_t, count);
    for (size_t i = 0; i < count; i++)
        table->widths[i] = text_width(columns[i].name);
    return table;
}

void table_free(struct table *table)
{
    if (table == NULL)
        return;
    str_release(&table->cell);
    arena_release(&table->arena);
    free(table);
}

/* One line, nothing that moves the cursor: control characters are written as escapes. */
static const char *clean(struct table *table, const char *text, size_t len)
{
    str_clear(&table->cell);
    if (text == NULL) {
        text = "NULL";
        len = strlen(text);
    }
    for (size_t i = 0; i < len && i < CELL_BYTES / 4; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '\n')
            str_append(&table->cell, "\\n");
        else if (c == '\t')
            str_append(&table->cell, "\\t");
        else if (c < 0x20 || c == 0x7f)
            str_appendf(&table->cell, "\\x%02x", c);
        else
            str_append_char(&table->cell, (char)c);
    }
    return str_text(&table->cell);
}

/* Takes from the widest columns until all fit; what still does not fit is left out at the right. */
static void fit_width(struct table *table)
{
    size_t limit = (size_t)table->width;
    for (;;) {
        size_t total = 0, widest = 0;
        for (size_t i = 0; i < table->column_count; i++) {
            total += table->widths[i] + (i == 0 ? 0 : GAP);
            if (table->widths[i] > table->widths[widest])
                widest = i;
        }
        if (total <= limit)
            return;
        if (table->widths[widest] <= LEAST_WIDTH)
            break;
        table->widths[widest]--;
    }
    size_t used = 0;
    for (table->shown_count = 0; table->shown_count < table->column_count; table->shown_count++) {
        used += table->widths[table->shown_count] + GAP;
        if (used + 1 > limit)
            break;
    }
}

/* Writes the text in `width` columns; longer text is cut with "…" when there is a terminal. */
static void put_cell(struct table *table, const char *text, size_t width, bool is_right,
                     bool is_last)
{
    size_t text_columns = text_width(text);
    size_t pad = text_columns < width ? width - text_columns : 0;
    if (is_right)
        fprintf(table->out, "%*s", (int)pad, "");
    if (table->width == 0 || text_columns <= width) {
        fputs(text, table->out);
    } else {
        const char *end = text;
        for (size_t used = 0; *end != '\0';) {
            const char *next = end;
            used += char_width(next_char(&next));
            if (used > width - 1)
                break;
            end = next;
        }
        fprintf(table->out, "%.*s…", (int)(end - text), text);
    }
    if (!is_right && !is_last)
        fprintf(table->out, "%*s", (int)pad, "");
    fputs(is_last ? "" : "  ", table->out);
}

static void put_row(struct table *table, const char *const *cells)
{
    bool is_cut = table->shown_count < table->column_count;
    for (size_t i = 0; i < table->shown_count; i++)
        put_cell(table, cells[i], table->widths[i], table->columns[i].kind == CELL_NUMBER,
                 i + 1 == table->shown_count && !is_cut);
    fputs(is_cut ? "…\n" : "\n", table->out);
}

static void put_header(struct table *table)
{
    bool is_cut = table->shown_count < table->column_count;
    for (size_t i = 0; i < table->shown_count; i++)
        put_cell(table, table->columns[i].name, table->widths[i],
                 table->columns[i].kind == CELL_NUMBER, i + 1 == table->shown_count && !is_cut);
    fputs(is_cut ? "…\n" : "\n", table->out);
    for (size_t i = 0; i < table->shown_count; i++) {
        for (size_t k = 0; k < table->widths[i]; k++)
            fputc('-', table->out);
        fputs(i + 1 < table->shown_count ? "  " : "\n", table->out);
    }
}

static void flow(struct table *table)
{
    if (table->is_flowing)
        return;
    table->is_flowing = true;
    if (table->width > 0)
        fit_width(table);
    put_header(table);
    for (size_t i = 0; i < table->held.count; i++)
        put_row(table, (const char *const *)table->held.items[i]);
}

static size_t cell_len(const char *const *cells, const size_t *lens, size_t i)
{
    if (cells[i] == NULL)
        return 0;
    return lens != NULL ? lens[i] : strlen(cells[i]);
}

void table_add(struct table *table, const char *const *cells, const size_t *lens)
{
    if (table->column_count == 0)
        return;
    struct arena row_arena;
    arena_init(&row_arena, HELD_BYTES);
    struct arena *arena = table->is_flowing ? &row_arena : &table->arena;
    char **row = ARENA_ARRAY(arena, char *, table->column_count);
    for (size_t i = 0; i < table->column_count; i++) {
        row[i] = arena_strdup(arena, clean(table, cells[i], cell_len(cells, lens, i)));
        size_t width = table->is_flowing ? 0 : text_width(row[i]);
        if (width > table->widths[i])
            table->widths[i] = width;
    }
    if (table->is_flowing)
        put_row(table, (const char *const *)row);
    else
        VEC_PUSH(&table->arena, table->held, row);
    arena_release(&row_arena);
    if (table->held.count >= HELD_ROWS || table->arena.used_bytes > HELD_BYTES / 2)
        flow(table);
}

void table_end(struct table *table)
{
    if (table->column_count > 0)
        flow(table);
}
