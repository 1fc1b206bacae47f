/* SPDX-License-Identifier: Apache-2.0 */
#include "text/input_layer.h"
#include "base/alloc.h"
#include "base/str.h"

#include <stdlib.h>

void *layer_new(const struct text_layer_ops *ops, size_t bytes, const char *label,
                struct memory *memory)
{
    struct text_layer *layer = alloc_zeroed(bytes);
    layer->ops = ops;
    layer->label = label;
    layer->memory = memory;
    return layer;
}

void layer_close(struct text_layer *layer)
{
    if (!layer)
        return;
    layer->ops->close(layer);
    if (layer->memory && layer->reserved_bytes > 0)
        memory_release(layer->memory, layer->reserved_bytes);
    free(layer);
}

void layer_close_at(struct text_layer **layer)
{
    layer_close(TAKE(*layer));
}

int64_t layer_read(struct text_layer *layer, char *buffer, size_t size, struct err *err)
{
    int64_t got = layer->ops->read(layer, buffer, size, err);
    if (got > 0)
        layer->given_bytes += got;
    return got;
}

int layer_reserve(struct text_layer *layer, int64_t bytes, const char *what, struct err *err)
{
    if (!layer->memory || bytes <= layer->reserved_bytes)
        return 0;
    TRY(memory_reserve(layer->memory, bytes - layer->reserved_bytes, what, err));
    layer->reserved_bytes = bytes;
    return 0;
}

int layer_check_size(const char *label, int64_t packed_bytes, int64_t unpacked_bytes,
                     struct err *err)
{
    if (unpacked_bytes <= TEXT_MAX_UNPACKED_BYTES || unpacked_bytes / TEXT_MAX_RATIO < packed_bytes)
        return 0;
    char packed[32], limit[32];
    err_set(err, ERR_DATA, "\"%s\" becomes more than %s, and more than %d times its %s, unpacked",
            label, format_bytes(TEXT_MAX_UNPACKED_BYTES, limit), TEXT_MAX_RATIO,
            format_bytes(packed_bytes, packed));
    err_where(err, "%s", label);
    return err_hint(err, "That is more than text packs to. If it is right, unpack the file first.");
}
