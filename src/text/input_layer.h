/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_INPUT_LAYER_H
#define LEAT_TEXT_INPUT_LAYER_H

#include "text/input.h"

/*
 * What stands between a file and its text: the lowest layer reads the file or a member of a zip file, the next one unpacks, the
 * next one decodes UTF-16. Only for input*.c.
 */
struct text_layer;
struct text_layer_ops {
    /* As text_input_read(). */
    int64_t (*read)(struct text_layer *layer, char *buffer, size_t size, struct err *err);
    void (*close)(struct text_layer *layer); /* what is its own, not the layer itself */
};
struct text_layer { /* the first member of each layer */
    const struct text_layer_ops *ops;
    struct text_layer *below; /* borrowed; NULL in the lowest */
    const char *label;
    struct memory *memory;
    int64_t reserved_bytes;
    int64_t size_bytes;  /* lowest: of the file, or of the member, as it is packed */
    int64_t taken_bytes; /* lowest: how many of them were read */
    int64_t given_bytes;
};
#define LAYER_BUFFER_BYTES ((size_t)64 << 10)

/* A layer of `bytes` bytes (its own struct). */
void *layer_new(const struct text_layer_ops *ops, size_t bytes, const char *label,
                struct memory *memory);
void layer_close(struct text_layer *layer); /* NULL allowed */
void layer_close_at(struct text_layer **layer);
int64_t layer_read(struct text_layer *layer, char *buffer, size_t size,
                   struct err *err) WARN_UNUSED;
/* The layer holds at least so many bytes of memory from now on. */
int layer_reserve(struct text_layer *layer, int64_t bytes, const char *what,
                  struct err *err) WARN_UNUSED;
/* Fails when what was unpacked of `packed_bytes` is over the limit of input.h. */
int layer_check_size(const char *label, int64_t packed_bytes, int64_t unpacked_bytes,
                     struct err *err) WARN_UNUSED;

/* Regular files only. */
int layer_file_open(const struct text_file *file, int64_t start_byte, struct text_layer **ret_layer,
                    struct err *err) WARN_UNUSED;
int layer_zip_open(const struct text_file *file, struct memory *memory,
                   struct text_layer **ret_layer, struct err *err) WARN_UNUSED;
/* These read from `below`. */
int layer_gzip_open(struct text_layer *below, struct memory *memory, struct text_layer **ret_layer,
                    struct err *err) WARN_UNUSED;
int layer_zstd_open(struct text_layer *below, struct memory *memory, struct text_layer **ret_layer,
                    struct err *err) WARN_UNUSED;
int layer_utf16_open(struct text_layer *below, bool is_big_endian, struct memory *memory,
                     struct text_layer **ret_layer, struct err *err) WARN_UNUSED;
/* Whether the first characters were a byte order mark; known once something was read. */
bool layer_utf16_has_mark(const struct text_layer *layer);

#endif
