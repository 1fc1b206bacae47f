/* SPDX-License-Identifier: Apache-2.0 */
#include "text/reconcile.h"

/* What is known only when everything was read. */

static void number_records(const struct text_source *source, struct text_table *table)
{
    table->row_count = 0;
    for (size_t i = 0; i < table->file_count; i++)
        table->files[i].row_count = 0;
    for (size_t i = 0; i < table->split_count; i++) {
        const struct text_split *split = &table->splits[i];
        struct text_input_file *file = &table->files[split->file];
        if (file->row_count > 0)
            text_rejects_number(source->rejects, split->file, split->range.start_byte,
                                split->range.end_byte, file->row_count);
        if (split->row_count > 0) {
            file->row_count += split->row_count;
            table->row_count += split->row_count;
        }
    }
}

/* The narrower type that all values of a locked column fit, or NULL. */
static const char *narrower(const struct text_findings *findings, size_t index,
                            const struct text_column *column, struct arena *arena)
{
    const struct text_note *note = &findings->notes[index];
    char buffer[32];
    if (!note->has_value)
        return NULL;
    if (column->type.kind == TEXT_VARCHAR) {
        struct text_type type = text_typing_end(&findings->typings[index]);
        return type.kind == TEXT_VARCHAR ? NULL : arena_strdup(arena, text_type_sql(&type, buffer));
    }
    if (column->type.kind == TEXT_DECIMAL && column->type.scale > 0 && !note->has_fraction)
        return column->type.width - column->type.scale <= 18 ? "BIGINT" : NULL;
    return column->type.kind == TEXT_DOUBLE && !note->has_exponent ? "DECIMAL" : NULL;
}

void text_finish(const struct text_source *source, struct arena *arena, struct text_table *table)
{
    char buffer[32];
    number_records(source, table);
    for (size_t i = 0; i < table->column_count && source->locked_count > 0; i++) {
        const struct text_column *column = &table->columns[i];
        const char *is = column->is_typed && !column->is_declared
                             ? narrower(table->findings, i, column, arena)
                             : NULL;
        if (is)
            text_change_add(arena, table,
                            (struct text_change){
                                .kind = CHANGE_NARROWED,
                                .column = column->name,
                                .was = arena_strdup(arena, text_type_sql(&column->type, buffer)),
                                .is = is,
                                .file = table->files[0].file.label});
    }
}
