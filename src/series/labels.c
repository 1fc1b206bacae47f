/* SPDX-License-Identifier: Apache-2.0 */
#include "series/scan_series.h"

#include <string.h>

/* What a row of a label column says: one label of a text column, or those of a list of [name, value] lists. */

/* Labels are C strings from here on. */
static int check(const struct scan_labels *column, struct parquet_bytes text, struct err *err)
{
    if (text.len == 0 || memchr(text.data, '\0', text.len) == NULL)
        return 0;
    return err_set(err, ERR_DATA, "a label of \"%s\" has a zero byte", column->name);
}

static char *text_of(struct parquet_bytes text, struct arena *arena)
{
    return arena_strndup(arena, (const char *)text.data, text.len);
}

static int push(struct label_set *set, struct label label, struct err *err)
{
    if (set->count == REGISTRY_MAX_LABELS)
        return err_set(err, ERR_DATA, "a row has more than %d labels", REGISTRY_MAX_LABELS);
    set->items[set->count++] = label;
    return 0;
}

static int append_pairs(const struct scan_labels *column, const struct parquet_row *row,
                        struct arena *arena, struct label_set *set, struct err *err)
{
    const struct parquet_node *node = column->node;
    int null_item = node->max_definition - (node->repetition == PARQUET_OPTIONAL);
    for (uint32_t i = 0; i < row->entry_count;) {
        uint32_t end = i + 1;
        while (end < row->entry_count && row->repetition[end] == 2)
            end++;
        bool is_empty = end == i + 1 && row->values[i].data == NULL && row->definition != NULL &&
                        row->definition[i] < null_item;
        if (!is_empty && (end - i != 2 || row->values[i].data == NULL)) {
            err_set(err, ERR_DATA, "a label of \"%s\" has %u parts%s", column->name, end - i,
                    row->values[i].data == NULL ? " and no name" : "");
            return err_hint(err, "Each label is a list [name, value].");
        }
        if (!is_empty && row->values[i + 1].data != NULL) {
            TRY(check(column, row->values[i], err));
            TRY(check(column, row->values[i + 1], err));
            TRY(push(
                set,
                (struct label){text_of(row->values[i], arena), text_of(row->values[i + 1], arena)},
                err));
        }
        i = end;
    }
    return 0;
}

int labels_append(const struct scan_labels *column, const struct parquet_row *row,
                  struct arena *arena, struct label_set *set, struct err *err)
{
    if (column->node->max_repetition > 0)
        return append_pairs(column, row, arena, set, err);
    if (row->entry_count == 0 || row->values[0].data == NULL)
        return 0;
    TRY(check(column, row->values[0], err));
    return push(set, (struct label){column->name, text_of(row->values[0], arena)}, err);
}
