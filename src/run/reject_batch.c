/* SPDX-License-Identifier: Apache-2.0 */
#include "run/reject_batch.h"

#include "base/file.h"
#include "base/str.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH_ROWS = 1024, BATCH_BYTES = 1 << 20, NAME_MAX_BYTES = 2 * PATH_MAX, NUMBER_BYTES = 24 };

static const char *const names[REJECT_COLUMNS] = {
    "run_id",      "source",      "file", "record", "line",
    "byte_offset", "column_name", "text", "reason", "raw",
};

/* ---- schema ---- */

static void release_nothing(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

void reject_schema(struct arena *arena, struct ArrowSchema *ret_schema)
{
    struct ArrowSchema *columns = ARENA_ARRAY(arena, struct ArrowSchema, REJECT_COLUMNS);
    struct ArrowSchema **children = ARENA_ARRAY(arena, struct ArrowSchema *, REJECT_COLUMNS);
    for (size_t i = 0; i < REJECT_COLUMNS; i++) {
        columns[i] =
            (struct ArrowSchema){.format = "u", .name = names[i], .release = release_nothing};
        children[i] = &columns[i];
    }
    *ret_schema = (struct ArrowSchema){.format = "+s",
                                       .name = "",
                                       .n_children = REJECT_COLUMNS,
                                       .children = children,
                                       .release = release_nothing};
}

/* ---- cells ---- */

void reject_file_name(const struct text_reject *reject, const char *folder, char *buffer,
                      size_t size)
{
    const char *base = path_basename(reject->path);
    const char *member = strstr(reject->file, base); /* the label is "a.zip/b.csv" */
    while (member != NULL && member[strlen(base)] != '/')
        member = strstr(member + 1, base);
    snprintf(buffer, size, "%s%s", path_relative_to(reject->path, folder),
             member != NULL ? member + strlen(base) : "");
}

struct cell {
    const char *text;
    size_t len;
};

/* The cells of one reject; numbers and the name of the file are written into `scratch`. */
struct scratch {
    char file[NAME_MAX_BYTES], record[NUMBER_BYTES], line[NUMBER_BYTES], offset[NUMBER_BYTES];
};

static struct cell number_cell(char *buffer, int64_t number)
{
    snprintf(buffer, NUMBER_BYTES, "%" PRId64, number);
    return (struct cell){buffer, strlen(buffer)};
}

static struct cell text_cell(const char *text)
{
    return (struct cell){text, text != NULL ? strlen(text) : 0};
}

static void make_cells(const struct reject_stream *stream, const struct text_reject *reject,
                       struct scratch *scratch, struct cell *cells)
{
    reject_file_name(reject, stream->folder, scratch->file, sizeof(scratch->file));
    cells[REJECT_RUN] = text_cell(stream->run_id);
    cells[REJECT_SOURCE] = text_cell(stream->source);
    cells[REJECT_FILE] = text_cell(scratch->file);
    cells[REJECT_RECORD] = number_cell(scratch->record, reject->record);
    cells[REJECT_LINE] = number_cell(scratch->line, reject->line);
    cells[REJECT_OFFSET] = number_cell(scratch->offset, reject->offset);
    cells[REJECT_COLUMN] = text_cell(reject->column);
    cells[REJECT_TEXT] = text_cell(reject->text);
    cells[REJECT_REASON] = text_cell(reject->reason);
    cells[REJECT_RAW] = (struct cell){reject->raw, reject->raw_len};
}

/* ---- batches ---- */

struct block { /* all memory of a batch is one block, which begins with this */
    struct memory *memory;
    int64_t bytes;
    struct ArrowArray columns[REJECT_COLUMNS];
    struct ArrowArray *children[REJECT_COLUMNS];
    const void *buffers[REJECT_COLUMNS][3];
    const void *no_buffers[1];
    int32_t *offsets[REJECT_COLUMNS]; /* buffers[i][1] and [2], to be filled */
    char *texts[REJECT_COLUMNS];
};

static void release_column(struct ArrowArray *array)
{
    array->release = NULL;
}

static void release_block(struct ArrowArray *array)
{
    struct block *block = array->private_data;
    array->release = NULL;
    memory_release(block->memory, block->bytes);
    free(block);
}

/* How many rows the next batch has, and how long each of its columns is. */
static int64_t measure(const struct reject_stream *stream, size_t *ret_bytes)
{
    int64_t count = text_rejects_count(stream->rejects), rows = 0;
    size_t total = 0;
    memset(ret_bytes, 0, REJECT_COLUMNS * sizeof(*ret_bytes));
    while (stream->next + rows < count && rows < BATCH_ROWS && total < BATCH_BYTES) {
        struct scratch scratch;
        struct cell cells[REJECT_COLUMNS];
        make_cells(stream, text_rejects_get(stream->rejects, stream->next + rows), &scratch, cells);
        for (size_t i = 0; i < REJECT_COLUMNS; i++) {
            ret_bytes[i] += cells[i].len;
            total += cells[i].len;
        }
        rows++;
    }
    return rows;
}

static int make_block(struct memory *memory, int64_t rows, const size_t *bytes,
                      struct block **ret_block, struct err *err)
{
    size_t offsets_bytes = (size_t)(rows + 1) * sizeof(int32_t), total = sizeof(struct block);
    for (size_t i = 0; i < REJECT_COLUMNS; i++)
        total += offsets_bytes + bytes[i] + 1;
    TRY(memory_reserve(memory, (int64_t)total, "rejected records", err));
    struct block *block = calloc(1, total);
    if (block == NULL) {
        memory_release(memory, (int64_t)total);
        return err_set(err, ERR_MEMORY_LIMIT, "no memory for rejected records");
    }
    block->memory = memory;
    block->bytes = (int64_t)total;
    char *at = (char *)(block + 1);
    for (size_t i = 0; i < REJECT_COLUMNS; i++) {
        block->offsets[i] = (int32_t *)(void *)at;
        block->buffers[i][1] = at;
        at += offsets_bytes;
    }
    for (size_t i = 0; i < REJECT_COLUMNS; i++) {
        block->texts[i] = at;
        block->buffers[i][2] = at;
        at += bytes[i] + 1; /* never nothing */
        block->columns[i] = (struct ArrowArray){.length = rows,
                                                .n_buffers = 3,
                                                .buffers = block->buffers[i],
                                                .release = release_column};
        block->children[i] = &block->columns[i];
    }
    *ret_block = block;
    return 0;
}

static void fill_block(const struct reject_stream *stream, int64_t rows, struct block *block)
{
    for (int64_t row = 0; row < rows; row++) {
        struct scratch scratch;
        struct cell cells[REJECT_COLUMNS];
        make_cells(stream, text_rejects_get(stream->rejects, stream->next + row), &scratch, cells);
        for (size_t i = 0; i < REJECT_COLUMNS; i++) {
            int32_t *offsets = block->offsets[i];
            offsets[row + 1] = offsets[row] + (int32_t)cells[i].len;
            if (cells[i].len > 0)
                memcpy(block->texts[i] + offsets[row], cells[i].text, cells[i].len);
        }
    }
}

int reject_stream_next(void *context, struct batch *ret_batch, struct err *err)
{
    struct reject_stream *stream = context;
    size_t bytes[REJECT_COLUMNS];
    struct block *block = NULL;
    int64_t rows = measure(stream, bytes);
    if (rows == 0)
        return 0;
    TRY(make_block(stream->memory, rows, bytes, &block, err));
    fill_block(stream, rows, block);
    stream->next += rows;
    ret_batch->array = (struct ArrowArray){.length = rows,
                                           .n_buffers = 1,
                                           .buffers = block->no_buffers,
                                           .n_children = REJECT_COLUMNS,
                                           .children = block->children,
                                           .release = release_block,
                                           .private_data = block};
    return 1;
}
