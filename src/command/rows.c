/* SPDX-License-Identifier: Apache-2.0 */
#include "command/rows.h"

#include "command/report.h"
#include "command/table.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_MAX = 1024 * 1024 * 1024 };

enum rows_format rows_format_of(const char *name)
{
    if (str_eq(name, "csv"))
        return ROWS_CSV;
    if (str_eq(name, "json"))
        return ROWS_JSON;
    return str_eq(name, "jsonl") ? ROWS_JSONL : ROWS_TABLE;
}

struct rows rows_for_terminal(const struct terminal *terminal, enum rows_format format,
                              const struct row_column *columns, size_t column_count)
{
    return (struct rows){.format = format,
                         .out = terminal->out,
                         .width = terminal->is_out_tty ? terminal->width : 0,
                         .secrets = terminal->secrets,
                         .columns = columns,
                         .column_count = column_count};
}

/* RFC 4180, and "" for an empty text, so that it differs from NULL. */
static void put_csv(FILE *out, const char *text, size_t len)
{
    if (text == NULL)
        return;
    bool is_plain =
        len > 0 && !isspace((unsigned char)text[0]) && !isspace((unsigned char)text[len - 1]);
    for (size_t i = 0; is_plain && i < len; i++)
        is_plain = text[i] == '\0' || strchr(",\"\r\n", text[i]) == NULL;
    if (is_plain) {
        fwrite(text, 1, len, out);
        return;
    }
    fputc('"', out);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"')
            fputc('"', out);
        fputc(text[i], out);
    }
    fputc('"', out);
}

/* Piece by piece between the NUL bytes, each without its quotes. */
static void put_json_text(FILE *out, const char *text, size_t len)
{
    AUTO(str_release) struct str json = STR_INIT(CELL_MAX);
    const char *end = text + len;
    fputc('"', out);
    for (;;) {
        str_clear(&json);
        str_append_json(&json, text);
        if (json.len > 2)
            fwrite(json.data + 1, 1, json.len - 2, out);
        text += strlen(text);
        if (text >= end)
            break;
        fputs("\\u0000", out);
        text++;
    }
    fputc('"', out);
}

/* DuckDB's JSON may hold NaN and Infinity, which JSON has not: as texts, outside of texts. */
static void put_lenient_json(FILE *out, const char *text)
{
    static const char *const words[] = {"NaN", "Infinity", "-Infinity"};
    bool is_text = false;
    while (*text != '\0') {
        const char *word = NULL;
        for (size_t i = 0; !is_text && i < ARRAY_COUNT(words); i++)
            if (str_starts(text, words[i]))
                word = words[i];
        if (word != NULL) {
            fprintf(out, "\"%s\"", word);
            text += strlen(word);
            continue;
        }
        if (is_text && *text == '\\' && text[1] != '\0')
            fputc(*text++, out);
        else
            is_text ^= *text == '"';
        fputc(*text++, out);
    }
}

/* inf and nan are no numbers in JSON: they are written as texts. */
static bool is_json_number(const char *text)
{
    if (*text == '-')
        text++;
    return isdigit((unsigned char)*text);
}

static void put_json(FILE *out, enum cell_kind kind, const char *text, size_t len)
{
    if (text == NULL)
        fputs("null", out);
    else if (kind == CELL_JSON)
        put_lenient_json(out, text);
    else if (kind == CELL_NUMBER && is_json_number(text))
        fputs(text, out);
    else
        put_json_text(out, text, len);
}

static size_t cell_len(const char *const *cells, const size_t *lens, size_t i)
{
    if (cells[i] == NULL)
        return 0;
    return lens != NULL ? lens[i] : strlen(cells[i]);
}

static void put_object(struct rows *rows, const char *const *cells, const size_t *lens)
{
    fputc('{', rows->out);
    for (size_t i = 0; i < rows->column_count; i++) {
        fputs(i == 0 ? "" : ", ", rows->out);
        put_json_text(rows->out, rows->columns[i].name, strlen(rows->columns[i].name));
        fputs(": ", rows->out);
        put_json(rows->out, rows->columns[i].kind, cells[i], cell_len(cells, lens, i));
    }
    fputc('}', rows->out);
}

static void put_csv_row(struct rows *rows, const char *const *cells, const size_t *lens)
{
    for (size_t i = 0; i < rows->column_count; i++) {
        fputs(i == 0 ? "" : ",", rows->out);
        put_csv(rows->out, cells[i], cell_len(cells, lens, i));
    }
    fputc('\n', rows->out);
}

void rows_begin(struct rows *rows)
{
    if (rows->format == ROWS_TABLE)
        rows->table = table_new(rows->out, rows->width, rows->columns, rows->column_count);
    if (rows->format == ROWS_JSON)
        fputs("[", rows->out);
    for (size_t i = 0; rows->format == ROWS_CSV && i < rows->column_count; i++) {
        fputs(i == 0 ? "" : ",", rows->out);
        put_csv(rows->out, rows->columns[i].name, strlen(rows->columns[i].name));
    }
    if (rows->format == ROWS_CSV)
        fputc('\n', rows->out);
}

static void put(struct rows *rows, const char *const *cells, const size_t *lens)
{
    switch (rows->format) {
    case ROWS_TABLE:
        table_add(rows->table, cells, lens);
        break;
    case ROWS_CSV:
        put_csv_row(rows, cells, lens);
        break;
    case ROWS_JSON:
        fputs(rows->row_count == 0 ? "\n" : ",\n", rows->out);
        put_object(rows, cells, lens);
        break;
    case ROWS_JSONL:
        put_object(rows, cells, lens);
        fputc('\n', rows->out);
        break;
    }
    rows->row_count++;
}

void rows_add_len(struct rows *rows, const char *const *cells, const size_t *lens)
{
    if (rows->secrets == NULL || rows->secrets->list.count == 0) {
        put(rows, cells, lens);
        return;
    }
    char **masked = calloc(rows->column_count, sizeof(*masked));
    for (size_t i = 0; masked != NULL && i < rows->column_count; i++)
        if (cells[i] != NULL && (masked[i] = strdup(cells[i])) != NULL)
            secrets_mask(rows->secrets, masked[i]);
    if (masked != NULL)
        put(rows, (const char *const *)masked, NULL);
    for (size_t i = 0; masked != NULL && i < rows->column_count; i++)
        free(masked[i]);
    free(masked);
}

void rows_add(struct rows *rows, const char *const *cells)
{
    rows_add_len(rows, cells, NULL);
}

int rows_end(struct rows *rows, struct err *err)
{
    if (rows->format == ROWS_TABLE)
        table_end(rows->table);
    if (rows->format == ROWS_JSON)
        fputs(rows->row_count == 0 ? "]\n" : "\n]\n", rows->out);
    rows_release(rows);
    return output_flush(rows->out, err);
}

void rows_release(struct rows *rows)
{
    table_free(rows->table);
    rows->table = NULL;
}
