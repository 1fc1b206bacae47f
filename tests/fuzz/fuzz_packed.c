/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "text/input.h"

#include <stdlib.h>

#define MAX_UNPACKED (INT64_C(8) << 20)

static void unpack(const struct text_file *file, enum text_encoding encoding, size_t step)
{
    enum text_packing packing = PACKING_NONE;
    struct err err = {0};
    if (!file->member && text_packing_find(file->path, &packing, &err) != 0)
        return;
    struct text_input *input = NULL;
    if (text_input_open(file, packing, encoding, 0, NULL, &input, &err) != 0)
        return;
    char buffer[4096];
    int64_t got, total = 0;
    while ((got = text_input_read(input, buffer, step, &err)) > 0 && (total += got) < MAX_UNPACKED)
        fuzz_require((size_t)got <= step, "more bytes than asked for");
    if (got < 0)
        fuzz_require(err.message[0] != '\0', "an error without a message");
    text_input_close(input);
}

/* Whatever a packed file may hold: gzip, Zstandard and zip, alone and with UTF-16 inside. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < FUZZ_OPTIONS)
        return 0;
    struct arena arena;
    arena_init(&arena, FUZZ_ARENA_BYTES);
    const char *path = fuzz_file(data + FUZZ_OPTIONS, size - FUZZ_OPTIONS);
    enum text_encoding encoding =
        data[0] == 0 ? ENCODING_UTF8
                     : (enum text_encoding)(1 + data[0] % (unsigned)ENCODING_UTF16_BE);
    struct text_files files = {0};
    struct err err = {0};
    if (text_files_list(path, data[1] % 2 ? "*.csv" : NULL, &arena, &files, &err) == 0)
        for (size_t i = 0; i < files.count && i < 16; i++)
            unpack(&files.items[i], encoding, data[2] ? 1 + data[2] % 64 : 4096);
    arena_release(&arena);
    return 0;
}
