/* SPDX-License-Identifier: Apache-2.0 */
#include "text/reconcile.h"

/* Which decimal mark a file has. */

bool text_marks_matter(const struct text_column *column)
{
    enum text_kind kind = column->type.kind;
    return !column->is_typed || kind == TEXT_DECIMAL || kind == TEXT_DOUBLE || kind == TEXT_FLOAT;
}

static const char *without_mark(const struct text_dialect *dialect, struct arena *arena)
{
    struct text_dialect plain = *dialect;
    plain.decimal = 0;
    return text_dialect_json(&plain, arena);
}

/* By the dialects of the lock that differ in nothing else; 0: there is none, or they differ in the mark. */
static char by_lock(const struct text_source *source, struct arena *arena,
                    const struct text_dialect *dialect)
{
    char mark = 0;
    const char *text = without_mark(dialect, arena);
    for (size_t i = 0; i < source->locked_dialect_count; i++) {
        const struct text_dialect *locked = &source->locked_dialects[i];
        if (!locked->decimal || !str_eq(text, without_mark(locked, arena)))
            continue;
        if (mark && mark != locked->decimal)
            return 0;
        mark = locked->decimal;
    }
    return mark;
}

void text_marks_find(const struct text_source *source, struct arena *arena,
                     struct text_table *table)
{
    bool is_needed = false;
    for (size_t i = 0; i < table->column_count; i++)
        is_needed |= text_marks_matter(&table->columns[i]);
    for (size_t i = 0; i < table->file_count; i++) {
        struct text_input_file *file = &table->files[i];
        const struct text_dialect *dialect = &file->head.dialect;
        if (dialect->format == TEXT_JSON || dialect->format == TEXT_JSON_LINES)
            file->decimal = '.';
        else if (dialect->decimal)
            file->decimal = dialect->decimal;
        else if (dialect->thousands == ',' || dialect->thousands == '.')
            file->decimal = dialect->thousands == ',' ? '.' : ',';
        else
            file->decimal = by_lock(source, arena, dialect);
        if (!file->decimal && !is_needed)
            file->decimal = '.';
    }
}

/*
 * A comma only where it is certain: some column has numbers with one that cannot part thousands, and no column has
 * numbers with a point.
 */
char text_marks_decide(const struct text_typing *typings, size_t count)
{
    bool has_comma = false, has_point = false;
    for (size_t i = 0; i < count; i++) {
        has_point |= text_typing_speaks_for(&typings[i], '.');
        has_comma |= text_typing_speaks_for(&typings[i], ',') && typings[i].has_clear_comma;
    }
    return has_comma && !has_point ? ',' : '.';
}
