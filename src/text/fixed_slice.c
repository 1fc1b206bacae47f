/* SPDX-License-Identifier: Apache-2.0 */
#include "text/fixed.h"
#include "text/utf8.h"

#include <string.h>

static bool is_inside(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80; /* not the first byte of a character */
}

size_t fixed_chars(const char *text, size_t len)
{
    size_t count = 0;
    for (size_t i = 0; i < len; i++)
        count += !is_inside(text[i]);
    return count;
}

static size_t skip_chars(const char *line, size_t len, size_t at, int chars, bool is_ascii)
{
    if (is_ascii)
        return (size_t)chars < len - at ? at + (size_t)chars : len;
    for (; chars > 0 && at < len; chars--) {
        at++;
        while (at < len && is_inside(line[at]))
            at++;
    }
    return at;
}

static size_t skip_blanks(const char *line, size_t at, size_t end)
{
    while (at < end && line[at] == ' ')
        at++;
    return at;
}

size_t fixed_column_at(const struct text_span *spans, size_t count, size_t character)
{
    size_t column = 0;
    while (column < count && spans[column].width >= 0 &&
           character >= (size_t)spans[column].start + (size_t)spans[column].width)
        column++;
    return column;
}

static struct fixed_fault fault_of(enum fixed_fault_kind kind, size_t field, size_t at)
{
    return (struct fixed_fault){.kind = kind, .field = field, .at = at};
}

struct fixed_fault fixed_slice(const struct text_span *spans, size_t count, size_t max_field_bytes,
                               const char *line, size_t len, struct text_field *ret_fields)
{
    const char *found = memchr(line, '\t', len);
    if (!found)
        found = memchr(line, '\r', len);
    if (found) {
        size_t at = (size_t)(found - line);
        return fault_of(*found == '\t' ? FIXED_TAB : FIXED_RETURN,
                        fixed_column_at(spans, count, fixed_chars(line, at)), at);
    }
    bool is_ascii = fixed_chars(line, len) == len;
    size_t at = 0;
    int position = 0;
    for (size_t i = 0; i < count; i++) {
        size_t begin = skip_chars(line, len, at, spans[i].start - position, is_ascii);
        size_t text = skip_blanks(line, at, begin);
        if (text < begin)
            return fault_of(FIXED_GAP, i, text);
        at = spans[i].width < 0 ? len : skip_chars(line, len, begin, spans[i].width, is_ascii);
        position = spans[i].width < 0 ? spans[i].start : spans[i].start + spans[i].width;
        size_t end = at;
        begin = skip_blanks(line, begin, end);
        while (end > begin && line[end - 1] == ' ')
            end--;
        if (end - begin > max_field_bytes)
            return fault_of(FIXED_LONG, i, begin);
        ret_fields[i] =
            (struct text_field){.text = line + begin, .len = end - begin, .token = TOKEN_PLAIN};
    }
    size_t text = skip_blanks(line, at, len);
    return text < len ? fault_of(FIXED_GAP, count, text) : (struct fixed_fault){0};
}

void fixed_explain(struct fixed_fault fault, const char *line, size_t len, const char *const *names,
                   size_t count, char *ret_text)
{
    const char *text = line + fault.at;
    const char *blank = memchr(text, ' ', len - fault.at);
    int shown = utf8_prefix(text, blank ? (size_t)(blank - text) : len - fault.at, 24);
    size_t field = fault.field;
    if (fault.kind == FIXED_TAB)
        snprintf(ret_text, FIXED_WHY_BYTES, "found a tab, which has no fixed width");
    else if (fault.kind == FIXED_RETURN)
        snprintf(ret_text, FIXED_WHY_BYTES, "found a carriage return that no line feed follows");
    else if (fault.kind == FIXED_LONG)
        snprintf(ret_text, FIXED_WHY_BYTES, "the field is longer than a field may be");
    else if (field == 0)
        snprintf(ret_text, FIXED_WHY_BYTES, "found \"%.*s\" before the first column", shown, text);
    else if (field >= count)
        snprintf(ret_text, FIXED_WHY_BYTES, "found \"%.*s\" behind the last column", shown, text);
    else if (names)
        snprintf(ret_text, FIXED_WHY_BYTES,
                 "found \"%.*s\" between the columns \"%.*s\" and \"%.*s\"", shown, text,
                 utf8_prefix(names[field - 1], strlen(names[field - 1]), 100), names[field - 1],
                 utf8_prefix(names[field], strlen(names[field]), 100), names[field]);
    else
        snprintf(ret_text, FIXED_WHY_BYTES, "found \"%.*s\" between the columns %zu and %zu", shown,
                 text, field, field + 1);
}
