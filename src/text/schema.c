/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "text/table.h"

#include <stdlib.h>
#include <string.h>

static void release_column(struct ArrowSchema *schema)
{
    free((void *)schema->name);
    free((void *)schema->format);
    schema->release = NULL;
}

static void release_rows(struct ArrowSchema *schema)
{
    for (int64_t i = 0; i < schema->n_children; i++) {
        if (schema->children[i]->release)
            schema->children[i]->release(schema->children[i]);
        free(schema->children[i]);
    }
    free(schema->children);
    schema->release = NULL;
}

static char *format_of(const struct text_type *type)
{
    static const char *const formats[] = {[TEXT_BOOLEAN] = "b",  [TEXT_BIGINT] = "l",
                                          [TEXT_DOUBLE] = "g",   [TEXT_DATE] = "tdD",
                                          [TEXT_TIME] = "ttu",   [TEXT_TIMESTAMP] = "tsu:",
                                          [TEXT_UUID] = "u",     [TEXT_TIMESTAMPTZ] = "tsu:UTC",
                                          [TEXT_VARCHAR] = "u",  [TEXT_TINYINT] = "c",
                                          [TEXT_SMALLINT] = "s", [TEXT_INTEGER] = "i",
                                          [TEXT_UTINYINT] = "C", [TEXT_USMALLINT] = "S",
                                          [TEXT_UINTEGER] = "I", [TEXT_UBIGINT] = "L",
                                          [TEXT_FLOAT] = "f",    [TEXT_BLOB] = "u",
                                          [TEXT_OTHER] = "u"};
    char decimal[32];
    snprintf(decimal, sizeof(decimal), "d:%d,%d", type->width, type->scale);
    return strdup(type->kind == TEXT_DECIMAL ? decimal : formats[type->kind]);
}

void text_schema(const struct text_table *table, struct ArrowSchema *ret_schema)
{
    *ret_schema = (struct ArrowSchema){.format = "+s",
                                       .name = "",
                                       .n_children = (int64_t)table->column_count,
                                       .release = release_rows};
    ret_schema->children = alloc_zeroed(table->column_count * sizeof(struct ArrowSchema *));
    for (size_t i = 0; i < table->column_count; i++) {
        struct ArrowSchema *child = alloc_zeroed(sizeof(*child));
        child->format = format_of(&table->columns[i].type);
        child->name = strdup(table->columns[i].name);
        child->flags = 2; /* nullable */
        child->release = release_column;
        ret_schema->children[i] = child;
    }
}

const char *text_column_cast(const struct text_type *type)
{
    switch (type->kind) {
    case TEXT_UUID:
        return "UUID";
    case TEXT_BLOB:
        return "BLOB";
    case TEXT_OTHER:
        return type->sql;
    default:
        return NULL;
    }
}
