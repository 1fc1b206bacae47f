/* SPDX-License-Identifier: Apache-2.0 */
#include "text/rows.h"

#include <string.h>

bool text_is_null_word(const struct text_dialect *dialect, const struct text_field *field)
{
    for (size_t i = 0; i < dialect->null_word_count; i++) {
        const char *word = dialect->null_words[i];
        if (strlen(word) == field->len && memcmp(word, field->text, field->len) == 0)
            return true;
    }
    return false;
}

int text_rows_open(struct text_rows *rows, struct err *err)
{
    const struct text_head *head = &rows->file->head;
    bool is_json = head->dialect.format == TEXT_JSON || head->dialect.format == TEXT_JSON_LINES;
    rows->name_count = is_json ? 0 : head->name_count;
    TRY(text_reader_open(&rows->file->file, head, rows->range, rows->known, rows->source->memory,
                         &rows->reader, err));
    rows->told_bytes = rows->reader->read_bytes;
    return 0;
}

void text_rows_tell(struct text_rows *rows)
{
    if (!rows->reader)
        return;
    if (rows->source->read_bytes)
        *rows->source->read_bytes += rows->reader->read_bytes - rows->told_bytes;
    rows->told_bytes = rows->reader->read_bytes;
}

void text_rows_release(struct text_rows *rows)
{
    text_rows_tell(rows);
    text_reader_close(TAKE(rows->mended));
    text_reader_close(TAKE(rows->reader));
}

/* What is wrong with the record that is now to be read, in words. */
static const char *why_wrong(struct text_rows *rows, const struct text_record *record)
{
    const struct text_head *head = &rows->file->head;
    if (rows->file->wrong)
        return rows->file->wrong;
    if (record->wrong && record->wrong_field < rows->name_count) {
        snprintf(rows->words, sizeof(rows->words), "%.180s, in column \"%.60s\"", record->wrong,
                 head->names[record->wrong_field]);
        return rows->words;
    }
    if (record->wrong)
        return record->wrong;
    if (rows->name_count == 0 || record->count == rows->name_count)
        return NULL;
    snprintf(rows->words, sizeof(rows->words), "the record has %zu %s, the header %zu",
             record->count, record->count == 1 ? "field" : "fields", rows->name_count);
    return rows->words;
}

static int mend(struct text_rows *rows, struct text_record *record, struct err *err)
{
    const struct text_repair *repair = text_repair_of(rows->file, record, rows->count);
    const char *wrong = NULL;
    if (!repair)
        return 0;
    TRY(text_repair_read(rows, repair, record, &wrong, err));
    rows->is_mended = true;
    if (rows->mended)
        rows->names = &rows->mended->names;
    if (wrong)
        *record = (struct text_record){.raw = repair->raw,
                                       .raw_len = strlen(repair->raw),
                                       .wrong = wrong,
                                       .wrong_field = SIZE_MAX};
    return 0;
}

int text_rows_next(struct text_rows *rows, struct text_record *ret_record, struct err *err)
{
    rows->is_mended = false;
    text_reader_close(TAKE(rows->mended));
    int got = text_reader_next(rows->reader, ret_record, err);
    if (got <= 0)
        return got;
    rows->count++;
    rows->names = &rows->reader->names;
    rows->original = *ret_record;
    if (rows->file->repair_count > 0)
        TRY(mend(rows, ret_record, err));
    rows->wrong = why_wrong(rows, ret_record);
    return 1;
}
