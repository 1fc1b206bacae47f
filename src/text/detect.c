/* SPDX-License-Identifier: Apache-2.0 */
#include "text/detect.h"
#include "text/fixed.h"
#include "text/input.h"
#include "text/json.h"

#include <string.h>

#define FIRST_BYTES ((size_t)4096)

static bool is_utf16(enum text_encoding encoding)
{
    return encoding == ENCODING_UTF16_LE || encoding == ENCODING_UTF16_BE;
}

static int read_first(const struct text_file *file, enum text_packing packing,
                      struct memory *memory, char *bytes, size_t *ret_len, struct err *err)
{
    AUTO(text_input_close_at) struct text_input *input = NULL;
    TRY(text_input_open(file, packing, ENCODING_UNKNOWN, 0, memory, &input, err));
    size_t len = 0;
    while (len < FIRST_BYTES) {
        int64_t got = text_input_read(input, bytes + len, FIRST_BYTES - len, err);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        len += (size_t)got;
    }
    *ret_len = len;
    return 0;
}

/* A byte order mark leaves no doubt, so another encoding cannot be meant. */
static int find_encoding(const struct text_file *file, const char *bytes, size_t len,
                         struct text_head *head, struct err *err)
{
    bool has_mark;
    enum text_encoding found = text_encoding_guess(bytes, len, &has_mark);
    enum text_encoding *encoding = &head->dialect.encoding;
    if (*encoding == ENCODING_UNKNOWN)
        *encoding = found;
    head->has_mark = has_mark;
    if (!has_mark || *encoding == found)
        return 0;
    err_set(err, ERR_DATA, "the file begins with the byte order mark of %s, but %s is declared",
            text_encoding_name(found), text_encoding_name(*encoding));
    err_where(err, "%s:1:1", file->label);
    return err_hint(err, "Declare encoding: %s, or none: files with a mark say it themselves.",
                    text_encoding_name(found));
}

static int find_bytes(const struct text_file *file, struct memory *memory, struct text_head *head,
                      struct err *err)
{
    enum text_packing *packing = &head->dialect.packing;
    if (*packing == PACKING_UNKNOWN && file->member)
        *packing = PACKING_NONE;
    if (*packing == PACKING_UNKNOWN)
        TRY(text_packing_find(file->path, packing, err));
    char bytes[FIRST_BYTES];
    size_t len;
    TRY(read_first(file, *packing, memory, bytes, &len, err));
    TRY(find_encoding(file, bytes, len, head, err));
    size_t mark = !head->has_mark ? 0 : is_utf16(head->dialect.encoding) ? 2 : 3;
    if (len > mark)
        return 0;
    err_set(err, ERR_DATA, "the file is empty%s", mark ? " but for its byte order mark" : "");
    err_where(err, "%s:1:1", file->label);
    return err_hint(err, "A table without rows still has a line that names its columns.");
}

int text_detect(const struct text_file *file, const struct text_dialect *said,
                struct memory *memory, struct arena *arena, struct text_head *ret_head,
                struct err *err)
{
    struct text_head head = {.dialect = *said, .end_byte = -1};
    TRY(find_bytes(file, memory, &head, err));
    bool has_mark = head.has_mark;
    struct text_dialect known = head.dialect;
    switch (said->format) {
    case TEXT_CSV:
        TRY(csv_detect(file, memory, arena, &head, err));
        break;
    case TEXT_FIXED_WIDTH:
        TRY(fixed_detect(file, &known, memory, arena, &head, err));
        break;
    case TEXT_JSON:
    case TEXT_JSON_LINES:
        TRY(json_detect(file, &known, memory, arena, &head, err));
        break;
    }
    head.has_mark = has_mark;
    *ret_head = head;
    return 0;
}
