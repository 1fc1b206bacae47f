/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_CSV_FIELD_H
#define LEAT_TEXT_CSV_FIELD_H

#include "text/csv_scan.h"
#include "text/dialect.h"

/*
 * From the bytes of a record to its text: what is wrong with single bytes, doubled quotes, blanks, encoding. The
 * buffer with the raw record is never changed: what differs from it stands in `side`. Only for csv.c.
 */
struct csv_side {
    struct memory *memory; /* NULL: not counted */
    char *bytes;
    size_t len, cap;
};
void csv_side_release(struct csv_side *side);
/* `record` has raw (its bytes in the buffer) and the fields as they were scanned. */
int csv_field_finish(const struct text_dialect *dialect, struct csv_scan *scan,
                     struct csv_found *found, struct csv_side *side, struct text_record *record,
                     struct err *err) WARN_UNUSED;

#endif
