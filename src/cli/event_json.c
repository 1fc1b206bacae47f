/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/event_json.h"

#include <inttypes.h>

static const char *const event_names[] = {
    [RUN_STARTED] = "run_started",
    [NODE_STARTED] = "node_started",
    [NODE_PROGRESS] = "node_progress",
    [NODE_DONE] = "node_done",
    [NODE_NOTE] = "node_note",
    [NODE_FAILED] = "node_failed",
    [NODE_SKIPPED] = "node_skipped",
    [CHECK_FAILED] = "check_failed",
    [FILE_PUBLISHED] = "file_published",
    [RUN_WARNING] = "warning",
    [RUN_DONE] = "run_done",
};

static void add_text(struct str *line, const char *name, const char *value)
{
    if (value == NULL || value[0] == '\0')
        return;
    str_appendf(line, ", \"%s\": ", name);
    str_append_json(line, value);
}

static void add_number(struct str *line, const char *name, int64_t value)
{
    if (value != 0)
        str_appendf(line, ", \"%s\": %" PRId64, name, value);
}

static void add_error(struct str *line, const struct err *err)
{
    if (err == NULL)
        return;
    add_text(line, "kind", err_kind_info(err->kind)->name);
    add_text(line, "message", err->message);
    add_text(line, "where", err->where);
    add_text(line, "hint", err->hint);
}

void event_json(struct str *line, const struct run_event *event)
{
    char time[40];
    str_appendf(line, "{\"event\": \"%s\", \"time\": \"%s\"", event_names[event->kind],
                instant_format(now_us(), time));
    add_text(line, "run", event->run_id);
    add_text(line, "node", event->node);
    add_text(line, "partition", event->partition);
    add_text(line, event->kind == FILE_PUBLISHED ? "file" : "text", event->text);
    add_text(line, "check", event->check);
    if (event->kind == CHECK_FAILED)
        add_text(line, "severity", event->severity == SEVERITY_ERROR ? "error" : "warn");
    if (event->is_removed)
        str_append(line, ", \"removed\": true");
    add_number(line, "rows_in", event->rows_in);
    add_number(line, "rows", event->rows);
    add_number(line, "rows_rejected", event->rows_rejected);
    add_number(line, "bytes", event->bytes);
    add_number(line, "done", event->done);
    add_number(line, "total", event->total);
    if (event->elapsed_us > 0)
        str_appendf(line, ", \"elapsed_ms\": %.3f", (double)event->elapsed_us / 1000);
    add_error(line, event->err);
    if (event->samples != NULL)
        str_appendf(line, ", \"samples\": %s", event->samples);
    str_append(line, "}\n");
}
