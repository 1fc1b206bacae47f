/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include "base/alloc.h"
#include "cli/event_json.h"
#include "cli/event_text.h"
#include "cli/live.h"
#include "command/report.h"

#include <stdlib.h>

struct progress {
    struct terminal *terminal;
    struct live *live; /* NULL: no terminal */
    bool is_stop_told;
};

static void write_masked(struct progress *progress, struct str *text)
{
    const struct secrets *secrets = progress->terminal->secrets;
    if (secrets != NULL && text->data != NULL)
        secrets_mask(secrets, text->data);
    fputs(str_text(text), progress->terminal->err);
    fflush(progress->terminal->err);
}

/* Once, after the first Ctrl-C. */
static void append_stopping(struct progress *progress, struct str *text)
{
    const struct terminal *terminal = progress->terminal;
    if (progress->is_stop_told || terminal->stop == NULL || *terminal->stop == 0 ||
        terminal->log_level < LOG_INFO)
        return;
    progress->is_stop_told = true;
    str_append(text, "stopping when what runs now is finished; once more interrupts it\n");
}

static void show_event(struct progress *progress, const struct run_event *event)
{
    enum { EVENT_MAX = 256 * 1024 };
    const struct terminal *terminal = progress->terminal;
    AUTO(str_release) struct str text = STR_INIT(EVENT_MAX);
    if (terminal->is_json_log) {
        event_json(&text, event);
        write_masked(progress, &text);
        return;
    }
    bool is_live = terminal->is_err_tty && terminal->log_level >= LOG_INFO;
    if (is_live && progress->live == NULL)
        progress->live = live_new(terminal->err, terminal->width);
    if (is_live)
        live_update(progress->live, event);
    append_stopping(progress, &text);
    event_text(&text, event, terminal);
    if (text.len > 0) {
        if (is_live)
            live_erase(progress->live);
        write_masked(progress, &text);
    }
    if (is_live)
        live_draw(progress->live, monotonic_us());
}

static void on_event(void *context, const struct run_event *event)
{
    struct progress *progress = context;
    struct run_event advised = *event;
    struct err err;
    if (event->err != NULL) {
        err = advised_err(progress->terminal, event->err);
        advised.err = &err;
    }
    show_event(progress, &advised);
}

struct progress *progress_new(struct terminal *terminal)
{
    struct progress *progress = alloc_zeroed(sizeof(*progress));
    progress->terminal = terminal;
    terminal->progress = (struct run_listener){.context = progress, .event = on_event};
    return progress;
}

void progress_free(struct progress *progress)
{
    if (progress == NULL)
        return;
    live_free(progress->live);
    free(progress);
}
