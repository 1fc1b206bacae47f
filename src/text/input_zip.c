/* SPDX-License-Identifier: Apache-2.0 */
#include "text/input_zip.h"
#include "base/file.h"
#include "text/utf8.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

struct zip_layer {
    struct text_layer base;
    unzFile zip;
    bool is_checked; /* all was read, and its checksum is right */
    int64_t first_byte, unpacked_bytes;
};
/* minizip's buffer, inflate's window and tables, a buffer of stdio. */
#define ZIP_BYTES (INT64_C(128) << 10)

static int zip_broken(const char *label, const char *what, struct err *err)
{
    err_set(err, ERR_DATA, "the zip data of \"%s\" is broken: %s", label, what);
    err_where(err, "%s", label);
    return err_hint(err, "Fetch the file again; unzip -t tells whether it is whole.");
}

static voidpf open_for_reading(voidpf opaque, const void *path, int mode)
{
    (void)opaque;
    (void)mode;
    return fopen(path, "rbe");
}

int zip_open(const char *path, unzFile *ret_zip, struct err *err)
{
    zlib_filefunc64_def functions;
    fill_fopen64_filefunc(&functions);
    functions.zopen64_file = open_for_reading;
    errno = 0;
    *ret_zip = unzOpen2_64(path, &functions);
    if (*ret_zip)
        return 0;
    if (errno == EACCES || errno == ENOENT || errno == EMFILE)
        return err_errno(err, "could not open \"%s\"", path);
    return zip_broken(path, "the list of members at its end is missing or wrong", err);
}

void zip_close_at(unzFile *zip)
{
    unzFile open = TAKE(*zip);
    if (open)
        unzClose(open);
}

/* Bytes that are no text become %FF. */
static void show_name(const char *raw, size_t len, char *ret_name)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t valid = utf8_valid(raw, len);
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)raw[i];
        if (i > valid)
            valid = i + utf8_valid(raw + i, len - i);
        if (i < valid && c >= 0x20 && c != 0x7F) {
            *ret_name++ = (char)c;
            continue;
        }
        *ret_name++ = '%';
        *ret_name++ = digits[c >> 4];
        *ret_name++ = digits[c & 15];
    }
    *ret_name = '\0';
}

int zip_member(unzFile zip, const char *path, struct zip_member *ret_member, struct err *err)
{
    char raw[ZIP_MAX_NAME_BYTES + 1];
    unz_file_info64 info;
    unz64_file_pos place;
    if (unzGetCurrentFileInfo64(zip, &info, raw, sizeof(raw), NULL, 0, NULL, 0) != UNZ_OK ||
        unzGetFilePos64(zip, &place) != UNZ_OK)
        return zip_broken(path, "a member in its list cannot be read", err);
    if (info.size_filename > ZIP_MAX_NAME_BYTES)
        return zip_broken(path, "a name in its list is longer than 1,024 bytes", err);
    if (info.compressed_size > INT64_MAX || info.uncompressed_size > INT64_MAX)
        return zip_broken(path, "a size in its list is over 64 bits", err);
    show_name(raw, info.size_filename, ret_member->name);
    size_t len = strlen(ret_member->name);
    ret_member->is_encrypted = info.flag & 1;
    ret_member->is_folder = len > 0 && ret_member->name[len - 1] == '/';
    ret_member->method = info.compression_method;
    ret_member->packed_bytes = (int64_t)info.compressed_size;
    ret_member->unpacked_bytes = (int64_t)info.uncompressed_size;
    ret_member->place = (int64_t)place.pos_in_zip_directory;
    return 0;
}

/* Makes the member the current one: by its place, if it is still there, else by its name. */
static int go_to(unzFile zip, const struct text_file *file, struct zip_member *ret_member,
                 struct err *err)
{
    unz64_file_pos place = {.pos_in_zip_directory = (ZPOS64_T)file->member_place};
    if (file->member_place > 0 && unzGoToFilePos64(zip, &place) == UNZ_OK &&
        zip_member(zip, file->path, ret_member, NULL) == 0 &&
        strcmp(ret_member->name, file->member) == 0)
        return 0;
    for (int got = unzGoToFirstFile(zip); got == UNZ_OK; got = unzGoToNextFile(zip)) {
        TRY(zip_member(zip, file->path, ret_member, err));
        if (strcmp(ret_member->name, file->member) == 0)
            return 0;
    }
    return err_set(err, ERR_NOT_FOUND, "\"%s\" has no member \"%s\"", file->path, file->member);
}

static int check_end(struct zip_layer *zip, struct err *err)
{
    struct text_layer *layer = &zip->base;
    if (zip->is_checked)
        return 0;
    if (layer->given_bytes < zip->unpacked_bytes)
        return zip_broken(layer->label, "its data ends too early", err);
    if (unzCloseCurrentFile(zip->zip) != UNZ_OK)
        return zip_broken(layer->label, "its checksum is wrong", err);
    zip->is_checked = true;
    layer->taken_bytes = layer->size_bytes;
    return 0;
}

static int64_t zip_layer_read(struct text_layer *layer, char *buffer, size_t size, struct err *err)
{
    struct zip_layer *zip = (struct zip_layer *)layer;
    if (zip->is_checked)
        return 0;
    int got = unzReadCurrentFile(zip->zip, buffer, size < INT_MAX ? (unsigned)size : INT_MAX);
    if (got == 0)
        return check_end(zip, err);
    int64_t at = (int64_t)unzGetCurrentFileZStreamPos64(zip->zip);
    layer->taken_bytes = at - zip->first_byte;
    if (got > 0)
        return got;
    char what[80];
    snprintf(what, sizeof(what), "byte %lld of the zip file does not unpack", (long long)at);
    return zip_broken(layer->label, what, err);
}

static void zip_layer_close(struct text_layer *layer)
{
    zip_close_at(&((struct zip_layer *)layer)->zip);
}

static const struct text_layer_ops zip_ops = {.read = zip_layer_read, .close = zip_layer_close};

static int check_member(const struct zip_member *member, const char *label, struct err *err)
{
    if (member->is_encrypted)
        return err_set(err, ERR_DATA, "\"%s\" is encrypted, which leat does not read", label);
    if (member->method != 0 && member->method != Z_DEFLATED) {
        err_set(err, ERR_DATA, "\"%s\" is packed by method %lu, which leat does not read", label,
                member->method);
        return err_hint(err, "Pack it again with deflate, which zip programs do by default.");
    }
    return layer_check_size(label, member->packed_bytes, member->unpacked_bytes, err);
}

int layer_zip_open(const struct text_file *file, struct memory *memory,
                   struct text_layer **ret_layer, struct err *err)
{
    AUTO(layer_close_at)
    struct text_layer *layer = layer_new(&zip_ops, sizeof(struct zip_layer), file->label, memory);
    struct zip_layer *zip = (struct zip_layer *)layer;
    struct zip_member member = {0};
    TRY(layer_reserve(layer, ZIP_BYTES, "unpacking zip", err));
    TRY(zip_open(file->path, &zip->zip, err));
    TRY(go_to(zip->zip, file, &member, err));
    TRY(check_member(&member, file->label, err));
    if (unzOpenCurrentFile(zip->zip) != UNZ_OK)
        return zip_broken(file->label, "its header is not what the list of members says", err);
    layer->size_bytes = member.packed_bytes;
    zip->unpacked_bytes = member.unpacked_bytes;
    zip->first_byte = (int64_t)unzGetCurrentFileZStreamPos64(zip->zip);
    *ret_layer = TAKE(layer);
    return 0;
}
