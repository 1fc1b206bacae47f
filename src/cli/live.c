/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/live.h"

#include "base/alloc.h"
#include "command/table.h"

#include <stdlib.h>
#include <string.h>

enum { NODES_MAX = 64, SHOWN_MAX = 8, NAME_MAX_BYTES = 128, BAR_WIDTH = 20, LINE_MAX_BYTES = 1024 };
static const int64_t redraw_us = 100000;

struct running {
    char node[NAME_MAX_BYTES];
    int64_t started_us, rows, done, total;
};
struct live {
    FILE *out;
    int width;
    struct running running[NODES_MAX];
    size_t running_count, drawn_lines;
    int64_t started_us, drawn_us;
    int64_t ended, total; /* nodes of the run */
};

struct live *live_new(FILE *out, int width)
{
    struct live *live = alloc_zeroed(sizeof(*live));
    live->out = out;
    live->width = width;
    live->started_us = monotonic_us();
    return live;
}

void live_free(struct live *live)
{
    if (live == NULL)
        return;
    live_erase(live);
    free(live);
}

static struct running *find(struct live *live, const char *node)
{
    for (size_t i = 0; node != NULL && i < live->running_count; i++)
        if (strncmp(live->running[i].node, node, NAME_MAX_BYTES - 1) == 0)
            return &live->running[i];
    return NULL;
}

static void start(struct live *live, const char *node)
{
    if (node == NULL || live->running_count == NODES_MAX || find(live, node) != NULL)
        return;
    struct running *running = &live->running[live->running_count++];
    *running = (struct running){.started_us = monotonic_us()};
    snprintf(running->node, sizeof(running->node), "%s", node);
}

static void end(struct live *live, const char *node)
{
    struct running *running = find(live, node);
    live->ended++;
    if (running == NULL)
        return;
    size_t at = (size_t)(running - live->running);
    memmove(running, running + 1, (live->running_count - at - 1) * sizeof(*running));
    live->running_count--;
}

void live_update(struct live *live, const struct run_event *event)
{
    struct running *running = find(live, event->node);
    switch (event->kind) {
    case RUN_STARTED:
        live->total = event->total;
        break;
    case NODE_STARTED:
        start(live, event->node);
        break;
    case NODE_PROGRESS:
        if (running != NULL) {
            running->rows = event->rows;
            running->done = event->done;
            running->total = event->total;
        }
        break;
    case NODE_DONE:
    case NODE_FAILED:
    case NODE_SKIPPED:
        end(live, event->node);
        break;
    case RUN_DONE:
        live->running_count = 0;
        live->total = 0;
        live->drawn_us = 0;
        break;
    case CHECK_FAILED:
    case FILE_PUBLISHED:
    case NODE_NOTE:
    case RUN_WARNING:
        break;
    }
}

static void append_bar(struct str *line, const struct running *running, int64_t elapsed_us)
{
    char text[32];
    if (running->total <= 0)
        return;
    int64_t done = running->done < running->total ? running->done : running->total;
    double share = (double)done / (double)running->total;
    int filled = (int)(share * BAR_WIDTH);
    str_append(line, "  [");
    for (int i = 0; i < BAR_WIDTH; i++)
        str_append_char(line, i < filled ? '#' : '.');
    str_appendf(line, "] %3d %%", (int)(share * 100));
    if (share > 0.01 && share < 1)
        str_appendf(line, "  %s left",
                    duration_format((int64_t)((double)elapsed_us * (1 - share) / share), text));
}

static void append_node(struct str *line, const struct running *running, int64_t now_us)
{
    char rows[32], rate[32], elapsed[32];
    int64_t elapsed_us = now_us - running->started_us;
    str_appendf(line, "  %s", running->node);
    append_bar(line, running, elapsed_us);
    if (running->rows > 0)
        str_appendf(line, "  %s rows", format_count(running->rows, rows));
    if (running->rows > 0 && elapsed_us > redraw_us)
        str_appendf(
            line, "  %s rows/s",
            format_count((long long)((double)running->rows * 1e6 / (double)elapsed_us), rate));
    str_appendf(line, "  %s", duration_format(elapsed_us, elapsed));
}

/* A line that wrapped could not be erased. Node names and figures are ASCII, so bytes are columns. */
static void put_line(struct live *live, struct str *line)
{
    size_t limit = live->width > 1 ? (size_t)live->width - 1 : 79;
    if (text_width(str_text(line)) > limit && line->len > limit)
        line->data[limit] = '\0';
    fprintf(live->out, "%s\n", str_text(line));
    live->drawn_lines++;
}

void live_erase(struct live *live)
{
    if (live->drawn_lines > 0)
        fprintf(live->out, "\033[%zuA\r\033[J", live->drawn_lines);
    live->drawn_lines = 0;
    live->drawn_us = 0; /* whatever comes next may be drawn at once */
    fflush(live->out);
}

void live_draw(struct live *live, int64_t now_us)
{
    char elapsed[32];
    if (live->drawn_us != 0 && now_us - live->drawn_us < redraw_us)
        return;
    live_erase(live);
    if (live->running_count == 0)
        return;
    live->drawn_us = now_us;
    for (size_t i = 0; i < live->running_count && i < SHOWN_MAX; i++) {
        AUTO(str_release) struct str line = STR_INIT(LINE_MAX_BYTES);
        append_node(&line, &live->running[i], now_us);
        put_line(live, &line);
    }
    AUTO(str_release) struct str line = STR_INIT(LINE_MAX_BYTES);
    str_appendf(&line, "%lld of %lld nodes, %s", (long long)live->ended, (long long)live->total,
                duration_format(now_us - live->started_us, elapsed));
    put_line(live, &line);
    fflush(live->out);
}
