/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/output_template.h"

#include <string.h>
#include <strings.h>

typedef VEC(struct template_part) part_list;

const struct column *column_find(struct column_list columns, const char *name)
{
    for (size_t i = 0; i < columns.count; i++)
        if (strcasecmp(columns.items[i].name, name) == 0)
            return &columns.items[i];
    return NULL;
}

int column_unknown(struct column_list columns, const char *name, const char *what,
                   struct arena *arena, struct err *err)
{
    const char **names = ARENA_ARRAY(arena, const char *, columns.count + 1);
    for (size_t i = 0; i < columns.count; i++)
        names[i] = columns.items[i].name;
    const char *nearest = nearest_name(name, names, columns.count);
    err_set(err, ERR_CONFIG, "%s names column \"%s\", which the model does not have", what, name);
    return nearest ? err_hint(err, "Did you mean \"%s\"?", nearest) : -1;
}

static int fail(const char *path, const char *what, struct err *err)
{
    err_set(err, ERR_CONFIG, "%s in the path \"%s\"", what, path);
    return err_hint(err, "A part of a path is written {column} or {column:%%Y/%%m/%%d}.");
}

/* The text between two braces. */
static int parse_braced(const char *path, const char *text, size_t len, struct arena *arena,
                        struct template_part *ret_part, struct err *err)
{
    char *column = arena_strndup(arena, text, len);
    char *format = strchr(column, ':');
    if (format)
        *format++ = '\0';
    if (*column == '\0' || (format && *format == '\0'))
        return fail(path, "found braces with nothing to say", err);
    *ret_part = (struct template_part){
        .kind = format ? TEMPLATE_TIME : TEMPLATE_VALUE, .text = format, .column = column};
    return 0;
}

static void push_text(struct arena *arena, part_list *parts, const char *text, size_t len)
{
    if (len > 0)
        VEC_PUSH(arena, *parts,
                 ((struct template_part){.kind = TEMPLATE_TEXT,
                                         .text = arena_strndup(arena, text, len)}));
}

int template_parse(const char *path, struct arena *arena, struct template *ret_template,
                   struct err *err)
{
    part_list parts = {0};
    struct template template = {0};
    const char *at = path;
    for (;;) {
        size_t len = strcspn(at, "{}");
        push_text(arena, &parts, at, len);
        at += len;
        if (*at == '\0')
            break;
        size_t inside = strcspn(at + 1, "{}");
        if (*at == '}')
            return fail(path, "found } without {", err);
        if (at[1 + inside] != '}')
            return fail(path, "found { without }", err);
        struct template_part part;
        TRY(parse_braced(path, at + 1, inside, arena, &part, err));
        VEC_PUSH(arena, parts, part);
        template.braced_count++;
        at += inside + 2;
    }
    template.parts = parts.items;
    template.count = parts.count;
    *ret_template = template;
    return 0;
}

static int check_format(const struct template_part *part, bool is_date, struct err *err)
{
    bool has_field = false;
    for (const char *p = part->text; *p; p++) {
        if (*p != '%')
            continue;
        p++;
        if (*p == '\0' || !strchr("YmdHMSjGVu", *p)) {
            err_set(err, ERR_CONFIG, "found %%%c in the format of {%s:%s}", *p ? *p : ' ',
                    part->column, part->text);
            return err_hint(
                err,
                "Known are %%Y %%m %%d %%H %%M %%S, %%j (day of the year) and %%G %%V %%u (ISO week).");
        }
        if (is_date && strchr("HMS", *p))
            return err_set(err, ERR_CONFIG, "{%s:%s} asks for the time of day of a date",
                           part->column, part->text);
        has_field = true;
    }
    if (!has_field)
        return err_set(err, ERR_CONFIG, "the format of {%s:%s} has no time part such as %%Y",
                       part->column, part->text);
    return 0;
}

/* A time without a format would put colons and spaces into names. */
static int check_value(const struct template_part *part, const struct column *column,
                       struct err *err)
{
    const char *type = column->type_text;
    if (str_starts(type, "TIME") || str_eq(type, "INTERVAL")) {
        err_set(err, ERR_CONFIG, "{%s} is a %s and needs a format", part->column, type);
        return err_hint(err, "Write {%s:%%Y-%%m-%%d}, for example.", part->column);
    }
    if (column->type.child_count > 0 || str_eq(type, "BLOB") || str_eq(type, "FLOAT") ||
        str_eq(type, "DOUBLE"))
        return err_set(err, ERR_CONFIG, "{%s} is a %s, which cannot be part of a path",
                       part->column, type);
    return 0;
}

int template_check(struct template *template, struct column_list columns, struct arena *arena,
                   struct err *err)
{
    for (size_t i = 0; i < template->count; i++) {
        struct template_part *part = &template->parts[i];
        if (part->kind == TEMPLATE_TEXT)
            continue;
        const struct column *column = column_find(columns, part->column);
        if (!column)
            return column_unknown(columns, part->column, "the path", arena, err);
        part->column = column->name;
        part->type = column->type_text;
        bool is_date = str_eq(part->type, "DATE");
        if (part->kind == TEMPLATE_VALUE) {
            TRY(check_value(part, column, err));
        } else if (is_date || str_starts(part->type, "TIMESTAMP")) {
            TRY(check_format(part, is_date, err));
        } else {
            return err_set(err, ERR_CONFIG,
                           "{%s:%s} needs a date or timestamp, but the column is %s", part->column,
                           part->text, part->type);
        }
    }
    return 0;
}

void template_append_part(struct str *sql, const struct template_part *part, const char *timezone)
{
    AUTO(str_release) struct str column = STR_INIT(65536);
    if (part->kind == TEMPLATE_TEXT) {
        str_append_literal(sql, part->text);
        return;
    }
    str_append_ident(&column, part->column);
    if (part->kind == TEMPLATE_VALUE) {
        str_appendf(sql, "CAST(%s AS VARCHAR)", str_text(&column));
        return;
    }
    str_appendf(sql, "CASE WHEN isfinite(%s) THEN strftime(", str_text(&column));
    if (str_eq(part->type, "TIMESTAMP WITH TIME ZONE")) {
        str_append(sql, "timezone(");
        str_append_literal(sql, timezone ? timezone : "UTC");
        str_appendf(sql, ", %s)", str_text(&column));
    } else {
        str_append(sql, str_text(&column));
    }
    str_append(sql, ", ");
    str_append_literal(sql, part->text);
    str_append(sql, ") END");
}
