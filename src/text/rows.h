/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_ROWS_H
#define LEAT_TEXT_ROWS_H

#include "text/table.h"

/*
 * The records of one split as both passes see them: repairs stand in the place of the records they repair, and what is
 * no record of the table says why. Only for infer.c and stream.c.
 */
struct text_rows {
    const struct text_source *source;
    const struct text_input_file *file;
    struct text_range range;
    const struct text_names *known; /* JSON: names that come first */
    size_t name_count;              /* of a record; JSON: any */
    struct text_reader *reader;
    struct text_reader *mended; /* holds the repaired record; reads the next three */
    struct text_file mended_file;
    struct text_head mended_head;
    char mended_path[32];
    int64_t told_bytes;
    int64_t count; /* records read so far */
    /* Of the last record: */
    struct text_record original;    /* as it stands in the file */
    bool is_mended;                 /* it is another one by a repair */
    const char *wrong;              /* why it is none, or NULL */
    const struct text_names *names; /* JSON: of its fields */
    char words[300];
};
int text_rows_open(struct text_rows *rows, struct err *err) WARN_UNUSED;
void text_rows_release(struct text_rows *rows);
/* 1: a record, or why it is none; 0: the end; -1: failed. */
int text_rows_next(struct text_rows *rows, struct text_record *ret_record,
                   struct err *err) WARN_UNUSED;
/* Raises the source's count of bytes read. */
void text_rows_tell(struct text_rows *rows);

/* repair.c */
/* The repairs of a file, from all of the source's. */
void text_repairs_find(const struct text_source *source, struct arena *arena,
                       struct text_input_file *file);
/* NULL: the record is not repaired. `number` is that of the record in the file. */
const struct text_repair *text_repair_of(const struct text_input_file *file,
                                         const struct text_record *record, int64_t number);
/* Reads the repaired record with rows->mended, which holds its fields; ret_wrong says when it is no single record. */
int text_repair_read(struct text_rows *rows, const struct text_repair *repair,
                     struct text_record *ret_record, const char **ret_wrong,
                     struct err *err) WARN_UNUSED;

bool text_is_null_word(const struct text_dialect *dialect, const struct text_field *field);
/* Whether a field is null: none, empty without quotes, or a null word without quotes. */
static inline bool text_is_null(const struct text_dialect *dialect, const struct text_field *field)
{
    if (field->token == TOKEN_NULL)
        return true;
    if (field->token != TOKEN_PLAIN)
        return false;
    return field->len == 0 || (dialect->null_word_count > 0 && text_is_null_word(dialect, field));
}

#endif
