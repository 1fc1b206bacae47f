/* SPDX-License-Identifier: Apache-2.0 */
#include "text/detect.h"
#include "text/reader.h"

#include <string.h>

/*
 * The delimiter is the one that cuts the header; if several do, the one that cuts all of the first records evenly. Where
 * that leaves two, or none, the user is asked: a guess would change the table.
 */
#define SAMPLE_BYTES (INT64_C(64) << 10)

static const char candidates[] = ",;\t|";
#define CANDIDATE_COUNT (sizeof(candidates) - 1)

struct trial { /* what a delimiter makes of the first records */
    size_t record_count;
    size_t first, second; /* fields of the first two records */
    bool is_even;         /* all have as many as the first */
    bool is_even_below;   /* all but the first have as many as the second */
};

static void count_record(struct trial *trial, size_t fields)
{
    trial->record_count++;
    if (trial->record_count == 1) {
        *trial = (struct trial){1, fields, 0, true, true};
        return;
    }
    if (trial->record_count == 2)
        trial->second = fields;
    trial->is_even &= fields == trial->first;
    trial->is_even_below &= fields == trial->second;
}

/*
 * The record before the limit may be cut off by it and does not count, nor does what is wrong in itself. Errors end a
 * trial: if they are more than an effect of a wrong delimiter, they come again when the file is read.
 */
static int try_one(const struct text_file *file, struct memory *memory, struct detect_place begin,
                   const struct text_head *head, char delimiter, int64_t limit,
                   struct trial *ret_trial, struct err *err)
{
    struct text_head trial_head = *head;
    trial_head.dialect.delimiter = delimiter;
    struct text_range range = {begin.byte, begin.byte + limit, begin.line};
    bool is_whole = head->end_byte >= 0 && head->end_byte <= range.end_byte;
    if (is_whole)
        range.end_byte = head->end_byte;
    AUTO(text_reader_close_at) struct text_reader *reader = NULL;
    TRY(csv_open(file, &trial_head, range, memory, &reader, err));
    struct trial trial = {0}, before = {0};
    struct text_record record;
    while (text_reader_next(reader, &record, NULL) > 0) {
        before = trial;
        if (!record.wrong && !text_is_blank(&record))
            count_record(&trial, record.count);
    }
    *ret_trial = is_whole || reader->position < range.end_byte ? trial : before;
    return 0;
}

/* Each delimiter on as much of the file as it takes to have a whole record. */
static int try_all(const struct text_file *file, struct memory *memory, struct detect_place begin,
                   const struct text_head *head, struct trial *ret_trials, struct err *err)
{
    bool has_record = false;
    for (int64_t limit = SAMPLE_BYTES; !has_record && limit <= TEXT_MAX_RECORD_BYTES; limit *= 8) {
        for (size_t i = 0; i < CANDIDATE_COUNT; i++) {
            TRY(try_one(file, memory, begin, head, candidates[i], limit, &ret_trials[i], err));
            has_record |= ret_trials[i].record_count > 0;
        }
    }
    return 0;
}

static const char *quoted(char delimiter)
{
    return delimiter == ','    ? "\",\""
           : delimiter == ';'  ? "\";\""
           : delimiter == '\t' ? "\"\\t\""
                               : "\"|\"";
}

static int ask(const struct text_file *file, struct detect_place begin, char a, char b,
               bool is_even, struct err *err)
{
    err_set(err, ERR_DATA,
            is_even ? "both %s and %s cut the first records evenly: which one is the delimiter?"
                    : "both %s and %s cut the header, and none of them all records evenly: which "
                      "one is the delimiter?",
            quoted(a), quoted(b));
    err_where(err, "%s:%lld:1", file->label, (long long)begin.line);
    return err_hint(err, "Declare delimiter: %s or delimiter: %s.", quoted(a), quoted(b));
}

/* One column, unless the header is not where it seems to be. */
static int take_one_column(const struct text_file *file, struct detect_place begin,
                           const struct trial *trials, struct text_head *head, struct err *err)
{
    for (size_t i = 0; i < CANDIDATE_COUNT; i++) {
        const struct trial *trial = &trials[i];
        if (trial->record_count < 2 || trial->second < 2 || !trial->is_even_below)
            continue;
        err_set(err, ERR_DATA,
                "the first record has one field, but %s cuts all that follow into %zu: where is "
                "the header?",
                quoted(candidates[i]), trial->second);
        err_where(err, "%s:%lld:1", file->label, (long long)begin.line);
        return err_hint(err, "Declare skip: with the number of lines above the header, or, if the "
                             "file has one column, a delimiter that it does not hold.");
    }
    head->dialect.delimiter = ',';
    return 0;
}

int detect_delimiter(const struct text_file *file, struct memory *memory, struct detect_place begin,
                     struct text_head *head, struct err *err)
{
    struct trial trials[CANDIDATE_COUNT];
    TRY(try_all(file, memory, begin, head, trials, err));
    char cutting[CANDIDATE_COUNT], even[CANDIDATE_COUNT];
    size_t cutting_count = 0, even_count = 0;
    for (size_t i = 0; i < CANDIDATE_COUNT; i++) {
        if (trials[i].first < 2)
            continue;
        cutting[cutting_count++] = candidates[i];
        if (trials[i].is_even)
            even[even_count++] = candidates[i];
    }
    if (cutting_count == 0)
        return take_one_column(file, begin, trials, head, err);
    if (cutting_count > 1 && even_count != 1) {
        const char *which = even_count ? even : cutting;
        return ask(file, begin, which[0], which[1], even_count > 0, err);
    }
    head->dialect.delimiter = cutting_count == 1 ? cutting[0] : even[0];
    return 0;
}

char detect_better_delimiter(const struct text_file *file, struct memory *memory,
                             struct detect_place begin, const struct text_head *head)
{
    struct trial trials[CANDIDATE_COUNT];
    if (try_all(file, memory, begin, head, trials, NULL) != 0)
        return '\0';
    for (size_t i = 0; i < CANDIDATE_COUNT; i++)
        if (trials[i].first > 1 && trials[i].is_even)
            return candidates[i];
    return '\0';
}
