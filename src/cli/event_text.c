/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/event_text.h"

#include "command/samples.h"

#include <string.h>

static const char *const red = "\033[31m", *const green = "\033[32m", *const yellow = "\033[33m";

static void append_painted(struct str *text, const struct terminal *terminal, const char *color,
                           const char *word)
{
    if (terminal->has_color)
        str_appendf(text, "%s%s\033[0m", color, word);
    else
        str_append(text, word);
}

static void append_rejected(struct str *text, const struct run_event *event)
{
    char in[32], out[32], rejected[32];
    str_appendf(text, "  %s rows in, %s out, %s rejected", format_count(event->rows_in, in),
                format_count(event->rows, out), format_count(event->rows_rejected, rejected));
}

static void append_done(struct str *text, const struct run_event *event,
                        const struct terminal *terminal)
{
    char rows[32], elapsed[32];
    if (terminal->log_level < LOG_INFO)
        return;
    str_appendf(text, "%s  ", event->node);
    append_painted(text, terminal, green, "done");
    if (event->done > 1)
        str_appendf(text, "  %lld partitions", (long long)event->done);
    if (event->rows_rejected > 0)
        append_rejected(text, event);
    else if (event->rows >= 0) /* a view has none to count */
        str_appendf(text, "  %s row%s", format_count(event->rows, rows),
                    event->rows == 1 ? "" : "s");
    str_appendf(text, "  %s\n", duration_format(event->elapsed_us, elapsed));
}

static void append_failed(struct str *text, const struct run_event *event,
                          const struct terminal *terminal)
{
    char elapsed[32];
    str_appendf(text, "%s  ", event->node);
    append_painted(text, terminal, red, "FAILED");
    str_appendf(text, "  %s\n", duration_format(event->elapsed_us, elapsed));
    if (event->err == NULL)
        return;
    if (event->err->kind != ERR_CHECK) /* the event of the check has said it */
        str_appendf(text, "  %s\n", event->err->message);
    if (event->err->where[0] != '\0')
        str_appendf(text, "  at %s\n", event->err->where);
    if (event->err->hint[0] != '\0')
        str_appendf(text, "  %s\n", event->err->hint);
}

static void append_skipped(struct str *text, const struct run_event *event,
                           const struct terminal *terminal)
{
    static const char prefix[] = "skipped: ";
    const char *why = event->err != NULL ? event->err->message : NULL;
    if (why != NULL && str_starts(why, prefix))
        why += strlen(prefix);
    if (terminal->log_level < LOG_WARN)
        return;
    str_appendf(text, "%s  ", event->node);
    append_painted(text, terminal, yellow, "skipped");
    str_appendf(text, "%s%s\n", why == NULL ? "" : "  ", why == NULL ? "" : why);
}

static void append_check(struct str *text, const struct run_event *event,
                         const struct terminal *terminal)
{
    bool is_error = event->severity == SEVERITY_ERROR;
    if (!is_error && terminal->log_level < LOG_WARN)
        return;
    str_appendf(text, "%s  ", event->node);
    append_painted(text, terminal, is_error ? red : yellow,
                   is_error ? "check failed" : "check warns");
    str_appendf(text, "  %s: %s\n", event->check == NULL ? "" : event->check,
                event->text == NULL ? "" : event->text);
    if (event->samples != NULL)
        samples_append(text, event->samples, terminal->is_err_tty ? terminal->width : 0);
}

/* The first line follows the node's name, the others stand below. */
static void append_note(struct str *text, const struct run_event *event,
                        const struct terminal *terminal)
{
    if (terminal->log_level < LOG_WARN)
        return;
    str_appendf(text, "%s  ", event->node);
    for (const char *c = event->text; *c != '\0'; c++) {
        str_append_char(text, *c);
        if (*c == '\n' && c[1] != '\0')
            str_append(text, "  ");
    }
    if (!str_ends(event->text, "\n"))
        str_append_char(text, '\n');
}

static void append_file(struct str *text, const struct run_event *event,
                        const struct terminal *terminal)
{
    char rows[32], bytes[32];
    if (terminal->log_level < LOG_DEBUG)
        return;
    if (event->is_removed)
        str_appendf(text, "%s  removed %s\n", event->node, event->text);
    else
        str_appendf(text, "%s  wrote %s  %s rows  %s\n", event->node, event->text,
                    format_count(event->rows, rows), format_bytes(event->bytes, bytes));
}

void event_text(struct str *text, const struct run_event *event, const struct terminal *terminal)
{
    switch (event->kind) {
    case NODE_DONE:
        append_done(text, event, terminal);
        break;
    case NODE_FAILED:
        append_failed(text, event, terminal);
        break;
    case NODE_SKIPPED:
        append_skipped(text, event, terminal);
        break;
    case CHECK_FAILED:
        append_check(text, event, terminal);
        break;
    case FILE_PUBLISHED:
        append_file(text, event, terminal);
        break;
    case NODE_NOTE:
        append_note(text, event, terminal);
        break;
    case RUN_WARNING:
        if (terminal->log_level >= LOG_WARN) {
            append_painted(text, terminal, yellow, "warning:");
            str_appendf(text, " %s\n", event->text);
        }
        break;
    case RUN_STARTED:
    case NODE_STARTED:
    case NODE_PROGRESS:
    case RUN_DONE:
        break;
    }
}
