/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/write_internal.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* Bytes of the file that are kept back, so that small files are one write(). */
enum { OUT_BYTES = 4 << 20 };

struct parquet_writer *parquet_writer_new(struct memory *memory)
{
    struct parquet_writer *writer = alloc_zeroed(sizeof(*writer));
    writer->memory = memory;
    writer->fd = -1;
    dictionary_init(&writer->dictionary, memory);
    struct write_buffer *const buffers[] = {
        &writer->path,    &writer->body,  &writer->packed, &writer->dictionary_packed,
        &writer->levels,  &writer->pages, &writer->chunks, &writer->groups,
        &writer->indexes, &writer->out};
    for (size_t i = 0; i < ARRAY_COUNT(buffers); i++)
        buffers[i]->memory = memory;
    return writer;
}

void parquet_writer_free(struct parquet_writer **pointer)
{
    struct parquet_writer *writer = *pointer;
    if (writer == NULL)
        return;
    parquet_writer_discard(writer);
    for (size_t i = 0; i < writer->store_count; i++)
        column_store_release(&writer->stores[i]);
    free(writer->stores);
    free(writer->sources);
    dictionary_release(&writer->dictionary);
    parquet_codec_release(&writer->codec);
    write_buffer_release(&writer->path);
    write_buffer_release(&writer->body);
    write_buffer_release(&writer->packed);
    write_buffer_release(&writer->dictionary_packed);
    write_buffer_release(&writer->levels);
    write_buffer_release(&writer->pages);
    write_buffer_release(&writer->chunks);
    write_buffer_release(&writer->groups);
    write_buffer_release(&writer->indexes);
    write_buffer_release(&writer->out);
    free(writer);
    *pointer = NULL;
}

void parquet_writer_discard(struct parquet_writer *writer)
{
    if (writer->fd < 0)
        return;
    (void)close(writer->fd);
    (void)unlink((const char *)writer->path.data);
    writer->fd = -1;
}

static int failed(struct parquet_writer *writer, int rc)
{
    if (rc != 0)
        parquet_writer_discard(writer);
    return rc;
}

static void clear_file(struct parquet_writer *writer)
{
    for (size_t i = 0; i < writer->store_count; i++)
        column_store_clear(&writer->stores[i]);
    writer->group_rows = writer->out_offset = 0;
    writer->chunks.len = writer->groups.len = writer->indexes.len = writer->out.len = 0;
}

static void need_stores(struct parquet_writer *writer, size_t count)
{
    if (count <= writer->store_count)
        return;
    struct column_store *stores = realloc(writer->stores, count * sizeof(*stores));
    struct arrow_values *sources = realloc(writer->sources, count * sizeof(*sources));
    if (stores == NULL || sources == NULL)
        alloc_die("no memory for %zu columns", count);
    for (size_t i = writer->store_count; i < count; i++)
        column_store_init(&stores[i], writer->memory);
    writer->stores = stores;
    writer->sources = sources;
    writer->store_count = count;
}

int parquet_writer_open(struct parquet_writer *writer, const struct parquet_layout *layout,
                        const struct parquet_target *target, struct err *err)
{
    parquet_writer_discard(writer);
    writer->layout = layout;
    writer->target = *target;
    /* From level 5 on some versions of zstd find other matches when a context is used again. */
    if (layout->level > 4)
        parquet_codec_release(&writer->codec);
    need_stores(writer, layout->leaf_count);
    clear_file(writer);
    writer->path.len = 0;
    TRY(write_buffer_append(&writer->path, target->path, strlen(target->path) + 1, err));
    TRY(write_buffer_append(&writer->out, PARQUET_MAGIC, 4, err));
    writer->fd = open(target->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (writer->fd < 0)
        return err_errno(err, "could not create file \"%s\"", target->path);
    return 0;
}

static int flush_out(struct parquet_writer *writer, struct err *err)
{
    for (size_t done = 0; done < writer->out.len;) {
        ssize_t len = write(writer->fd, writer->out.data + done, writer->out.len - done);
        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0)
            return err_errno(err, "could not write file \"%s\"", writer->path.data);
        done += (size_t)len;
    }
    writer->out_offset += (int64_t)writer->out.len;
    writer->out.len = 0;
    return 0;
}

int write_group(struct parquet_writer *writer, struct err *err)
{
    if (writer->group_rows == 0)
        return 0;
    struct group_record group = {.row_count = writer->group_rows, .offset = writer_offset(writer)};
    size_t number = group_count(writer);
    writer->has_index = has_many_pages(writer);
    for (size_t i = 0; i < writer->layout->leaf_count; i++) {
        TRY(write_chunk(writer, i, err));
        const struct parquet_chunk_meta *meta = &chunk_at(writer, number, i)->meta;
        group.uncompressed_bytes += meta->uncompressed_bytes;
        group.compressed_bytes += meta->compressed_bytes;
        if (writer->out.len >= OUT_BYTES)
            TRY(flush_out(writer, err));
        column_store_clear(&writer->stores[i]);
    }
    writer->group_rows = 0;
    return write_buffer_append(&writer->groups, &group, sizeof(group), err);
}

static int need_open(const struct parquet_writer *writer, struct err *err)
{
    return writer->fd >= 0 ? 0 : err_set(err, ERR_INTERNAL, "no Parquet file is open for writing");
}

int parquet_writer_add(struct parquet_writer *writer, const struct ArrowArray *rows,
                       struct err *err)
{
    TRY(need_open(writer, err));
    return failed(writer, add_rows(writer, rows, err));
}

static int end_file(struct parquet_writer *writer, int64_t *ret_footer_bytes, struct err *err)
{
    TRY(need_open(writer, err));
    TRY(write_group(writer, err));
    TRY(write_footer(writer, ret_footer_bytes, err));
    return flush_out(writer, err);
}

static int close_file(struct parquet_writer *writer, struct err *err)
{
    int fd = writer->fd;
    writer->fd = -1;
    if (close(fd) == 0 || errno == EINTR)
        return 0;
    (void)err_errno(err, "could not close file \"%s\"", writer->path.data);
    (void)unlink((const char *)writer->path.data);
    return -1;
}

int parquet_writer_close(struct parquet_writer *writer, struct arena *arena,
                         struct parquet_written *ret_written, struct err *err)
{
    int64_t footer_bytes;
    TRY(failed(writer, end_file(writer, &footer_bytes, err)));
    TRY(close_file(writer, err));
    if (ret_written != NULL)
        file_written(writer, arena, footer_bytes, ret_written);
    return 0;
}

int parquet_write_dense(struct parquet_writer *writer, const struct parquet_layout *layout,
                        const struct parquet_target *target, const struct parquet_dense *columns,
                        int64_t row_count, struct parquet_written *ret_written, struct err *err)
{
    TRY(parquet_writer_open(writer, layout, target, err));
    TRY(failed(writer, add_dense(writer, columns, row_count, err)));
    return parquet_writer_close(writer, NULL, ret_written, err);
}
