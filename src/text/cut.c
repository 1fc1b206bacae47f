/* SPDX-License-Identifier: Apache-2.0 */
#include "text/csv_block.h"
#include "text/reader.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/*
 * One pass over the file, most of it counting newlines. Only blocks with quotes are looked at closer, and only those
 * that are not strict CSV byte by byte, with the rules of csv_walk.c: so a cut is always where a record begins.
 */
#define PIECE_BYTES ((size_t)256 << 10)

enum where {
    AT_START,        /* of a field */
    IN_PLAIN,        /* in a field without quotes */
    IN_QUOTED,       /* in quotes */
    AFTER_QUOTE,     /* behind a quote that ends the field or is the first of two */
    AFTER_QUOTE_END, /* behind its carriage return, or behind the blanks after it */
    IN_WRONG         /* up to the line end nothing means anything */
};

struct cut {
    const struct text_file *file;
    char delimiter;
    int quote;
    bool is_trimmed;
    struct csv_needles needles;
    int64_t about_bytes, end_byte;
    struct arena *arena;
    VEC(struct text_range) ranges;
    struct text_range range; /* the one that is not ended yet */
    int64_t line;            /* of the next byte */
    enum where where;        /* before the next byte */
    bool was_walked;         /* so nobody has looked ahead at the next byte */
};

static void end_range(struct cut *cut, int64_t at, int64_t line)
{
    cut->range.end_byte = at;
    VEC_PUSH(cut->arena, cut->ranges, cut->range);
    cut->range = (struct text_range){.start_byte = at, .line = line};
}

/* A cut before an empty line would part it from those around it, which together say whether it is a mistake. */
static bool can_cut(const struct cut *cut, const char *next, int64_t offset)
{
    return offset - cut->range.start_byte >= cut->about_bytes && *next != '\n' && *next != '\r';
}

static bool is_blank(const struct cut *cut, char c)
{
    return cut->is_trimmed && (c == ' ' || c == '\t');
}

static enum where step_after_quote(const struct cut *cut, char c, bool is_line_end)
{
    if ((unsigned char)c == cut->quote && cut->where == AFTER_QUOTE)
        return IN_QUOTED;
    return c == cut->delimiter               ? AT_START
           : is_line_end || is_blank(cut, c) ? AFTER_QUOTE_END
                                             : IN_WRONG;
}

/* `is_line_end`: c is the carriage return of one. Newlines outside quotes are not for this. */
static enum where step(const struct cut *cut, char c, bool is_line_end)
{
    bool is_quote = (unsigned char)c == cut->quote;
    switch (cut->where) {
    case AT_START:
        if (is_quote)
            return IN_QUOTED;
        return c == cut->delimiter || is_blank(cut, c) ? AT_START : IN_PLAIN;
    case IN_PLAIN:
        return c == cut->delimiter ? AT_START : is_quote ? IN_WRONG : IN_PLAIN;
    case IN_QUOTED:
        return is_quote ? AFTER_QUOTE : IN_QUOTED;
    case AFTER_QUOTE:
    case AFTER_QUOTE_END:
        return step_after_quote(cut, c, is_line_end);
    case IN_WRONG:
        break;
    }
    return IN_WRONG;
}

/* bytes[len] and bytes[len + 1] are those that follow. */
static void walk(struct cut *cut, const char *bytes, size_t len, int64_t offset)
{
    for (size_t i = 0; i < len; i++) {
        char c = bytes[i];
        bool is_newline = c == '\n';
        cut->line += is_newline;
        cut->was_walked = true;
        if (!is_newline || cut->where == IN_QUOTED) {
            cut->where = step(cut, c, c == '\r' && bytes[i + 1] == '\n');
            continue;
        }
        cut->where = AT_START;
        int64_t next = offset + (int64_t)i + 1;
        if (can_cut(cut, bytes + i + 1, next) && next < cut->end_byte)
            end_range(cut, next, cut->line);
    }
}

/* Newlines outside quotes, from the first byte at which a cut may be. */
static void cut_block(struct cut *cut, const char *bytes, int64_t offset, uint64_t newlines,
                      uint64_t outer)
{
    while (outer) {
        size_t at = (size_t)__builtin_ctzll(outer);
        outer &= outer - 1;
        int64_t next = offset + (int64_t)at + 1;
        if (can_cut(cut, bytes + at + 1, next) && next < cut->end_byte)
            end_range(cut, next, cut->line + csv_count(newlines & csv_bits_below(at + 1)));
    }
}

/* Behind a byte that is outside quotes and no quote itself; only where blanks are like all others. */
static enum where where_behind(const struct cut *cut, char last)
{
    return last == cut->delimiter || last == '\n' ? AT_START : IN_PLAIN;
}

/* A block without quotes, where no cut is due: false if it is not one. */
static bool pass(struct cut *cut, const char *bytes, int64_t offset)
{
    bool has_blanks = cut->is_trimmed && cut->quote != CSV_NO_QUOTE;
    if (cut->where >= AFTER_QUOTE || (has_blanks && cut->where != IN_QUOTED) ||
        offset + CSV_BLOCK - cut->range.start_byte >= cut->about_bytes)
        return false;
    struct csv_glance glance = csv_glance(&cut->needles, bytes);
    if (glance.has_quote)
        return false;
    cut->line += glance.newlines;
    if (cut->where != IN_QUOTED)
        cut->where = where_behind(cut, bytes[CSV_BLOCK - 1]);
    return true;
}

/* By the masks; false: the block is not strict. */
static bool parse(struct cut *cut, const char *bytes, int64_t offset)
{
    if (cut->is_trimmed && cut->quote != CSV_NO_QUOTE)
        return false;
    if (cut->where > AFTER_QUOTE || (cut->where == AFTER_QUOTE && cut->was_walked))
        return false;
    struct csv_state state = {
        .inside = cut->where == IN_QUOTED ? ~UINT64_C(0) : 0,
        .can_open = cut->where == AT_START || cut->where == AFTER_QUOTE,
        .is_after_quote = cut->where == AFTER_QUOTE,
    };
    struct csv_masks masks = csv_look(&cut->needles, bytes);
    struct csv_block block =
        csv_read_block(&masks, bytes + CSV_BLOCK, cut->delimiter, cut->quote, &state);
    if (!block.is_strict)
        return false;
    if (offset + CSV_BLOCK - cut->range.start_byte >= cut->about_bytes)
        cut_block(cut, bytes, offset, masks.newline, masks.newline & block.separators);
    cut->line += csv_count(masks.newline);
    cut->was_walked = false;
    cut->where = state.inside           ? IN_QUOTED
                 : state.is_after_quote ? AFTER_QUOTE
                                        : where_behind(cut, bytes[CSV_BLOCK - 1]);
    return true;
}

/* Whole blocks; bytes[len] and bytes[len + 1] are those that follow. */
static void scan(struct cut *cut, const char *bytes, size_t len, int64_t offset)
{
    for (size_t at = 0; at < len; at += CSV_BLOCK) {
        int64_t block_offset = offset + (int64_t)at;
        if (!pass(cut, bytes + at, block_offset) && !parse(cut, bytes + at, block_offset))
            walk(cut, bytes + at, CSV_BLOCK, block_offset);
    }
}

static int scan_file(struct cut *cut, int fd, struct err *err)
{
    char piece[PIECE_BYTES + CSV_PADDING];
    int64_t offset = cut->range.start_byte; /* of piece[0] */
    size_t len = 0;
    for (;;) {
        int64_t left = cut->end_byte - offset - (int64_t)len;
        size_t want = PIECE_BYTES - len;
        if (left < (int64_t)want)
            want = (size_t)left;
        ssize_t got = want ? pread(fd, piece + len, want, offset + (int64_t)len) : 0;
        if (got < 0)
            return err_errno(err, "could not read \"%s\"", cut->file->label);
        len += (size_t)got;
        memset(piece + len, 0, CSV_PADDING);
        if (got == 0)
            break;
        size_t blocks = len < CSV_PADDING ? 0 : (len - 2) / CSV_BLOCK * CSV_BLOCK;
        scan(cut, piece, blocks, offset);
        memmove(piece, piece + blocks, len - blocks);
        offset += (int64_t)blocks;
        len -= blocks;
    }
    walk(cut, piece, len, offset);
    return 0;
}

static void close_at(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static int cut_file(struct cut *cut, const struct text_head *head, struct err *err)
{
    AUTO(close_at) int fd = open(cut->file->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, "could not open \"%s\"", cut->file->label);
    cut->end_byte = head->end_byte >= 0 ? head->end_byte : lseek(fd, 0, SEEK_END);
    if (cut->end_byte < 0)
        return err_errno(err, "could not find the size of \"%s\"", cut->file->label);
    if (cut->end_byte - cut->range.start_byte <= cut->about_bytes)
        return 0;
    return scan_file(cut, fd, err);
}

int text_cut(const struct text_file *file, const struct text_head *head, int64_t about_bytes,
             struct arena *arena, struct text_cuts *ret_cuts, struct err *err)
{
    const struct text_dialect *dialect = &head->dialect;
    bool is_csv = dialect->format == TEXT_CSV;
    bool has_quote = is_csv && dialect->quote != TEXT_NO_QUOTE;
    struct cut cut = {
        .file = file,
        .delimiter = is_csv ? dialect->delimiter : '\n',
        .quote = has_quote ? (unsigned char)dialect->quote : CSV_NO_QUOTE,
        .is_trimmed = dialect->is_trimmed,
        .about_bytes = about_bytes > 0 ? about_bytes : 1,
        .arena = arena,
        .range = {.start_byte = head->start_byte, .line = head->line},
        .line = head->line,
    };
    cut.needles = csv_needles(cut.delimiter, cut.quote);
    if (head->can_split)
        TRY(cut_file(&cut, head, err));
    end_range(&cut, head->end_byte, cut.line);
    *ret_cuts = (struct text_cuts){.items = cut.ranges.items, .count = cut.ranges.count};
    return 0;
}
