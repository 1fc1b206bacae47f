/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_CSV_SCAN_H
#define LEAT_TEXT_CSV_SCAN_H

#include "text/csv_block.h"
#include "text/record.h"

/*
 * The grammar of one record, apart from the file it comes from: RFC 4180 with any delimiter. Strict records are taken
 * apart by blocks; a block that holds anything else makes csv_scan_record() walk that record byte by byte, with the
 * same result for what is strict, and the place of what is not. Only for csv.c and csv_field.c.
 */
struct csv_scan {
    char delimiter;
    int quote; /* CSV_NO_QUOTE: none */
    bool is_trimmed;
    /* Records stand in buffer[begin, end), CSV_PADDING bytes behind `end` are readable and zero. */
    char *buffer;
    size_t begin, end;
    bool is_end; /* nothing follows these bytes; the last one is a newline, put there if need be */
    bool is_cr_end; /* the one before it is a carriage return at the end of the file: no line end */
    struct text_field *fields;
    size_t field_cap;
    /* The block that begin is in. */
    bool is_begun; /* there is one */
    size_t base;
    struct csv_block block; /* what of it is not used yet */
    bool has_doubled;
    struct csv_state state; /* at its end */
    char message[160];      /* for csv_found.wrong */
};
struct csv_found {
    size_t count;
    size_t len;       /* without the line end */
    size_t bytes;     /* with it */
    int64_t lines;    /* newlines */
    bool has_odd;     /* some byte is not ASCII, zero, or a lone carriage return */
    bool has_doubled; /* some field may hold doubled quotes */
    /* NULL, or what is wrong; then up to the next line end all is part of the record. */
    const char *wrong;
    size_t wrong_field, wrong_at; /* bytes from the beginning of the record */
};
enum csv_got { CSV_RECORD, CSV_MORE, CSV_UNCLOSED, CSV_TOO_MANY };
/*
 * CSV_RECORD: the record at `begin`, which is moved behind it. CSV_MORE: bytes are missing (never when is_end).
 * CSV_UNCLOSED: the quote at ret_found->wrong_at is never closed. CSV_TOO_MANY: more than TEXT_MAX_FIELDS.
 */
enum csv_got csv_scan_record(struct csv_scan *scan, struct csv_found *ret_found);
/* After the buffer or `begin` was changed from outside. */
void csv_scan_restart(struct csv_scan *scan);
void csv_scan_release(struct csv_scan *scan); /* the fields; the buffer is the caller's */

/* The same byte by byte, for any record. */
enum csv_got csv_walk_record(struct csv_scan *scan, struct csv_found *ret_found);
/* Room for `count` fields and a block of more. */
void csv_scan_grow(struct csv_scan *scan, size_t count);

#endif
