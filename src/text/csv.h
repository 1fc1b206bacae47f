/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_CSV_H
#define LEAT_TEXT_CSV_H

#include "base/err.h"
#include "memory/memory.h"
#include "text/record.h"

/*
 * A strict tokenizer of RFC 4180: fields parted by one delimiter byte, records by LF or CRLF, quotes
 * around a whole field and doubled inside, line ends allowed within quotes; UTF-8, a byte order mark is
 * skipped. Whatever else is found is ERR_DATA with `where` = "path:line:column" (columns in bytes).
 * It reads the file in pieces; its memory is that of the longest record, at most
 * TEXT_MAX_RECORD_BYTES, and is reserved from `memory` (NULL: not counted).
 */
struct csv_reader;
/* `path` and `dialect` are borrowed until csv_close(). */
int csv_open(const char *path, const struct text_dialect *dialect, struct text_range range,
             struct memory *memory, struct csv_reader **ret_reader, struct err *err) WARN_UNUSED;
void csv_close(struct csv_reader *reader); /* NULL allowed */
void csv_close_at(struct csv_reader **reader);
/* 1: a record; 0: the end; -1: failed. */
int csv_next(struct csv_reader *reader, struct text_record *ret_record,
             struct err *err) WARN_UNUSED;
/* Where the next record begins. */
int64_t csv_position(const struct csv_reader *reader);
int64_t csv_line(const struct csv_reader *reader);

#endif
