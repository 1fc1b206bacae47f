/* SPDX-License-Identifier: Apache-2.0 */
#include "text/csv.h"
#include "text/table.h"
#include "text/utf8.h"

#include <string.h>
#include <strings.h>

/* The first pass. */
struct pass {
    const struct text_source *source;
    struct arena *arena;
    const char *path; /* of the current file */
    struct text_column *columns;
    struct text_typing *typings;
    size_t column_count;
    int64_t blank_line; /* an empty line that may only be followed by others; 0: none */
    VEC(struct text_split) splits;
};

static int fail_at(const struct pass *pass, int64_t line, struct err *err)
{
    return err_where(err, "%s:%lld:1", pass->path, (long long)line);
}

static int check_name(const struct pass *pass, size_t column, struct err *err)
{
    const char *name = pass->columns[column].name;
    if (*name == '\0') {
        err_set(err, ERR_DATA, "column %zu has no name in the header", column + 1);
        return err_where(err, "%s:1:1", pass->path);
    }
    for (size_t i = 0; i < column; i++) {
        if (strcasecmp(pass->columns[i].name, name) == 0) {
            err_set(err, ERR_DATA, "columns %zu and %zu of the header are both named \"%s\"", i + 1,
                    column + 1, name);
            err_where(err, "%s:1:1", pass->path);
            return err_hint(err, "SQL does not tell upper from lower case in names.");
        }
    }
    return 0;
}

static int take_header(struct pass *pass, const struct text_record *header, struct err *err)
{
    pass->column_count = header->count;
    pass->columns = ARENA_ARRAY(pass->arena, struct text_column, header->count);
    pass->typings = ARENA_ARRAY(pass->arena, struct text_typing, header->count);
    for (size_t i = 0; i < header->count; i++) {
        pass->columns[i].name =
            arena_strndup(pass->arena, header->fields[i].text, header->fields[i].len);
        text_typing_init(&pass->typings[i]);
        TRY(check_name(pass, i, err));
    }
    return 0;
}

static int compare_header(const struct pass *pass, const struct text_record *header,
                          struct err *err)
{
    const char *first = pass->source->paths[0];
    for (size_t i = 0; i < header->count && i < pass->column_count; i++) {
        const struct text_field *field = &header->fields[i];
        const char *name = pass->columns[i].name;
        if (strlen(name) == field->len && memcmp(name, field->text, field->len) == 0)
            continue;
        err_set(err, ERR_DATA, "column %zu is named \"%.*s\", but \"%s\" in \"%s\"", i + 1,
                utf8_prefix(field->text, field->len, 60), field->text, name, first);
        return err_where(err, "%s:1:1", pass->path);
    }
    if (header->count != pass->column_count) {
        err_set(err, ERR_DATA, "the header has %zu columns, but %zu in \"%s\"", header->count,
                pass->column_count, first);
        return err_where(err, "%s:1:1", pass->path);
    }
    return 0;
}

static int read_header(struct pass *pass, struct csv_reader *reader, struct err *err)
{
    struct text_record header;
    int got = csv_next(reader, &header, err);
    if (got < 0)
        return -1;
    if (got == 0 || text_is_blank(&header)) {
        err_set(err, ERR_DATA,
                got ? "the first line is empty, but should name the columns"
                    : "the file is empty, but should begin with a line that names the columns");
        return err_where(err, "%s:1:1", pass->path);
    }
    if (!pass->columns)
        return take_header(pass, &header, err);
    return compare_header(pass, &header, err);
}

static int take_record(struct pass *pass, const struct text_record *record, struct err *err)
{
    if (pass->blank_line > 0) {
        err_set(err, ERR_DATA, "found an empty line between records of %zu fields",
                pass->column_count);
        return fail_at(pass, pass->blank_line, err);
    }
    if (record->count != pass->column_count) {
        err_set(err, ERR_DATA, "the record has %zu %s, the header has %zu", record->count,
                record->count == 1 ? "field" : "fields", pass->column_count);
        err_hint(err, "Is a value that holds the delimiter or a line end not in quotes?");
        return fail_at(pass, record->line, err);
    }
    for (size_t i = 0; i < record->count; i++) {
        const struct text_field *field = &record->fields[i];
        if (!text_is_null(&pass->source->dialect, field))
            text_typing_add(&pass->typings[i], field->text, field->len);
    }
    return 0;
}

static void end_split(struct pass *pass, size_t file, struct text_range *range,
                      const struct csv_reader *reader)
{
    range->end_byte = csv_position(reader);
    if (range->end_byte > range->start_byte)
        VEC_PUSH(pass->arena, pass->splits, ((struct text_split){.file = file, .range = *range}));
    *range = (struct text_range){.start_byte = range->end_byte, .line = csv_line(reader)};
}

static int read_file(struct pass *pass, size_t file, int64_t *ret_rows, struct err *err)
{
    AUTO(csv_close_at) struct csv_reader *reader = NULL;
    pass->path = pass->source->paths[file];
    pass->blank_line = 0;
    struct text_range whole = {.end_byte = -1, .line = 1};
    TRY(csv_open(pass->path, &pass->source->dialect, whole, pass->source->memory, &reader, err));
    TRY(read_header(pass, reader, err));
    struct text_range range = {.start_byte = csv_position(reader), .line = csv_line(reader)};
    int64_t split_bytes = pass->source->split_bytes ? pass->source->split_bytes : TEXT_SPLIT_BYTES;
    struct text_record record;
    int64_t rows = 0;
    int got;
    while ((got = csv_next(reader, &record, err)) > 0) {
        if (text_is_blank(&record) && pass->column_count > 1) {
            pass->blank_line = pass->blank_line ? pass->blank_line : record.line;
            continue;
        }
        TRY(take_record(pass, &record, err));
        rows++;
        if (csv_position(reader) - range.start_byte >= split_bytes)
            end_split(pass, file, &range, reader);
    }
    if (got < 0)
        return -1;
    end_split(pass, file, &range, reader);
    *ret_rows = rows;
    return 0;
}

int text_infer(const struct text_source *source, struct arena *arena, struct text_table *ret_table,
               struct err *err)
{
    struct pass pass = {.source = source, .arena = arena};
    int64_t *file_rows = ARENA_ARRAY(arena, int64_t, source->path_count), row_count = 0;
    for (size_t i = 0; i < source->path_count; i++) {
        TRY(read_file(&pass, i, &file_rows[i], err));
        row_count += file_rows[i];
    }
    for (size_t i = 0; i < pass.column_count; i++)
        pass.columns[i].type = text_typing_end(&pass.typings[i]);
    *ret_table = (struct text_table){.columns = pass.columns,
                                     .column_count = pass.column_count,
                                     .splits = pass.splits.items,
                                     .split_count = pass.splits.count,
                                     .row_count = row_count,
                                     .file_rows = file_rows};
    return 0;
}
