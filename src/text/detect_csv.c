/* SPDX-License-Identifier: Apache-2.0 */
#include "text/detect.h"
#include "text/reader.h"
#include "text/utf8.h"

/* The arena takes the names, so they cannot be of any length. */
#define MAX_HEADER_BYTES ((size_t)1 << 20)

static int fail_header(const struct text_file *file, const struct text_record *record,
                       struct err *err)
{
    err_set(err, ERR_DATA, "the first record cannot be read: %s", record->wrong);
    err_where(err, "%s:%lld:%lld", file->label, (long long)record->wrong_line,
              (long long)record->wrong_column);
    if (text_encoding_is_blamed(record->wrong))
        return text_encoding_hint(err, "If it is not the header, declare skip:.");
    return err_hint(err, "The first record says which columns there are. If it is not the first "
                         "line, declare skip:.");
}

static int check_first(const struct text_file *file, const struct text_record *record,
                       struct err *err)
{
    if (record->wrong)
        return fail_header(file, record, err);
    if (text_is_blank(record)) {
        err_set(err, ERR_DATA, "the first line is empty, but should name the columns");
        err_where(err, "%s:%lld:1", file->label, (long long)record->line);
        return err_hint(err, "Declare skip: with the number of lines above the header.");
    }
    if (record->raw_len > MAX_HEADER_BYTES) {
        err_set(err, ERR_DATA, "the first record is longer than %zu bytes", MAX_HEADER_BYTES);
        return err_where(err, "%s:%lld:1", file->label, (long long)record->line);
    }
    return 0;
}

/* 'a','b': names, or quotes that are not declared? */
static int check_apostrophes(const struct text_file *file, const struct text_record *record,
                             struct err *err)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct text_field *field = &record->fields[i];
        if (field->token != TOKEN_PLAIN || field->len < 2 || field->text[0] != '\'' ||
            field->text[field->len - 1] != '\'')
            return 0;
    }
    err_set(err, ERR_DATA, "every name of the header is in '…': are these quotes?");
    err_where(err, "%s:%lld:1", file->label, (long long)record->line);
    return err_hint(err, "Declare quote: \"'\" if they are, or quote: '\"' if they are not.");
}

/* Without being told, the first record is the header, unless it looks like any other. */
static int check_names(const struct text_file *file, const struct text_record *record,
                       struct err *err)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct text_field *field = &record->fields[i];
        if (!detect_is_value(field->text, field->len))
            continue;
        err_set(err, ERR_DATA, "field %zu of the first record is \"%.*s\": is this a header?",
                i + 1, utf8_prefix(field->text, field->len, 60), field->text);
        err_where(err, "%s:%lld:1", file->label, (long long)record->line);
        return err_hint(err, "Declare header: true if the first record names the columns, or "
                             "header: false if it is a row like all others.");
    }
    return 0;
}

static void take_names(const struct text_record *record, struct arena *arena,
                       struct text_head *head)
{
    const char **names = ARENA_ARRAY(arena, const char *, record->count);
    for (size_t i = 0; i < record->count; i++) {
        const struct text_field *field = &record->fields[i];
        names[i] = head->dialect.header == HEADER_NO
                       ? arena_printf(arena, "column%zu", i + 1)
                       : arena_strndup(arena, field->text, field->len);
    }
    head->names = names;
    head->name_count = record->count;
}

static int read_first_record(const struct text_file *file, const struct text_dialect *said,
                             struct memory *memory, struct arena *arena, struct detect_place begin,
                             struct text_head *head, struct err *err)
{
    struct text_range range = {begin.byte, head->end_byte, begin.line};
    struct text_record record;
    AUTO(text_reader_close_at) struct text_reader *reader = NULL;
    TRY(csv_open(file, head, range, memory, &reader, err));
    int64_t start_byte = reader->position;
    int got = text_reader_next(reader, &record, err);
    if (got < 0)
        return -1;
    if (got == 0) {
        err_set(err, ERR_DATA, "the file has no line that names the columns");
        return err_where(err, "%s:%lld:1", file->label, (long long)begin.line);
    }
    TRY(check_first(file, &record, err));
    if (!said->quote)
        TRY(check_apostrophes(file, &record, err));
    if (said->header == HEADER_UNKNOWN)
        TRY(check_names(file, &record, err));
    bool has_header = said->header != HEADER_NO;
    head->dialect.header = has_header ? HEADER_YES : HEADER_NO;
    take_names(&record, arena, head);
    head->header_line = has_header ? record.line : 0;
    head->start_byte = has_header ? reader->position : start_byte;
    head->line = has_header ? reader->line : begin.line;
    return 0;
}

static int find_end(const struct text_file *file, struct memory *memory, int64_t start_byte,
                    struct text_head *head, struct err *err)
{
    int64_t lines = head->dialect.footer_lines, end;
    if (lines == 0)
        return 0;
    TRY(detect_footer(file, head, lines, memory, &end, err));
    if (end <= start_byte) {
        err_set(err, ERR_DATA, "a footer of %lld %s leaves nothing of the file", (long long)lines,
                lines == 1 ? "line" : "lines");
        return err_where(err, "%s:1:1", file->label);
    }
    head->end_byte = end;
    return 0;
}

static void doubt(const struct text_file *file, struct memory *memory, struct arena *arena,
                  struct detect_place begin, struct text_head *head)
{
    if (head->name_count > 1)
        return;
    char better = detect_better_delimiter(file, memory, begin, head);
    if (better && better != head->dialect.delimiter)
        head->doubt = arena_printf(
            arena, "The declared delimiter leaves one column, \"%s\" would cut the records evenly.",
            better == '\t' ? "\\t" : (char[2]){better, '\0'});
}

/* A first line that says the delimiter is none of the table, unless it is said how many lines to skip. */
static int obey_sep_line(const struct text_file *file, struct memory *memory,
                         struct text_head *head, struct err *err)
{
    char delimiter;
    if (head->dialect.skip_lines >= 0)
        return 0;
    TRY(detect_sep_line(file, head, memory, &delimiter, err));
    if (!delimiter)
        return 0;
    head->dialect.skip_lines = 1;
    if (!head->dialect.delimiter)
        head->dialect.delimiter = delimiter;
    return 0;
}

int csv_detect(const struct text_file *file, struct memory *memory, struct arena *arena,
               struct text_head *head, struct err *err)
{
    const struct text_dialect said = head->dialect;
    struct text_dialect *dialect = &head->dialect;
    struct detect_place begin;
    dialect->quote = said.quote ? said.quote : '"';
    TRY(obey_sep_line(file, memory, head, err));
    dialect->skip_lines = dialect->skip_lines > 0 ? dialect->skip_lines : 0;
    dialect->footer_lines = said.footer_lines > 0 ? said.footer_lines : 0;
    TRY(detect_skip(file, head, dialect->skip_lines, memory, &begin, err));
    TRY(find_end(file, memory, begin.byte, head, err));
    if (!dialect->delimiter)
        TRY(detect_delimiter(file, memory, begin, head, err));
    TRY(read_first_record(file, &said, memory, arena, begin, head, err));
    if (said.delimiter)
        doubt(file, memory, arena, begin, head);
    bool has_comments = dialect->comment && dialect->comment != TEXT_NO_COMMENT;
    head->can_split = dialect->packing == PACKING_NONE && !file->member && !has_comments &&
                      dialect->encoding != ENCODING_UTF16_LE &&
                      dialect->encoding != ENCODING_UTF16_BE;
    return 0;
}
