/* SPDX-License-Identifier: Apache-2.0 */
#include "command/report.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

enum { TEXT_MAX = 64 * 1024 };

static const char *paint(const struct terminal *terminal, const char *code)
{
    return terminal->has_color ? code : "";
}

/* Masks and writes one finished text. */
static void put(const struct terminal *terminal, FILE *out, struct str *text)
{
    if (terminal->secrets != NULL && text->data != NULL)
        secrets_mask(terminal->secrets, text->data);
    fputs(str_text(text), out);
    fflush(out);
}

static void json_member(struct str *json, const char *name, const char *value)
{
    if (value == NULL || value[0] == '\0')
        return;
    str_appendf(json, ", \"%s\": ", name);
    str_append_json(json, value);
}

static void put_json(const struct terminal *terminal, FILE *out, const char *event,
                     const struct err *err)
{
    AUTO(str_release) struct str json = STR_INIT(TEXT_MAX);
    str_appendf(&json, "{\"event\": \"%s\"", event);
    if (err->kind != ERR_NONE)
        json_member(&json, "kind", err_kind_info(err->kind)->name);
    json_member(&json, "message", err->message);
    json_member(&json, "where", err->where);
    json_member(&json, "hint", err->hint);
    str_append(&json, "}\n");
    put(terminal, out, &json);
}

/* Every line of a longer text is set in, so that it stays together. */
static void append_indented(struct str *text, const char *lines)
{
    while (*lines != '\0') {
        size_t len = strcspn(lines, "\n");
        str_append(text, "  ");
        str_append_len(text, lines, len);
        str_append_char(text, '\n');
        lines += len + (lines[len] == '\n' ? 1 : 0);
    }
}

struct err advised_err(const struct terminal *terminal, const struct err *err)
{
    struct err advised = *err;
    char size[32];
    if (err->kind == ERR_MEMORY_LIMIT && err->hint[0] == '\0' && terminal->memory_bytes > 0)
        err_hint(&advised, "Give it more: --memory, now %s",
                 format_bytes(terminal->memory_bytes, size));
    return advised;
}

void report_err(const struct terminal *terminal, const struct err *plain)
{
    const struct err advised = advised_err(terminal, plain);
    const struct err *err = &advised;
    if (terminal->is_json_log) {
        put_json(terminal, terminal->err, "error", err);
        return;
    }
    AUTO(str_release) struct str text = STR_INIT(TEXT_MAX);
    str_appendf(&text, "%serror:%s %s\n", paint(terminal, "\033[1;31m"), paint(terminal, "\033[0m"),
                err->message);
    if (err->where[0] != '\0')
        str_appendf(&text, "  at %s\n", err->where);
    append_indented(&text, err->hint);
    put(terminal, terminal->err, &text);
}

static void append_place(struct str *text, struct place place)
{
    if (place.file == NULL)
        return;
    str_append(text, place.file);
    if (place.line > 0)
        str_appendf(text, ":%d", place.line);
    if (place.line > 0 && place.column > 0)
        str_appendf(text, ":%d", place.column);
}

static void put_problem_json(const struct terminal *terminal, FILE *out,
                             const struct problem *problem)
{
    AUTO(str_release) struct str place = STR_INIT(TEXT_MAX);
    AUTO(str_release) struct str json = STR_INIT(TEXT_MAX);
    append_place(&place, problem->place);
    str_append(&json, "{\"event\": \"mistake\"");
    json_member(&json, "message", problem->message);
    json_member(&json, "where", str_text(&place));
    json_member(&json, "hint", problem->hint);
    str_append(&json, "}\n");
    put(terminal, out, &json);
}

void report_problems(const struct terminal *terminal, FILE *out, const struct problems *problems)
{
    for (size_t i = 0; i < problems->list.count; i++) {
        const struct problem *problem = &problems->list.items[i];
        AUTO(str_release) struct str text = STR_INIT(TEXT_MAX);
        if (terminal->is_json_log) {
            put_problem_json(terminal, out, problem);
            continue;
        }
        append_place(&text, problem->place);
        str_appendf(&text, "%s%serror:%s %s\n", problem->place.file == NULL ? "" : ": ",
                    paint(terminal, "\033[1;31m"), paint(terminal, "\033[0m"), problem->message);
        if (problem->hint != NULL)
            append_indented(&text, problem->hint);
        put(terminal, out, &text);
    }
}

static void report(const struct terminal *terminal, const char *event, const char *color,
                   const char *format, va_list args)
{
    struct err text = {0};
    vsnprintf(text.message, sizeof(text.message), format, args);
    if (terminal->is_json_log) {
        put_json(terminal, terminal->err, event, &text);
        return;
    }
    AUTO(str_release) struct str line = STR_INIT(TEXT_MAX);
    str_appendf(&line, "%s%s:%s %s\n", paint(terminal, color), event, paint(terminal, "\033[0m"),
                text.message);
    put(terminal, terminal->err, &line);
}

void report_warning(const struct terminal *terminal, const char *format, ...)
{
    if (terminal->log_level < LOG_WARN)
        return;
    va_list args;
    va_start(args, format);
    report(terminal, "warning", "\033[1;33m", format, args);
    va_end(args);
}

void report_note(const struct terminal *terminal, const char *format, ...)
{
    if (terminal->log_level < LOG_INFO)
        return;
    va_list args;
    va_start(args, format);
    report(terminal, "note", "\033[1;36m", format, args);
    va_end(args);
}

int print_text(const struct terminal *terminal, struct str *text, struct err *err)
{
    if (text->is_failed)
        return err_set(err, ERR_INTERNAL, "the answer is longer than %zu bytes", text->max);
    put(terminal, terminal->out, text);
    return output_flush(terminal->out, err);
}

int output_flush(FILE *out, struct err *err)
{
    if (fflush(out) == 0 && !ferror(out))
        return 0;
    if (errno == EPIPE)
        return err_set(err, ERR_CANCELLED, "nobody reads the result any more");
    return err_errno(err, "could not write the result");
}
