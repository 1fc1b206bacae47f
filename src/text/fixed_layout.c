/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "text/fixed.h"
#include "text/utf8.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TITLE_LINES 64 /* a line of dashes is looked for within them */

struct search {
    const struct text_file *file;
    const struct text_dialect *said;
    const struct fixed_lines *lines;
    struct arena *arena;
    size_t first; /* line to begin with */
    char where[256];
};

int64_t fixed_fits(const struct text_span *spans, size_t count, const struct fixed_line *line)
{
    if (utf8_valid(line->text, line->len) != line->len)
        return -2;
    struct text_field *fields = alloc_zeroed(count * sizeof(*fields));
    struct fixed_fault fault = fixed_slice(spans, count, SIZE_MAX, line->text, line->len, fields);
    int64_t filled = fault.kind == FIXED_FINE ? 0 : fault.kind == FIXED_GAP ? -1 : -2;
    for (size_t i = 0; i < count && filled >= 0; i++)
        filled += fields[i].len > 0;
    free(fields);
    return filled;
}

static const char *where(struct search *search, size_t line)
{
    snprintf(search->where, sizeof(search->where), "%s:%zu:1", search->file->label, line + 1);
    return search->where;
}

/* The first line at or after `from` that is no comment. */
static size_t next_line(const struct search *search, size_t from)
{
    const struct fixed_lines *lines = search->lines;
    char comment = search->said->comment;
    while (from < lines->count && comment && comment != TEXT_NO_COMMENT &&
           lines->items[from].len > 0 && lines->items[from].text[0] == comment)
        from++;
    return from;
}

/* The runs of dashes of a line that has nothing else; count 0: it has. */
static void find_runs(struct search *search, size_t index, struct fixed_layout *ret_layout)
{
    VEC(struct text_span) spans = {0};
    *ret_layout = (struct fixed_layout){0};
    if (index >= search->lines->count)
        return;
    const struct fixed_line *line = &search->lines->items[index];
    if (strspn(line->text, "- ") < line->len)
        return;
    for (size_t i = 0; i < line->len && spans.count <= TEXT_MAX_FIELDS; i++) {
        if (line->text[i] == ' ')
            continue;
        if (i > 0 && line->text[i - 1] == '-')
            spans.items[spans.count - 1].width++;
        else
            VEC_PUSH(search->arena, spans, (struct text_span){.start = (int)i, .width = 1});
    }
    if (spans.count > TEXT_MAX_FIELDS)
        return;
    *ret_layout = (struct fixed_layout){.spans = spans.items,
                                        .count = spans.count,
                                        .header = index - 1,
                                        .has_header = index > 0,
                                        .body = index + 1};
}

static int widest(const struct fixed_layout *layout)
{
    int width = 0;
    for (size_t i = 0; i < layout->count; i++)
        width = layout->spans[i].width > width ? layout->spans[i].width : width;
    return width;
}

static int ask_skip(struct search *search, size_t dashes, const char *why, struct err *err)
{
    err_set(err, ERR_DATA, "line %zu looks like the dashes below a header, but %s", dashes + 1,
            why);
    err_where(err, "%s", where(search, dashes));
    return err_hint(err, "Declare how many lines stand before the header (skip), or the widths.");
}

/*
 * 1: the layout is that of the dashes at `index`; 0: they are none. A row may consist of dashes too, where "-" stands for
 * no value. So the names must fit, and what is above them must not look like rows.
 */
static int try_dashes(struct search *search, size_t index, struct fixed_layout *ret_layout,
                      struct err *err)
{
    const struct fixed_line *items = search->lines->items;
    find_runs(search, index, ret_layout);
    if (ret_layout->count == 0)
        return 0;
    bool is_wide = widest(ret_layout) >= 3;
    size_t header = ret_layout->header;
    if (next_line(search, header) != header)
        return ask_skip(search, index, "a comment is above", err);
    bool fits = fixed_fits(ret_layout->spans, ret_layout->count, &items[header]) > 0;
    if (header == search->first && !fits && is_wide && items[header].len > 0)
        return ask_skip(search, index, "the names above do not fit them", err);
    if (!fits || (header != search->first && !is_wide))
        return 0;
    for (size_t i = search->first; i < header; i++)
        if (fixed_fits(ret_layout->spans, ret_layout->count, &items[i]) >= 2)
            return ask_skip(search, index, "what is above looks like records", err);
    return 1;
}

/* A title can be underlined as well: two runs are better than one, and one has no empty line below. */
static int find_dashes(struct search *search, struct fixed_layout *ret_layout, struct err *err)
{
    const struct fixed_lines *lines = search->lines;
    size_t end = search->said->skip_lines >= 0 ? search->first + 2 : MAX_TITLE_LINES;
    if (end > lines->count)
        end = lines->count;
    for (size_t min = 2; min > 0; min--) {
        for (size_t i = search->first + 1; i < end; i++) {
            find_runs(search, i, ret_layout);
            bool is_underline = ret_layout->count == 1 && i + 1 < lines->count &&
                                lines->items[i + 1].len == 0 && i + 2 < lines->count;
            if (ret_layout->count < min || (min == 1 && is_underline))
                continue;
            int got = try_dashes(search, i, ret_layout, err);
            if (got != 0)
                return got;
        }
    }
    return 0;
}

static int check_spans(const struct text_dialect *said, struct err *err)
{
    int64_t end = 0;
    for (size_t i = 0; i < said->span_count; i++) {
        struct text_span span = said->spans[i];
        if (span.start < end || (span.width <= 0 && i + 1 < said->span_count) || span.width == 0)
            return err_set(err, ERR_CONFIG,
                           "column %zu of the widths overlaps another or has no width", i + 1);
        end = (int64_t)span.start + (span.width > 0 ? span.width : 0);
        if (end > INT_MAX / 2)
            return err_set(err, ERR_CONFIG, "column %zu of the widths is too far right", i + 1);
    }
    if (said->span_count == 0 || said->span_count > TEXT_MAX_FIELDS)
        return err_set(err, ERR_CONFIG, "found %zu widths, expected 1 to %d", said->span_count,
                       TEXT_MAX_FIELDS);
    return 0;
}

/* Dashes below the header: as wide as each column, and where that goes to the end of the line, as its name. */
static bool is_underlined(struct search *search, const struct fixed_layout *layout, size_t index)
{
    struct fixed_layout runs;
    find_runs(search, index, &runs);
    if (runs.count != layout->count)
        return false;
    const struct fixed_line *header = &search->lines->items[layout->header];
    size_t len = header->len;
    while (len > 0 && header->text[len - 1] == ' ')
        len--;
    size_t end = 0;
    for (size_t i = 0; i < runs.count; i++) {
        struct text_span run = runs.spans[i], span = layout->spans[i];
        end = (size_t)run.start + (size_t)run.width;
        if (span.width < 0)
            span.width = run.width;
        if (run.start != span.start || run.width != span.width)
            return false;
    }
    return fixed_chars(header->text, len) <= end;
}

static int use_given(struct search *search, struct fixed_layout *ret_layout, struct err *err)
{
    const struct text_dialect *said = search->said;
    TRY(check_spans(said, err));
    struct text_span *spans = ARENA_ARRAY(search->arena, struct text_span, said->span_count);
    memcpy(spans, said->spans, said->span_count * sizeof(*spans));
    *ret_layout = (struct fixed_layout){.spans = spans,
                                        .count = said->span_count,
                                        .header = search->first,
                                        .has_header = said->header != HEADER_NO,
                                        .body = search->first};
    if (!ret_layout->has_header)
        return 0;
    ret_layout->body = search->first + 1;
    if (is_underlined(search, ret_layout, ret_layout->body))
        ret_layout->body++;
    return 0;
}

/* Widths without names: the dashes alone. */
static int use_bare_dashes(struct search *search, struct fixed_layout *ret_layout, struct err *err)
{
    find_runs(search, search->first, ret_layout);
    ret_layout->has_header = false;
    if (ret_layout->count > 0)
        return 0;
    err_set(err, ERR_DATA, "without a header nothing tells the widths of the columns");
    err_where(err, "%s", where(search, search->first));
    return err_hint(err, "Declare them: a list such as widths: [12, 8, 20].");
}

static int no_dashes(struct search *search, struct err *err)
{
    err_set(err, ERR_DATA, "found no line of dashes that tells the widths, as is declared");
    err_where(err, "%s", where(search, search->first));
    return err_hint(err, "Declare widths: header, or a list such as widths: [12, 8, 20].");
}

int fixed_find_layout(const struct text_file *file, const struct text_dialect *said,
                      const struct fixed_lines *lines, struct arena *arena,
                      struct fixed_layout *ret_layout, struct err *err)
{
    struct search search = {.file = file, .said = said, .lines = lines, .arena = arena};
    search.first = next_line(&search, said->skip_lines > 0 ? (size_t)said->skip_lines : 0);
    bool needs_line = said->header != HEADER_NO || !said->spans;
    if (search.first > lines->count || (search.first == lines->count && needs_line)) {
        err_set(err, ERR_DATA,
                lines->is_whole ? "the file ends before the header"
                                : "the header is not within the first 1 MB and 4,096 lines");
        return err_where(err, "%s", where(&search, search.first));
    }
    if (said->spans)
        return use_given(&search, ret_layout, err);
    if (said->header == HEADER_NO)
        return use_bare_dashes(&search, ret_layout, err);
    int got = said->widths == WIDTHS_HEADER ? 0 : find_dashes(&search, ret_layout, err);
    if (got != 0)
        return got < 0 ? -1 : 0;
    if (said->widths == WIDTHS_DASHES)
        return no_dashes(&search, err);
    size_t body = search.first + 1;
    TRY(fixed_find_words(where(&search, search.first), &lines->items[search.first],
                         lines->items + body, lines->count - body, arena, ret_layout, err));
    ret_layout->header = search.first;
    ret_layout->has_header = true;
    ret_layout->body = body;
    return 0;
}
