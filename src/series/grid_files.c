/* SPDX-License-Identifier: Apache-2.0 */
#include "series/grid_files.h"

#include "base/alloc.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

#define MAX_BUCKETS (2 * 3600)
#define TEXTS_MAX_BYTES ((size_t)64 << 20)

struct grid_files {
    struct grid_files_spec spec;
    struct parquet_layout **layouts; /* by key */
    struct parquet_writer *writer;
    struct parquet_dense *columns;
    uint64_t *validity; /* by column of the file */
    struct str *texts;  /* by column of the file */
    int32_t *offsets;
    int64_t times[MAX_BUCKETS];
    int64_t mask[MAX_BUCKETS];
    union grid_value nothing[MAX_BUCKETS];
    size_t words; /* of a bitmap */
};

struct names { /* a schema, flat */
    struct arena arena;
    VEC(struct ArrowSchema *) children;
};

static void add_child(struct names *names, const char *name, const char *format)
{
    struct ArrowSchema *child = ARENA_NEW(&names->arena, struct ArrowSchema);
    *child = (struct ArrowSchema){
        .format = format, .name = arena_strdup(&names->arena, name), .flags = 2 /* nullable */};
    VEC_PUSH(&names->arena, names->children, child);
}

static int make_layout(struct grid_files *files, size_t key, struct err *err)
{
    const struct grid_files_spec *spec = &files->spec;
    const struct grid_file_key *columns = &spec->keys[key];
    struct names names = {0};
    arena_init(&names.arena, 64 << 20);
    add_child(&names, "time", "tsu:UTC");
    for (size_t i = 0; i < columns->column_count; i++) {
        add_child(&names, columns->names[i],
                  spec->grid->series[columns->series[i]].is_text ? "u" : "g");
        if (spec->flag == GRID_FLAG_COLUMN)
            add_child(&names, arena_printf(&names.arena, "%s_carried", columns->names[i]), "b");
    }
    if (spec->flag == GRID_FLAG_BITMASK)
        add_child(&names, "carried", "l");
    struct ArrowSchema schema = {.format = "+s",
                                 .name = "",
                                 .n_children = (int64_t)names.children.count,
                                 .children = names.children.items};
    struct parquet_sorting by_time = {.column = 0};
    struct parquet_layout_options options = {.codec = spec->codec,
                                             .sorting = &by_time,
                                             .sorting_count = 1,
                                             .key_values = spec->key_values,
                                             .key_value_count = spec->key_value_count};
    int result = parquet_layout_new(&schema, &options, &files->layouts[key], err);
    arena_release(&names.arena);
    return result;
}

static int check_columns(const struct grid_files_spec *spec, struct err *err)
{
    for (size_t i = 0; i < spec->key_count && spec->flag == GRID_FLAG_BITMASK; i++) {
        if (spec->keys[i].column_count <= GRID_BITMASK_COLUMNS)
            continue;
        err_set(err, ERR_CONFIG, "a file of the grid has %zu columns, but a bitmask only %d bits",
                spec->keys[i].column_count, GRID_BITMASK_COLUMNS);
        return err_hint(err, "Say `flag: column` or `flag: none`.");
    }
    return 0;
}

int grid_files_new(const struct grid_files_spec *spec, struct memory *memory,
                   struct grid_files **ret_files, struct err *err)
{
    TRY(check_columns(spec, err));
    struct grid_files *files = alloc_zeroed(sizeof(*files));
    size_t most = 0;
    files->spec = *spec;
    files->words = (MAX_BUCKETS + 63) / 64;
    files->layouts = alloc_zeroed((spec->key_count + 1) * sizeof(struct parquet_layout *));
    for (size_t i = 0; i < spec->key_count; i++) {
        if (spec->keys[i].column_count > most)
            most = spec->keys[i].column_count;
        if (make_layout(files, i, err) != 0) {
            grid_files_free(files);
            return -1;
        }
    }
    files->writer = parquet_writer_new(memory);
    files->columns = alloc_zeroed((2 * most + 2) * sizeof(*files->columns));
    files->validity = alloc_zeroed((most + 1) * files->words * sizeof(uint64_t));
    files->texts = alloc_zeroed((most + 1) * sizeof(struct str));
    for (size_t i = 0; i <= most; i++)
        files->texts[i] = (struct str)STR_INIT(TEXTS_MAX_BYTES);
    files->offsets = alloc_zeroed((most + 1) * (MAX_BUCKETS + 1) * sizeof(int32_t));
    *ret_files = files;
    return 0;
}

void grid_files_free(struct grid_files *files)
{
    if (files == NULL)
        return;
    size_t most = 0;
    for (size_t i = 0; i < files->spec.key_count; i++) {
        parquet_layout_free(&files->layouts[i]);
        if (files->spec.keys[i].column_count > most)
            most = files->spec.keys[i].column_count;
    }
    for (size_t i = 0; files->texts != NULL && i <= most; i++)
        str_release(&files->texts[i]);
    parquet_writer_free(&files->writer);
    free(files->layouts);
    free(files->columns);
    free(files->validity);
    free(files->texts);
    free(files->offsets);
    free(files);
}

bool grid_key_has_samples(const struct grid_file_key *key, const struct grid_frame *frame)
{
    for (size_t i = 0; i < key->column_count; i++)
        if (frame->cells[key->series[i]].samples > 0)
            return true;
    return false;
}

/* Cells are doubles with bitmaps, which is how Arrow has them; texts are laid out here. */
static void fill_texts(struct grid_files *files, size_t column, const struct grid_cells *cells,
                       const uint8_t *validity, size_t rows, struct parquet_dense *dense)
{
    struct str *text = &files->texts[column];
    int32_t *offsets = files->offsets + column * (MAX_BUCKETS + 1);
    str_clear(text);
    memset(offsets, 0, (rows + 1) * sizeof(*offsets));
    for (size_t b = 0; cells->values != NULL && b < rows; b++) {
        if (validity[b / 8] >> (b % 8) & 1)
            str_append(text, cells->values[b].text);
        offsets[b + 1] = (int32_t)text->len;
    }
    dense->values = str_text(text);
    dense->offsets = offsets;
}

static void fill_column(struct grid_files *files, const struct grid_file_key *key, size_t column,
                        const struct grid_frame *frame, struct parquet_dense *dense)
{
    const struct grid_cells *cells = &frame->cells[key->series[column]];
    uint64_t *validity = files->validity + column * files->words;
    size_t words = (frame->bucket_count + 63) / 64;
    for (size_t w = 0; w < words; w++)
        validity[w] = cells->values != NULL ? cells->measured[w] | cells->carried[w] : 0;
    *dense =
        (struct parquet_dense){.values = cells->values != NULL ? cells->values : files->nothing,
                               .validity = (const uint8_t *)validity};
    if (files->spec.grid->series[key->series[column]].is_text)
        fill_texts(files, column, cells, dense->validity, frame->bucket_count, dense);
}

static void fill_mask(struct grid_files *files, const struct grid_file_key *key,
                      const struct grid_frame *frame)
{
    memset(files->mask, 0, frame->bucket_count * sizeof(*files->mask));
    for (size_t i = 0; i < key->column_count; i++) {
        const struct grid_cells *cells = &frame->cells[key->series[i]];
        for (size_t w = 0; cells->carried_count > 0 && w < (frame->bucket_count + 63) / 64; w++)
            for (uint64_t bits = cells->carried[w]; bits != 0; bits &= bits - 1)
                files->mask[64 * w + (size_t)__builtin_ctzll(bits)] |= INT64_C(1) << i;
    }
}

static int write_key(struct grid_files *files, size_t key, const struct grid_frame *frame,
                     const char *path, struct err *err)
{
    const struct grid_file_key *columns = &files->spec.keys[key];
    struct parquet_dense *dense = files->columns;
    struct parquet_target target = {.path = path};
    struct parquet_written written = {0};
    struct hash hash;
    *dense++ = (struct parquet_dense){.values = files->times};
    for (size_t i = 0; i < columns->column_count; i++) {
        fill_column(files, columns, i, frame, dense++);
        if (files->spec.flag == GRID_FLAG_COLUMN)
            *dense++ = (struct parquet_dense){.values = frame->cells[columns->series[i]].carried};
    }
    if (files->spec.flag == GRID_FLAG_BITMASK) {
        fill_mask(files, columns, frame);
        *dense = (struct parquet_dense){.values = files->mask};
    }
    TRY(parquet_write_dense(files->writer, files->layouts[key], &target, files->columns,
                            (int64_t)frame->bucket_count, &written, err));
    TRY(hash_file(path, &hash, err));
    return files->spec.made(files->spec.context, key, frame, path, written.size_bytes, &hash, err);
}

int grid_files_write(struct grid_files *files, const struct grid_frame *frame, struct err *err)
{
    for (size_t b = 0; b < frame->bucket_count; b++)
        files->times[b] = frame->start_us + (int64_t)b * files->spec.grid->every_us;
    for (size_t key = 0; key < files->spec.key_count; key++) {
        const char *path = NULL;
        if (!grid_key_has_samples(&files->spec.keys[key], frame))
            continue;
        TRY(files->spec.place(files->spec.context, key, frame->start_us, &path, err));
        if (path != NULL)
            TRY(write_key(files, key, frame, path, err));
    }
    return 0;
}
