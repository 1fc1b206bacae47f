/* SPDX-License-Identifier: Apache-2.0 */
#include "text/fixed.h"

#include <string.h>

/* Columns by the words of a header, in characters. */
struct word {
    size_t start;  /* its first character */
    size_t gap;    /* blanks before it */
    bool is_apart; /* no line has text just before it */
    bool has_text; /* some line has text below it */
};
struct words {
    struct word *items;
    size_t count;
};

static void find_words(const struct fixed_line *header, struct arena *arena,
                       struct words *ret_words)
{
    VEC(struct word) words = {0};
    size_t position = 0, blanks = 1;
    for (size_t i = 0; i < header->len; i++) {
        if (((unsigned char)header->text[i] & 0xC0) == 0x80)
            continue;
        bool is_blank = header->text[i] == ' ';
        if (!is_blank && blanks > 0 && words.count <= TEXT_MAX_FIELDS)
            VEC_PUSH(arena, words,
                     (struct word){.start = position, .gap = blanks, .is_apart = true});
        blanks = is_blank ? blanks + 1 : 0;
        position++;
    }
    *ret_words = (struct words){.items = words.items, .count = words.count};
}

/* Notes for each word what one line has before and below it. */
static void look_at(struct words *words, const struct fixed_line *line)
{
    size_t position = 0, next = 0; /* the first word that begins after `position` */
    for (size_t i = 0; i < line->len; i++) {
        if (((unsigned char)line->text[i] & 0xC0) == 0x80)
            continue;
        while (next < words->count && words->items[next].start <= position)
            next++;
        if (line->text[i] != ' ') {
            if (next < words->count && words->items[next].start == position + 1)
                words->items[next].is_apart = false;
            else if (next > 0)
                words->items[next - 1].has_text = true;
        }
        position++;
    }
}

static int ask(const char *where, size_t word, struct err *err)
{
    err_set(err, ERR_DATA,
            "the words of the header do not tell whether a column begins at word %zu", word + 1);
    err_where(err, "%s", where);
    return err_hint(err, "Declare the widths: a list such as widths: [12, 8, 20].");
}

/* Which words begin a column: those for which keep[] is set. */
static int choose(const char *where, const struct words *words, bool *keep, struct err *err)
{
    bool has_wide = false, has_joined = false;
    size_t parted = 0; /* the first word after one blank that could begin a column */
    for (size_t i = 1; i < words->count; i++) {
        const struct word *word = &words->items[i];
        keep[i] = word->gap >= 2;
        has_wide |= keep[i];
        if (keep[i])
            continue;
        if (word->is_apart && word->has_text && parted == 0)
            parted = i;
        has_joined |= !word->is_apart || !word->has_text;
    }
    keep[0] = true;
    if (parted == 0)
        return 0;
    if (has_wide || has_joined)
        return ask(where, parted, err);
    memset(keep, true, words->count);
    return 0;
}

static void make_spans(const struct words *words, const bool *keep, struct arena *arena,
                       struct fixed_layout *layout)
{
    VEC(struct text_span) spans = {0};
    for (size_t i = 0; i < words->count; i++) {
        if (!keep[i])
            continue;
        int start = spans.count == 0 ? 0 : (int)words->items[i].start;
        if (spans.count > 0) {
            struct text_span *last = &spans.items[spans.count - 1];
            last->width = start - 1 - last->start;
        }
        VEC_PUSH(arena, spans, (struct text_span){.start = start, .width = -1});
    }
    layout->spans = spans.items;
    layout->count = spans.count;
}

int fixed_find_words(const char *where, const struct fixed_line *header,
                     const struct fixed_line *body, size_t body_count, struct arena *arena,
                     struct fixed_layout *ret_layout, struct err *err)
{
    struct words words;
    find_words(header, arena, &words);
    if (words.count == 0 || words.count > TEXT_MAX_FIELDS) {
        err_set(err, ERR_DATA,
                words.count ? "the header has too many words" : "the header is an empty line");
        err_where(err, "%s", where);
        return err_hint(err, "Declare how many lines to skip before the header (skip), or the "
                             "widths of the columns.");
    }
    for (size_t i = 0; i < body_count && body[i].len > 0; i++)
        look_at(&words, &body[i]);
    bool only_narrow = words.count > 1, *keep = ARENA_ARRAY(arena, bool, words.count);
    for (size_t i = 1; i < words.count; i++)
        only_narrow &= words.items[i].gap == 1;
    if (only_narrow && (body_count == 0 || body[0].len == 0))
        return ask(where, 1, err);
    TRY(choose(where, &words, keep, err));
    make_spans(&words, keep, arena, ret_layout);
    return 0;
}
