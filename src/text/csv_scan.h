/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_CSV_SCAN_H
#define LEAT_TEXT_CSV_SCAN_H

#include "base/err.h"
#include "text/record.h"

/* The grammar of one record, apart from the file it comes from. Only for csv.c. */
struct csv_scan {
    char *bytes; /* begin with the record */
    size_t len;
    bool is_end; /* nothing follows these bytes */
    char delimiter;
    size_t max_field_bytes;
    const char *path; /* for messages */
    int64_t line;
    struct text_field **fields; /* grows, heap; owned by the caller */
    size_t *field_cap;
};
/*
 * 1: a whole record, its fields and what it takes with its line end; 0: more bytes are needed (never when
 * is_end); -1: not CSV. The bytes are changed (quotes undone) only in the first case.
 */
int csv_scan_record(struct csv_scan *scan, size_t *ret_count, size_t *ret_bytes, int64_t *ret_lines,
                    struct err *err) WARN_UNUSED;
/* ERR_DATA with the line and column of bytes[at]. */
int csv_scan_error(const struct csv_scan *scan, size_t at, struct err *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
