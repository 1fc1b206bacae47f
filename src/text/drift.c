/* SPDX-License-Identifier: Apache-2.0 */
#include "text/reconcile.h"

/* How one file differs from the lock. */

static bool has_change(const struct reconciling *all, enum text_change_kind kind,
                       const char *column)
{
    for (size_t i = 0; i < all->changes.count; i++)
        if (all->changes.items[i].kind == kind && str_eq(all->changes.items[i].column, column))
            return true;
    return false;
}

/* Each difference once, with the first file that shows it. */
static void note(struct reconciling *all, const struct text_input_file *file,
                 struct text_change change)
{
    change.file = file->file.label;
    if (!has_change(all, change.kind, change.column))
        VEC_PUSH(all->arena, all->changes, change);
}

static void set_aside(struct reconciling *all, struct text_input_file *file, const char *name,
                      bool is_extra)
{
    if (all->source->rejects_files && !file->wrong)
        file->wrong =
            arena_printf(all->arena,
                         is_extra ? "the file has a column \"%.100s\", which the lock has not"
                                  : "the file has no column \"%.100s\", which the lock has",
                         name);
}

/* Whether a field stands where the lock has the column: same place, or behind the same column. */
static bool is_same_place(const struct reconciling *all, const struct text_input_file *file,
                          size_t field, size_t column)
{
    if (field == column)
        return true;
    return field > 0 && column > 0 &&
           reconcile_find(all, file->head.names[field - 1]) == (int)column - 1;
}

/* A column that is gone where one is new: 1, and both are dealt with. */
static bool note_renamed(struct reconciling *all, struct text_input_file *file, size_t field,
                         int *missing, size_t missing_count)
{
    for (size_t i = 0; i < missing_count; i++) {
        if (missing[i] < 0 || (size_t)missing[i] >= all->source->locked_count ||
            !is_same_place(all, file, field, (size_t)missing[i]))
            continue;
        const char *was = all->columns.items[missing[i]].name, *is = file->head.names[field];
        note(all, file,
             (struct text_change){.kind = CHANGE_RENAMED, .column = was, .was = was, .is = is});
        set_aside(all, file, is, true);
        missing[i] = -1;
        return true;
    }
    return false;
}

static void note_order(struct reconciling *all, const struct text_input_file *file,
                       const int *column_of)
{
    int last = -1;
    for (size_t i = 0; i < file->head.name_count; i++) {
        if (column_of[i] < 0)
            continue;
        if (column_of[i] < last) {
            note(all, file,
                 (struct text_change){.kind = CHANGE_REORDERED,
                                      .column = all->columns.items[column_of[i]].name});
            return;
        }
        last = column_of[i];
    }
}

void reconcile_drift(struct reconciling *all, struct text_input_file *file, int *column_of,
                     const int *missing, size_t missing_count)
{
    const struct text_source *source = all->source;
    int *gone = ARENA_ARRAY(all->arena, int, missing_count + 1);
    for (size_t i = 0; i < missing_count; i++)
        gone[i] = missing[i];
    for (size_t i = 0; i < file->head.name_count; i++) {
        const char *name = file->head.names[i];
        if (column_of[i] >= 0 || note_renamed(all, file, i, gone, missing_count))
            continue;
        note(all, file, (struct text_change){.kind = CHANGE_ADDED, .column = name, .is = name});
        if (source->may_add_columns)
            column_of[i] =
                reconcile_add(all, (struct text_column){.name = name, .type.kind = TEXT_VARCHAR});
        else
            set_aside(all, file, name, true);
    }
    for (size_t i = 0; i < missing_count; i++) {
        /* A column that came with an earlier file is no column of the lock. */
        if (gone[i] < 0 || (size_t)gone[i] >= source->locked_count || source->may_miss_columns)
            continue;
        const char *name = all->columns.items[gone[i]].name;
        note(all, file, (struct text_change){.kind = CHANGE_REMOVED, .column = name, .was = name});
        set_aside(all, file, name, false);
    }
    note_order(all, file, column_of);
}
