/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "text/detect.h"
#include "text/input.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PIECE_BYTES ((size_t)16384)

static void free_at(int64_t **bytes)
{
    free(*bytes);
}

static int not_enough(const struct text_file *file, int64_t asked, int64_t there, struct err *err)
{
    err_set(err, ERR_DATA, "%lld lines are to be skipped, but the file has only %lld",
            (long long)asked, (long long)there);
    return err_where(err, "%s:1:1", file->label);
}

int detect_skip(const struct text_file *file, const struct text_head *head, int64_t count,
                struct memory *memory, struct detect_place *ret_place, struct err *err)
{
    struct detect_place place = {.line = 1};
    AUTO(text_input_close_at) struct text_input *input = NULL;
    char piece[PIECE_BYTES];
    if (count > 0)
        TRY(text_input_open(file, head->dialect.packing, head->dialect.encoding, 0, memory, &input,
                            err));
    if (input)
        place.byte = text_input_mark(input);
    while (place.line <= count) {
        int64_t got = text_input_read(input, piece, sizeof(piece), err);
        if (got < 0)
            return -1;
        if (got == 0)
            return not_enough(file, count, place.line, err);
        const char *p = piece, *end = piece + got, *newline;
        while (place.line <= count && (newline = memchr(p, '\n', (size_t)(end - p)))) {
            place.line++;
            p = newline + 1;
        }
        place.byte += place.line <= count ? got : p - piece;
    }
    *ret_place = place;
    return 0;
}

int detect_sep_line(const struct text_file *file, const struct text_head *head,
                    struct memory *memory, char *ret_delimiter, struct err *err)
{
    char line[7];
    size_t len = 0;
    int64_t got = 1;
    AUTO(text_input_close_at) struct text_input *input = NULL;
    TRY(text_input_open(file, head->dialect.packing, head->dialect.encoding, 0, memory, &input,
                        err));
    while (len < sizeof(line) && got > 0) {
        got = text_input_read(input, line + len, sizeof(line) - len, err);
        if (got < 0)
            return -1;
        len += (size_t)got;
    }
    char c = len > 4 ? line[4] : '\0';
    bool is_mark = c == '\t' || (c >= ' ' && c < 127 && !isalnum((unsigned char)c) && c != '"');
    bool is_alone = (len > 5 && line[5] == '\n') || (len > 6 && memcmp(line + 5, "\r\n", 2) == 0);
    *ret_delimiter = is_mark && is_alone && strncasecmp(line, "sep=", 4) == 0 ? c : '\0';
    return 0;
}

/* Reads all of it: a packed file cannot be read from its end. */
int detect_footer(const struct text_file *file, const struct text_head *head, int64_t count,
                  struct memory *memory, int64_t *ret_byte, struct err *err)
{
    if (count > DETECT_MAX_FOOTER_LINES)
        return err_set(err, ERR_CONFIG, "a footer has at most %d lines", DETECT_MAX_FOOTER_LINES);
    size_t cap = (size_t)count;
    AUTO(free_at) int64_t *starts = alloc_zeroed(cap * sizeof(*starts));
    AUTO(text_input_close_at) struct text_input *input = NULL;
    TRY(text_input_open(file, head->dialect.packing, head->dialect.encoding, 0, memory, &input,
                        err));
    char piece[PIECE_BYTES];
    int64_t at = text_input_mark(input), lines = 0, got;
    bool is_line_start = true;
    while ((got = text_input_read(input, piece, sizeof(piece), err)) > 0) {
        for (const char *p = piece, *end = piece + got; p < end;) {
            if (is_line_start)
                starts[(size_t)lines++ % cap] = at + (p - piece);
            const char *newline = memchr(p, '\n', (size_t)(end - p));
            is_line_start = newline != NULL;
            p = newline ? newline + 1 : end;
        }
        at += got;
    }
    if (got < 0)
        return -1;
    *ret_byte = lines > count ? starts[(size_t)lines % cap] : 0;
    return 0;
}
