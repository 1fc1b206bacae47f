/* SPDX-License-Identifier: Apache-2.0 */
#include "command/running.h"

#include "command/report.h"
#include "command/rows.h"

#include <inttypes.h>

enum { TEXT_MAX = 4096 };

static void append_nodes(struct str *text, size_t count, const char *what)
{
    if (count > 0)
        str_appendf(text, "%s%zu %s", text->len == 0 ? "" : ", ", count, what);
}

static void append_rows(struct str *text, const struct run_summary *summary)
{
    char in[32], out[32], rejected[32];
    str_appendf(text, "; %s rows in, %s out", format_count(summary->rows_in, in),
                format_count(summary->rows_out, out));
    if (summary->rows_rejected > 0)
        str_appendf(text, ", %s rejected", format_count(summary->rows_rejected, rejected));
    if (summary->published_files > 0)
        str_appendf(text, "; %s file%s published (%s)", format_count(summary->published_files, in),
                    summary->published_files == 1 ? "" : "s",
                    format_bytes(summary->published_bytes, out));
}

static const char *outcome(const struct run_summary *summary)
{
    if (summary->is_cancelled)
        return "stopped";
    if (summary->failed > 0 || summary->skipped > 0)
        return "failed";
    return summary->done > 0 ? "done" : "nothing to do";
}

static const char *outcome_color(const struct terminal *terminal, const struct run_summary *summary)
{
    if (!terminal->has_color)
        return "";
    return summary->failed > 0 || summary->skipped > 0 || summary->is_cancelled ? "\033[1;31m"
                                                                                : "\033[1;32m";
}

static void print_json(const struct terminal *terminal, const struct run_summary *summary)
{
    fprintf(terminal->err,
            "{\"event\": \"summary\", \"outcome\": \"%s\", \"done\": %zu, \"up_to_date\": %zu, "
            "\"failed\": %zu, \"skipped\": %zu, \"cancelled\": %zu, \"rows_in\": %" PRId64
            ", \"rows_out\": %" PRId64 ", \"rows_rejected\": %" PRId64
            ", \"published_files\": %" PRId64 ", \"published_bytes\": %" PRId64
            ", \"snapshot\": %" PRId64 ", \"peak_bytes\": %" PRId64 ", \"elapsed_ms\": %.3f}\n",
            outcome(summary), summary->done, summary->up_to_date, summary->failed, summary->skipped,
            summary->cancelled, summary->rows_in, summary->rows_out, summary->rows_rejected,
            summary->published_files, summary->published_bytes, summary->snapshot_id,
            summary->peak_bytes, (double)summary->elapsed_us / 1000);
}

void summary_print(const struct terminal *terminal, const struct run_summary *summary,
                   bool is_test_only)
{
    char elapsed[32], peak[32];
    AUTO(str_release) struct str text = STR_INIT(TEXT_MAX);
    if (terminal->is_json_log)
        print_json(terminal, summary);
    if (terminal->is_json_log || terminal->log_level < LOG_INFO)
        return;
    append_nodes(&text, summary->done, is_test_only ? "checked" : "built");
    append_nodes(&text, summary->up_to_date, "up to date");
    append_nodes(&text, summary->failed, "failed");
    append_nodes(&text, summary->skipped, "skipped");
    append_nodes(&text, summary->cancelled, "not run");
    if (text.len == 0)
        str_append(&text, "no nodes");
    if (summary->done > 0 && !is_test_only)
        append_rows(&text, summary);
    fprintf(terminal->err, "%s%s:%s %s; %s, peak %s\n", outcome_color(terminal, summary),
            outcome(summary), terminal->has_color ? "\033[0m" : "", str_text(&text),
            duration_format(summary->elapsed_us, elapsed), format_bytes(summary->peak_bytes, peak));
}

static const char *state_name(enum step_state state)
{
    static const char *const names[] = {
        [STEP_RUN] = "run", [STEP_UP_TO_DATE] = "up to date", [STEP_NOT_SELECTED] = "not selected"};
    return names[state];
}

int plan_print(const struct terminal *terminal, const struct plan *plan, struct err *err)
{
    static const struct row_column columns[] = {
        {"node", CELL_TEXT}, {"partition", CELL_TEXT}, {"what", CELL_TEXT}, {"reason", CELL_TEXT}};
    AUTO(rows_release)
    struct rows rows = rows_for_terminal(terminal, ROWS_TABLE, columns, ARRAY_COUNT(columns));
    rows_begin(&rows);
    for (size_t i = 0; i < plan->step_count; i++) {
        const struct step *step = &plan->steps[i];
        char start[40];
        const char *cells[] = {step->node->id,
                               step->is_partition ? instant_format(step->interval.start_us, start)
                                                  : "",
                               step->error != NULL ? "fail" : state_name(step->state),
                               step->reason == NULL ? "" : step->reason};
        if (step->state != STEP_NOT_SELECTED)
            rows_add(&rows, cells);
    }
    return rows_end(&rows, err);
}
