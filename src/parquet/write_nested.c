/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/write_store.h"

/*
 * Rows of nested columns as entries with levels, after Dremel: the definition level counts the
 * optional and repeated steps that are there, the repetition level tells at which list the entry goes
 * on (0: a new row).
 */
struct shred {
    struct column_store *store;
    const struct parquet_layout *layout;
    const struct leaf *leaf;
    const struct ArrowArray *arrays[STEP_MAX]; /* one a step */
    struct err *err;
};

static void find_arrays(struct shred *shred, const struct ArrowArray *array)
{
    shred->arrays[0] = array;
    for (size_t i = 1; i < shred->leaf->step_count; i++)
        shred->arrays[i] = shred->arrays[i - 1]->children[shred->leaf->steps[i - 1].child];
}

static bool is_null(const struct ArrowArray *array, int64_t i)
{
    const uint8_t *bits = array->n_buffers > 0 ? array->buffers[0] : NULL;
    i += array->offset;
    return array->null_count != 0 && bits != NULL && !(bits[i / 8] >> (i % 8) & 1);
}

static void list_range(const struct ArrowArray *array, enum step_kind kind, int64_t i,
                       int64_t *ret_begin, int64_t *ret_end)
{
    i += array->offset;
    if (kind == STEP_LIST) {
        const int32_t *offsets = array->buffers[1];
        *ret_begin = offsets[i];
        *ret_end = offsets[i + 1];
    } else {
        const int64_t *offsets = array->buffers[1];
        *ret_begin = offsets[i];
        *ret_end = offsets[i + 1];
    }
}

static int add_entry(const struct shred *shred, int definition, int repetition)
{
    uint8_t levels[2] = {(uint8_t)definition, (uint8_t)repetition};
    TRY(write_buffer_append(&shred->store->definition, &levels[0], 1, shred->err));
    TRY(write_buffer_append(&shred->store->repetition, &levels[1], 1, shred->err));
    shred->store->entry_count++;
    return 0;
}

/* `depth` lists have been entered, `definition` levels are there. */
static int shred_value(const struct shred *shred, size_t step, int64_t i, int depth, int definition,
                       int repetition)
{
    const struct step *at = &shred->leaf->steps[step];
    const struct ArrowArray *array = shred->arrays[step];
    if (array == NULL)
        return err_set(shred->err, ERR_INTERNAL, "column \"%s\" has no array", shred->leaf->path);
    if (is_null(array, i)) {
        if (!at->is_nullable)
            return null_not_allowed(shred->leaf, shred->err);
        return add_entry(shred, definition, repetition);
    }
    definition += at->is_nullable;
    if (at->kind == STEP_STRUCT)
        return shred_value(shred, step + 1, i + array->offset, depth, definition, repetition);
    if (at->kind == STEP_LEAF) {
        struct arrow_values from = arrow_values_of(array, shred->leaf);
        TRY(add_entry(shred, definition, repetition));
        return column_store_add_values(shred->store, shred->layout, shred->leaf, &from, i, 1,
                                       shred->err);
    }
    int64_t begin, end;
    list_range(array, at->kind, i, &begin, &end);
    if (begin >= end)
        return add_entry(shred, definition, repetition);
    for (int64_t k = begin; k < end; k++)
        TRY(shred_value(shred, step + 1, k, depth + 1, definition + 1,
                        k == begin ? repetition : depth + 1));
    return 0;
}

int column_store_add_nested(struct column_store *store, const struct parquet_layout *layout,
                            const struct leaf *leaf, const struct ArrowArray *array, int64_t first,
                            int64_t count, struct err *err)
{
    struct shred shred = {.store = store, .layout = layout, .leaf = leaf, .err = err};
    find_arrays(&shred, array);
    for (int64_t i = first; i < first + count; i++)
        TRY(shred_value(&shred, 0, i, 0, 0, 0));
    return 0;
}
