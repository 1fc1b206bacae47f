/* SPDX-License-Identifier: Apache-2.0 */
#include "text/fixed.h"
#include "text/utf8.h"

#include <string.h>

static int wrong_header(const struct text_file *file, const struct fixed_layout *layout, size_t at,
                        const char *why, struct err *err)
{
    err_set(err, ERR_DATA, "%s", why);
    return err_where(err, "%s:%zu:%zu", file->label, layout->header + 1, at + 1);
}

/* A header is none without a doubt when a number or a date stands in it. */
static bool is_value(const struct text_field *field)
{
    const char *text = field->text;
    size_t i = 0;
    while (i < field->len && strchr("+-.,", text[i]))
        i++;
    if (i == field->len || text[i] < '0' || text[i] > '9')
        return false;
    while (i < field->len && strchr("0123456789+-.,:/TZ ", text[i]))
        i++;
    return i == field->len;
}

static int read_header(const struct text_file *file, const struct fixed_layout *layout,
                       const struct fixed_line *line, struct text_field *fields, struct err *err)
{
    size_t valid = utf8_valid(line->text, line->len);
    if (valid < line->len) {
        char why[64];
        snprintf(why, sizeof(why), "found byte 0x%02X, which is not UTF-8",
                 (unsigned char)line->text[valid]);
        wrong_header(file, layout, valid, why, err);
        return text_encoding_hint(err, "If it is not the header, declare skip:.");
    }
    struct fixed_fault fault =
        fixed_slice(layout->spans, layout->count, 65536, line->text, line->len, fields);
    if (fault.kind == FIXED_FINE)
        return 0;
    char why[FIXED_WHY_BYTES];
    fixed_explain(fault, line->text, line->len, NULL, layout->count, why);
    wrong_header(file, layout, fault.at, why, err);
    return err_hint(err, fault.kind == FIXED_TAB
                             ? "Is the file tab-separated? Then declare format: tsv."
                             : "This is the header. Are the widths right, and the lines to skip?");
}

static int name_columns(const struct text_file *file, const struct fixed_layout *layout,
                        const struct fixed_lines *lines, struct arena *arena,
                        struct text_head *head, struct err *err)
{
    const char **names = ARENA_ARRAY(arena, const char *, layout->count);
    head->names = names;
    head->name_count = layout->count;
    for (size_t i = 0; i < layout->count && !layout->has_header; i++)
        names[i] = arena_printf(arena, "column%zu", i + 1);
    if (!layout->has_header)
        return 0;
    struct text_field *fields = ARENA_ARRAY(arena, struct text_field, layout->count);
    TRY(read_header(file, layout, &lines->items[layout->header], fields, err));
    /* Dashes below it leave no doubt that it is one. */
    bool is_sure = head->dialect.header == HEADER_YES || layout->body > layout->header + 1;
    for (size_t i = 0; i < layout->count; i++) {
        names[i] = arena_strndup(arena, fields[i].text, fields[i].len);
        if (is_sure || !is_value(&fields[i]))
            continue;
        char why[200];
        snprintf(why, sizeof(why), "the first line holds \"%.*s\": is it a header?",
                 utf8_prefix(fields[i].text, fields[i].len, 60), fields[i].text);
        size_t at = (size_t)(fields[i].text - lines->items[layout->header].text);
        wrong_header(file, layout, at, why, err);
        return err_hint(err, "Declare header: true or header: false.");
    }
    return 0;
}

static bool is_cuttable(const struct text_file *file, const struct text_dialect *dialect)
{
    return dialect->packing == PACKING_NONE && !file->member &&
           dialect->encoding != ENCODING_UTF16_LE && dialect->encoding != ENCODING_UTF16_BE;
}

int fixed_detect(const struct text_file *file, const struct text_dialect *said,
                 struct memory *memory, struct arena *arena, struct text_head *ret_head,
                 struct err *err)
{
    AUTO(fixed_lines_release) struct fixed_lines lines = {0};
    struct text_head head = {.dialect = *said, .end_byte = -1};
    struct text_dialect *dialect = &head.dialect;
    struct fixed_layout layout;
    TRY(fixed_read_first(file, dialect, memory, &lines, err));
    TRY(fixed_find_layout(file, said, &lines, arena, &layout, err));
    TRY(name_columns(file, &layout, &lines, arena, &head, err));
    dialect->format = TEXT_FIXED_WIDTH;
    dialect->header = layout.has_header ? HEADER_YES : HEADER_NO;
    dialect->spans = layout.spans;
    dialect->span_count = layout.count;
    dialect->skip_lines = (int64_t)(layout.has_header ? layout.header : layout.body);
    head.has_mark = lines.has_mark;
    head.header_line = layout.has_header ? (int64_t)layout.header + 1 : 0;
    head.line = (int64_t)layout.body + 1;
    head.start_byte = layout.body < lines.count ? lines.items[layout.body].offset : lines.end;
    head.can_split = is_cuttable(file, dialect);
    TRY(fixed_find_footer(file, memory, &head, err));
    *ret_head = head;
    return 0;
}
