/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_INPUT_ZIP_H
#define LEAT_TEXT_INPUT_ZIP_H

#include "text/input_layer.h"

#include <minizip/unzip.h>

/* The directory of a zip file. Only for input*.c. Closed by unzClose(). */
int zip_open(const char *path, unzFile *ret_zip, struct err *err) WARN_UNUSED;
void zip_close_at(unzFile *zip);

#define ZIP_MAX_NAME_BYTES 1024
struct zip_member {
    char name[3 * ZIP_MAX_NAME_BYTES + 1]; /* as input.h shows it */
    bool is_encrypted, is_folder;
    unsigned long method; /* 0 stored, 8 deflated */
    int64_t packed_bytes, unpacked_bytes;
    int64_t place; /* as struct text_file has it */
};
/* The one that stands next in the directory. */
int zip_member(unzFile zip, const char *path, struct zip_member *ret_member,
               struct err *err) WARN_UNUSED;

#endif
