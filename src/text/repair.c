/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "text/rows.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void text_repairs_find(const struct text_source *source, struct arena *arena,
                       struct text_input_file *file)
{
    VEC(const struct text_repair *) found = {0};
    for (size_t i = 0; i < source->repair_count; i++) {
        const struct text_repair *repair = &source->repairs[i];
        const char *member = repair->member && *repair->member ? repair->member : NULL;
        if (str_eq(repair->path, file->file.path) && str_eq(member, file->file.member))
            VEC_PUSH(arena, found, repair);
    }
    file->repairs = found.items;
    file->repair_count = found.count;
}

const struct text_repair *text_repair_of(const struct text_input_file *file,
                                         const struct text_record *record, int64_t number)
{
    uint64_t hash = text_raw_hash(record->raw, record->raw_len);
    /* The last one given for a record holds. */
    for (size_t i = file->repair_count; i-- > 0;) {
        const struct text_repair *repair = file->repairs[i];
        if (repair->raw_hash == hash && (repair->record == 0 || repair->record == number))
            return repair;
    }
    return NULL;
}

/* A file in memory, so that a repair is read by the same tokenizer as what it repairs. */
static int write_memory(const char *text, int *ret_fd, struct err *err)
{
    size_t len = strlen(text);
    int fd = memfd_create("leat-repair", MFD_CLOEXEC);
    if (fd < 0)
        return err_errno(err, "could not make a file in memory");
    for (size_t at = 0; at < len;) {
        ssize_t wrote = write(fd, text + at, len - at);
        if (wrote < 0) {
            close(fd);
            return err_errno(err, "could not write a file in memory");
        }
        at += (size_t)wrote;
    }
    *ret_fd = fd;
    return 0;
}

/*
 * The head that the repaired record is read with. Records are UTF-8 here, whatever the file is; and JSON repairs
 * are single objects. It must outlive the reader.
 */
static struct text_head head_of(const struct text_input_file *file)
{
    struct text_head head = file->head;
    head.dialect.encoding = ENCODING_UTF8;
    head.dialect.packing = PACKING_NONE;
    head.dialect.comment = 0;
    if (head.dialect.format == TEXT_JSON)
        head.dialect.format = TEXT_JSON_LINES;
    head.has_mark = false;
    head.start_byte = 0;
    head.end_byte = -1;
    head.line = 1;
    return head;
}

int text_repair_read(struct text_rows *rows, const struct text_repair *repair,
                     struct text_record *ret_record, const char **ret_wrong, struct err *err)
{
    struct text_range whole = {.end_byte = -1, .line = 1};
    int fd = -1;
    TRY(write_memory(repair->raw, &fd, err));
    snprintf(rows->mended_path, sizeof(rows->mended_path), "/proc/self/fd/%d", fd);
    rows->mended_file =
        (struct text_file){.path = rows->mended_path, .label = rows->file->file.label};
    rows->mended_head = head_of(rows->file);
    int got = text_reader_open(&rows->mended_file, &rows->mended_head, whole, &rows->reader->names,
                               rows->source->memory, &rows->mended, err);
    close(fd); /* the reader has opened it anew */
    if (got != 0)
        return -1;
    *ret_wrong = NULL;
    if (text_reader_next(rows->mended, ret_record, NULL) <= 0)
        *ret_wrong = "the repair is no record";
    else if (rows->mended->position < (int64_t)strlen(repair->raw))
        *ret_wrong = "the repair is more than one record";
    return 0;
}
