/* SPDX-License-Identifier: Apache-2.0 */
#include "parquet/read_file.h"
#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The tree of a footer; a file with more of it is not one to be read column by column. */
#define ARENA_BYTES ((size_t)256 << 20)
#define ARENA_SLACK ((size_t)320 << 10) /* what blocks and alignment may take beside the items */
#define RESERVE_STEP ((int64_t)64 << 10)
#define TAIL_BYTES ((int64_t)64 << 10) /* read at once from the end; most footers are in it */
#define MAGIC_BYTES 4
#define END_BYTES 8 /* length of the footer, magic */

int parquet_file_fault(const struct parquet_file *file, struct err *err, const char *format, ...)
{
    char text[384];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    (void)err_set(err, ERR_DATA, "%s: %s", file->path, text);
    return err_hint(err, "The file is damaged or not complete. Get it again, or leave it out.");
}

static int reserve(struct parquet_file *file, size_t bytes, struct err *err)
{
    int64_t step = ((int64_t)bytes + RESERVE_STEP - 1) / RESERVE_STEP * RESERVE_STEP;
    TRY(memory_reserve(file->memory, step, "a Parquet footer", err));
    file->reserved_bytes += step;
    return 0;
}

int parquet_file_alloc(struct parquet_file *file, size_t count, size_t item_bytes, void **ret_items,
                       struct err *err)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, item_bytes, &bytes) || bytes > ARENA_BYTES ||
        file->arena.used_bytes + bytes > ARENA_BYTES - ARENA_SLACK)
        return err_set(err, ERR_MEMORY_LIMIT, "%s: its footer needs more than %zu MB", file->path,
                       ARENA_BYTES >> 20);
    size_t need = file->arena.used_bytes + bytes + file->footer_len;
    if ((int64_t)need > file->reserved_bytes)
        TRY(reserve(file, (size_t)((int64_t)need - file->reserved_bytes), err));
    *ret_items = arena_alloc(&file->arena, bytes);
    return 0;
}

int parquet_file_pread(const struct parquet_file *file, void *buffer, size_t len, int64_t offset,
                       struct err *err)
{
    for (size_t done = 0; done < len;) {
        ssize_t got = pread(file->fd, (char *)buffer + done, len - done, offset + (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_errno(err, "could not read file \"%s\"", file->path);
        if (got == 0)
            return parquet_file_fault(file, err, "it has become shorter while it was read");
        done += (size_t)got;
    }
    return 0;
}

/* Sets the footer's place, or what is foreign about the file. */
static int check_end(struct parquet_file *file, const uint8_t *end, const char **ret_foreign,
                     struct err *err)
{
    if (memcmp(end + MAGIC_BYTES, PARQUET_MAGIC_ENCRYPTED, MAGIC_BYTES) == 0) {
        *ret_foreign = "its footer is encrypted";
        return 0;
    }
    if (memcmp(end + MAGIC_BYTES, PARQUET_MAGIC, MAGIC_BYTES) != 0)
        return parquet_file_fault(file, err, "it does not end as a Parquet file does (PAR1)");
    uint32_t len =
        (uint32_t)end[0] | (uint32_t)end[1] << 8 | (uint32_t)end[2] << 16 | (uint32_t)end[3] << 24;
    if (len == 0 || (int64_t)len > file->size_bytes - MAGIC_BYTES - END_BYTES)
        return parquet_file_fault(
            file, err, "its end tells of a footer of %" PRIu32 " bytes, the file has %" PRId64, len,
            file->size_bytes);
    file->footer_len = len;
    file->footer_offset = file->size_bytes - END_BYTES - (int64_t)len;
    return 0;
}

static void free_bytes(uint8_t **bytes)
{
    free(*bytes);
}

/* Most files give their whole footer with one call of the system. */
static int load_footer(struct parquet_file *file, const char **ret_foreign, struct err *err)
{
    int64_t tail = file->size_bytes < TAIL_BYTES ? file->size_bytes : TAIL_BYTES;
    AUTO(free_bytes) uint8_t *bytes = malloc((size_t)tail);
    if (bytes == NULL)
        return err_set(err, ERR_MEMORY_LIMIT, "%s: no memory for its footer", file->path);
    TRY(parquet_file_pread(file, bytes, (size_t)tail, file->size_bytes - tail, err));
    TRY(check_end(file, bytes + tail - END_BYTES, ret_foreign, err));
    if (*ret_foreign != NULL)
        return 0;
    TRY(reserve(file, file->footer_len, err));
    file->footer_bytes = malloc(file->footer_len);
    if (file->footer_bytes == NULL)
        return err_set(err, ERR_MEMORY_LIMIT, "%s: no memory for its footer", file->path);
    if ((int64_t)file->footer_len + END_BYTES > tail)
        return parquet_file_pread(file, file->footer_bytes, file->footer_len, file->footer_offset,
                                  err);
    memcpy(file->footer_bytes, bytes + tail - END_BYTES - file->footer_len, file->footer_len);
    return 0;
}

static int open_file(struct parquet_file *file, const char *path, struct err *err)
{
    file->fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (file->fd < 0 || fstat(file->fd, &status) != 0)
        return err_errno(err, "could not open file \"%s\"", path);
    if (!S_ISREG(status.st_mode))
        return err_set(err, ERR_DATA, "\"%s\" is not a regular file", path);
    file->size_bytes = status.st_size;
    if (file->size_bytes < MAGIC_BYTES + END_BYTES)
        return parquet_file_fault(file, err, "it has %" PRId64 " bytes, which no Parquet file has",
                                  file->size_bytes);
    return 0;
}

int parquet_open(const char *path, struct memory *memory, struct parquet_file **ret_file,
                 const char **ret_foreign, struct err *err)
{
    AUTO(parquet_close) struct parquet_file *file = alloc_zeroed(sizeof(*file));
    file->fd = -1;
    file->memory = memory;
    arena_init(&file->arena, ARENA_BYTES);
    file->path = arena_strdup(&file->arena, path);
    TRY(open_file(file, path, err));
    const char *foreign = NULL;
    TRY(load_footer(file, &foreign, err));
    if (foreign == NULL)
        TRY(parquet_read_footer(file, err));
    *ret_foreign = foreign;
    *ret_file = foreign == NULL ? TAKE(file) : NULL;
    return 0;
}

void parquet_close(struct parquet_file **file)
{
    struct parquet_file *gone = *file;
    *file = NULL;
    if (gone == NULL)
        return;
    if (gone->fd >= 0)
        (void)close(gone->fd);
    memory_release(gone->memory, gone->reserved_bytes);
    free(gone->footer_bytes);
    arena_release(&gone->arena);
    free(gone);
}

const struct parquet_footer *parquet_footer(const struct parquet_file *file)
{
    return &file->footer;
}

const char *parquet_column_path(const struct parquet_file *file, int32_t leaf)
{
    return file->paths[leaf];
}

const char *parquet_found_foreign(const struct parquet_file *file)
{
    return file->foreign;
}
