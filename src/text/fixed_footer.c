/* SPDX-License-Identifier: Apache-2.0 */
#include "text/fixed.h"

#include <string.h>

#define MAX_FOOTER_TEXTS 10 /* lines of a footer that are not empty */

/* "(194 rows affected)", "(1 row)": may fit into the first column. */
static bool is_row_count(const struct fixed_line *line)
{
    size_t i = 1;
    if (line->len < 2 || line->text[0] != '(')
        return false;
    while (i < line->len && line->text[i] >= '0' && line->text[i] <= '9')
        i++;
    return i > 1 && line->len - i > 5 && memcmp(line->text + i, " row", 4) == 0 &&
           line->text[line->len - 1] == ')';
}

static bool is_no_record(const struct text_head *head, const struct fixed_line *line)
{
    return is_row_count(line) ||
           fixed_fits(head->dialect.spans, head->dialect.span_count, line) == -1;
}

/* The first line of the footer; the count of lines when there is none. */
static size_t search(const struct text_head *head, const struct fixed_lines *lines)
{
    size_t first = lines->count, texts = 0;
    for (size_t i = lines->count; i > 0; i--) {
        const struct fixed_line *line = &lines->items[i - 1];
        if (line->len == 0)
            first = i - 1;
        else if (!is_no_record(head, line))
            return first;
        else if (++texts > MAX_FOOTER_TEXTS)
            break;
    }
    /* Everything could be a footer; that it is one is certain only of a file without records. */
    return lines->is_whole && texts <= MAX_FOOTER_TEXTS ? first : lines->count;
}

int fixed_find_footer(const struct text_file *file, struct memory *memory, struct text_head *head,
                      struct err *err)
{
    AUTO(fixed_lines_release) struct fixed_lines lines = {0};
    int64_t said = head->dialect.footer_lines;
    head->end_byte = -1;
    if (said == 0)
        return 0;
    TRY(fixed_read_last(file, &head->dialect, head->start_byte, memory, &lines, err));
    if (said > (int64_t)lines.count) {
        err_set(err, ERR_DATA,
                lines.is_whole ? "the footer should have %lld lines, the file has %zu"
                               : "a footer of %lld lines is longer than %zu",
                (long long)said, lines.count);
        return err_where(err, "%s", file->label);
    }
    size_t first = said > 0 ? lines.count - (size_t)said : search(head, &lines);
    if (first < lines.count)
        head->end_byte = lines.items[first].offset;
    head->dialect.footer_lines = (int64_t)(lines.count - first);
    return 0;
}
