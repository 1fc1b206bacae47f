/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_ENGINE_SQL_TREE_H
#define LEAT_ENGINE_SQL_TREE_H

#include "base/hash.h"
#include "engine/duck.h"

#include <jansson.h>

/* The syntax tree of a text, as json_serialize_sql() gives it. */
struct sql_tree {
    json_t *root;     /* {"error": …} or {"statements": […]}; see sql_tree_release() */
    struct hash hash; /* of the tree without places */
};
int sql_tree_read(struct conn *conn, const char *sql, struct sql_tree *ret_tree,
                  struct err *err) WARN_UNUSED;
void sql_tree_release(struct sql_tree *tree);
const char *json_text(json_t *object, const char *key); /* NULL: not there or no string */

/* The first word of a text after blanks and comments, in upper case; "" when there is none. */
void sql_first_word(const char *sql, char *ret_word, size_t word_bytes);
/* Where a place in `sql` stands, into err->where; returns -1. */
int sql_err_where(struct err *err, const char *sql, size_t offset);

/* What a model may not hold; each returns 0 or fails with the place and what to write instead. */
int sql_check_template(const char *sql, struct err *err) WARN_UNUSED;
int sql_check_table(const char *sql, size_t offset, const char *catalog, const char *schema,
                    const char *name, struct err *err) WARN_UNUSED;
int sql_check_function(const char *sql, size_t offset, const char *name,
                       struct err *err) WARN_UNUSED;
/* A call in FROM of what is no node. */
int sql_check_table_function(const char *sql, size_t offset, const char *name,
                             struct err *err) WARN_UNUSED;
int sql_check_param(const char *sql, size_t offset, const char *name, struct err *err) WARN_UNUSED;
/* Why json_serialize_sql() refused; always fails. */
int sql_refused(const char *sql, json_t *root, struct err *err);
/* SELECT without parentheses that DuckDB reads as a function: current_date and its like. */
bool sql_is_value_word(const char *name);

#endif
