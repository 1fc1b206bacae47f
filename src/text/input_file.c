/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "text/input_layer.h"

#include <fcntl.h>
#include <unistd.h>

struct file_layer {
    struct text_layer base;
    const char *path;
    int fd;
    int64_t offset;
};

static int64_t file_layer_read(struct text_layer *layer, char *buffer, size_t size, struct err *err)
{
    struct file_layer *file = (struct file_layer *)layer;
    ssize_t got = pread(file->fd, buffer, size, file->offset);
    if (got < 0)
        return err_errno(err, "could not read \"%s\"", file->path);
    file->offset += got;
    layer->taken_bytes += got;
    return got;
}

static void file_layer_close(struct text_layer *layer)
{
    struct file_layer *file = (struct file_layer *)layer;
    if (file->fd >= 0)
        close(file->fd);
}

static const struct text_layer_ops file_ops = {.read = file_layer_read, .close = file_layer_close};

int layer_file_open(const struct text_file *file, int64_t start_byte, struct text_layer **ret_layer,
                    struct err *err)
{
    AUTO(layer_close_at)
    struct text_layer *layer = layer_new(&file_ops, sizeof(struct file_layer), file->label, NULL);
    struct file_layer *open_file = (struct file_layer *)layer;
    open_file->path = file->path;
    open_file->fd = -1;
    open_file->offset = start_byte;
    if (file_is_dir(file->path)) {
        err_set(err, ERR_DATA, "\"%s\" is a folder, not a file", file->path);
        return err_hint(err, "Name the files in it, with a pattern such as %s/*.csv.", file->path);
    }
    struct file_id id;
    TRY(file_stat(file->path, &id, err)); /* a pipe would make open() wait */
    layer->size_bytes = id.size_bytes;
    open_file->fd = open(file->path, O_RDONLY | O_CLOEXEC);
    if (open_file->fd < 0)
        return err_errno(err, "could not open \"%s\"", file->path);
    *ret_layer = TAKE(layer);
    return 0;
}
