/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_INPUT_H
#define LEAT_TEXT_INPUT_H

#include "text/dialect.h"

/*
 * The bytes of a file, unpacked, and as UTF-8: gzip, zstd and members of zip files are unpacked while reading,
 * UTF-16 is turned into UTF-8 (offsets then count the UTF-8). Latin-1 and Windows-1252 stay as they
 * are: their tokenizers turn records into UTF-8 with text_to_utf8(), so that files can be cut.
 * The byte order mark of UTF-8 and UTF-16 is skipped and counts 3 bytes in offsets (text_input_mark()).
 */
struct text_input;
/*
 * PACKING_UNKNOWN: by the first bytes. ENCODING_UNKNOWN: the unpacked bytes as they are, mark and all.
 * `start_byte` counts the mark. Where a file is packed or UTF-16, all before it is read and thrown away. `file` is
 * borrowed until the end; buffers and windows are reserved from `memory` (NULL: not counted).
 */
int text_input_open(const struct text_file *file, enum text_packing packing,
                    enum text_encoding encoding, int64_t start_byte, struct memory *memory,
                    struct text_input **ret_input, struct err *err) WARN_UNUSED;
void text_input_close(struct text_input *input); /* NULL allowed */
void text_input_close_at(struct text_input **input);
/* Up to `size` bytes; 0 at the end; -1 with ERR_DATA (a broken archive, an unpaired surrogate, with its place) or ERR_IO. */
int64_t text_input_read(struct text_input *input, char *buffer, size_t size,
                        struct err *err) WARN_UNUSED;
int64_t text_input_consumed(const struct text_input *input); /* of the file as it is packed */
/* Where the first byte read stands that text_input_open() with `start_byte` 0 gives: 3 after a mark, else 0. */
int64_t text_input_mark(const struct text_input *input);

/* By the first bytes, never by the name. */
int text_packing_find(const char *path, enum text_packing *ret_packing,
                      struct err *err) WARN_UNUSED;
/* By the first bytes of a file, unpacked: byte order mark, else zeros at every second place, else UTF-8. */
enum text_encoding text_encoding_guess(const char *bytes, size_t len, bool *ret_has_mark);

/*
 * A zip file is its members, in their order: those whose name matches `pattern` (NULL: all but folders and what
 * begins with . or __MACOSX). Other files are themselves. A pattern without "/" is one for the last part of the name.
 * In names, bytes that are not UTF-8 and control bytes are written as %FF. ERR_DATA: encrypted members, names that are
 * absolute, hold ".." or occur twice, members that overlap, a sum of sizes over the limit below, and nothing found.
 */
struct text_files {
    struct text_file *items;
    size_t count;
};
int text_files_list(const char *path, const char *pattern, struct arena *arena,
                    struct text_files *ret_files, struct err *err) WARN_UNUSED;

/* What a packed file may become: the larger of 1 GB and 200 times its size. */
#define TEXT_MAX_RATIO 200
#define TEXT_MAX_UNPACKED_BYTES (INT64_C(1) << 30)
#define TEXT_MAX_MEMBERS 65536

/* Latin-1 or Windows-1252 to UTF-8: at most 3 times as long. -1 at a byte that Windows-1252 does not define. */
int64_t text_to_utf8(enum text_encoding encoding, const char *bytes, size_t len, char *ret_text);

#endif
