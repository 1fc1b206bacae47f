/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_CONNECT_OUTPUT_TEMPLATE_H
#define LEAT_CONNECT_OUTPUT_TEMPLATE_H

#include "base/str.h"
#include "connect/connect.h"

/* A path with parts in braces: {column} and {column:%Y/%m/%d}. Only for connect/. */
enum template_kind { TEMPLATE_TEXT, TEMPLATE_VALUE, TEMPLATE_TIME };
struct template_part {
    enum template_kind kind;
    const char *text;   /* TEXT: as it stands; TIME: the format */
    const char *column; /* as the user wrote it; after template_check() as the model has it */
    const char *type;   /* of the column; set by template_check() */
};
struct template
{
    struct template_part *parts;
    size_t count;
    size_t braced_count; /* parts that are not TEXT */
};
int template_parse(const char *path, struct arena *arena, struct template *ret_template,
                   struct err *err) WARN_UNUSED;
/* The columns exist and can be part of a path. */
int template_check(struct template *template, struct column_list columns, struct arena *arena,
                   struct err *err) WARN_UNUSED;
/* SQL text of one part, NULL where its column is NULL or not finite. */
void template_append_part(struct str *sql, const struct template_part *part, const char *timezone);
/* The column as the list has it, names compared without case; NULL: none. */
const struct column *column_find(struct column_list columns, const char *name);
/* ERR_CONFIG that names the nearest column. */
int column_unknown(struct column_list columns, const char *name, const char *what,
                   struct arena *arena, struct err *err);

#endif
