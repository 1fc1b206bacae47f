/* SPDX-License-Identifier: Apache-2.0 */
#include "text/reader.h"

int text_reader_open(const struct text_file *file, const struct text_head *head,
                     struct text_range range, const struct text_names *known, struct memory *memory,
                     struct text_reader **ret_reader, struct err *err)
{
    switch (head->dialect.format) {
    case TEXT_CSV:
        return csv_open(file, head, range, memory, ret_reader, err);
    case TEXT_FIXED_WIDTH:
        return fixed_open(file, head, range, memory, ret_reader, err);
    case TEXT_JSON:
    case TEXT_JSON_LINES:
        return json_open(file, head, range, known, memory, ret_reader, err);
    }
    return err_set(err, ERR_INTERNAL, "no tokenizer for format %d", (int)head->dialect.format);
}

int text_reader_next(struct text_reader *reader, struct text_record *ret_record, struct err *err)
{
    return reader->ops->next(reader, ret_record, err);
}

void text_reader_close(struct text_reader *reader)
{
    if (reader)
        reader->ops->close(reader);
}

void text_reader_close_at(struct text_reader **reader)
{
    text_reader_close(TAKE(*reader));
}

bool text_is_blank(const struct text_record *record)
{
    return !record->wrong && record->count == 1 && record->fields[0].len == 0 &&
           record->fields[0].token == TOKEN_PLAIN;
}
