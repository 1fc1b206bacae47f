/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_TEXT_JSON_ROW_H
#define LEAT_TEXT_JSON_ROW_H

#include "text/json_names.h"
#include "text/json_value.h"

/* One record: an object's members as fields by name. Only for json*.c. */
struct json_row {
    struct json_names names;
    struct text_field *fields; /* one for each name, TOKEN_NULL where the record has no such key */
    size_t field_cap;
    int64_t number;    /* of records tried */
    size_t last;       /* the name read last, JSON_NO_NAME before the first */
    size_t first;      /* the name that began the last record */
    const char *begin; /* of the record */
    char *scratch;     /* texts that stand in the record in another form */
    size_t scratch_len, scratch_cap;
    struct json_keys keys;
    size_t max_field_bytes;
    struct memory *memory;
};
void json_row_init(struct json_row *row, struct text_names *published,
                   const struct text_names *known, int64_t max_field_bytes, struct memory *memory);
void json_row_release(struct json_row *row);
/*
 * The value that begins at scan->at, as a record. 0: it was read over, and is wrong when there is a message; -1:
 * scan->stop says why not. Fields point into the bytes or to `scratch`.
 */
int json_row_read(struct json_row *row, struct json_scan *scan, struct err *err);

#endif
