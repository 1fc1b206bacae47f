/* SPDX-License-Identifier: Apache-2.0 */
#include "command/samples.h"

#include "command/table.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 32, INDENT = 4, ROWS_MAX = 5 };

/* A value as text; owned by the arena. NULL is NULL. */
static const char *cell_text(json_t *value, struct arena *arena)
{
    if (value == NULL || json_is_null(value))
        return NULL;
    if (json_is_string(value))
        return json_string_value(value);
    char *dump = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    const char *text = arena_strdup(arena, dump);
    free(dump);
    return text;
}

static void add_rows(struct table *table, json_t *rows, const struct row_column *columns,
                     size_t count)
{
    struct arena arena;
    arena_init(&arena, (size_t)64 << 20);
    for (size_t i = 0; i < json_array_size(rows) && i < ROWS_MAX; i++) {
        const char *cells[COLUMNS_MAX];
        for (size_t k = 0; k < count; k++)
            cells[k] = cell_text(json_object_get(json_array_get(rows, i), columns[k].name), &arena);
        table_add(table, cells, NULL);
    }
    arena_release(&arena);
}

static size_t find_columns(json_t *row, struct row_column *columns)
{
    size_t count = 0;
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(row, key, value) if (count < COLUMNS_MAX) columns[count++] =
        (struct row_column){key, json_is_number(value) ? CELL_NUMBER : CELL_TEXT};
    return count;
}

static void append_indented(struct str *text, const char *lines)
{
    while (*lines != '\0') {
        size_t len = strcspn(lines, "\n");
        str_appendf(text, "%*s", INDENT, "");
        str_append_len(text, lines, len);
        str_append_char(text, '\n');
        lines += len + (lines[len] == '\n' ? 1 : 0);
    }
}

void samples_append(struct str *text, const char *json, int width)
{
    struct row_column columns[COLUMNS_MAX];
    char *lines = NULL;
    size_t len = 0;
    json_t *rows = json_loads(json, 0, NULL);
    size_t count = find_columns(json_array_get(rows, 0), columns);
    FILE *out = count == 0 ? NULL : open_memstream(&lines, &len);
    if (out != NULL) {
        struct table *table = table_new(out, width > INDENT ? width - INDENT : 0, columns, count);
        add_rows(table, rows, columns, count);
        table_end(table);
        table_free(table);
        fclose(out);
        append_indented(text, lines);
    }
    free(lines);
    json_decref(rows);
}
