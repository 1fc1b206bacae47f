/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/sql_tree.h"

#include "base/str.h"
#include "engine/wrap.h"

#include <ctype.h>
#include <string.h>

static const char serialize[] = "SELECT json_serialize_sql($1::VARCHAR, skip_null := true, "
                                "skip_empty := true, skip_default := true)";
static const char place_key[] = "\"query_location\":";

/* Integers that need not fit into the 64 bits of the JSON library. */
#define SAFE_DIGITS 18

static size_t string_len(const char *at)
{
    const char *end = at + 1;
    for (; *end != '\0' && *end != '"'; end++)
        end += *end == '\\' && end[1] != '\0';
    return (size_t)(end - at) + (*end == '"');
}

/* A text being copied: what lies before `from` is already in `text`. */
struct copy {
    struct str text;
    const char *from;
};

static void copy_release(struct copy *copy)
{
    str_release(&copy->text);
}

static void copy_until(struct copy *copy, const char *end, const char *next)
{
    str_append_len(&copy->text, copy->from, (size_t)(end - copy->from));
    copy->from = next;
}

static void quote_digits(struct copy *copy, const char *digits, size_t len)
{
    copy_until(copy, digits, digits);
    str_append_char(&copy->text, '"');
    copy_until(copy, digits + len, digits + len);
    str_append_char(&copy->text, '"');
}

/*
 * One pass over DuckDB's JSON makes two texts of it: `parse`, with big integers as strings, and
 * `print`, without the places. A quote inside a string is escaped, so `place_key` is always a key.
 */
static void split_json(const char *json, struct copy *parse, struct copy *print)
{
    parse->from = print->from = json;
    const char *at = json;
    while (*at != '\0') {
        bool is_place = strncmp(at, place_key, sizeof(place_key) - 1) == 0;
        const char *number = is_place ? at + sizeof(place_key) - 1 : at;
        size_t sign = *number == '-', digits = strspn(number + sign, "0123456789");
        size_t rest = strspn(number + sign + digits, digits > 0 ? "0123456789.eE+-" : "");
        if (is_place)
            copy_until(print, at, number + digits);
        if (sign + digits > SAFE_DIGITS && rest == 0)
            quote_digits(parse, number, sign + digits);
        if (is_place || digits > 0)
            at = number + sign + digits + rest;
        else
            at += *at == '"' ? string_len(at) : 1;
    }
    copy_until(parse, at, at);
    copy_until(print, at, at);
}

static int parse_json(const char *json, size_t max_bytes, struct sql_tree *ret_tree,
                      struct err *err)
{
    AUTO(copy_release) struct copy parse = {.text = STR_INIT(max_bytes)};
    AUTO(copy_release) struct copy print = {.text = STR_INIT(max_bytes)};
    split_json(json, &parse, &print);
    json_error_t at;
    json_t *root = json_loads(str_text(&parse.text), JSON_ALLOW_NUL, &at);
    if (root == NULL || print.text.is_failed) {
        json_decref(root);
        return err_set(err, ERR_INTERNAL, "could not read DuckDB's syntax tree: %s", at.text);
    }
    ret_tree->root = root;
    ret_tree->hash = hash_bytes(str_text(&print.text), print.text.len);
    return 0;
}

static int read_answer(duckdb_result *result, struct sql_tree *ret_tree, struct err *err)
{
    duckdb_data_chunk chunk = duckdb_fetch_chunk(*result);
    if (chunk == NULL)
        return err_set(err, ERR_INTERNAL, "DuckDB gave no syntax tree");
    size_t len;
    const char *data = vector_string(duckdb_data_chunk_get_vector(chunk, 0), 0, &len);
    AUTO(str_release) struct str json = STR_INIT(SQL_MAX_BYTES * 8);
    str_append_len(&json, data, len);
    int rc = parse_json(str_text(&json), len * 2 + 64, ret_tree, err);
    duckdb_destroy_data_chunk(&chunk);
    return rc;
}

int sql_tree_read(struct conn *conn, const char *sql, struct sql_tree *ret_tree, struct err *err)
{
    if (conn->serialize == NULL)
        TRY(duck_prepare(conn, sql_plain(serialize), &conn->serialize, err));
    AUTO(value_destroy) duckdb_value text = duckdb_create_varchar(sql);
    if (text == NULL || duckdb_bind_value(conn->serialize, 1, text) != DuckDBSuccess)
        return err_set(err, ERR_CONFIG, "the text is not UTF-8");
    duckdb_result result = {0};
    TRY(duck_execute(conn->serialize, false, sql_plain(""), &result, err));
    int rc = read_answer(&result, ret_tree, err);
    duckdb_destroy_result(&result);
    return rc;
}

void sql_tree_release(struct sql_tree *tree)
{
    json_decref(tree->root);
    tree->root = NULL;
}

const char *json_text(json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

void sql_first_word(const char *sql, char *ret_word, size_t word_bytes)
{
    const char *at = sql_skip_blank(sql);
    while (*at == '(')
        at = sql_skip_blank(at + 1);
    size_t len = 0;
    for (; isalpha((unsigned char)at[len]) && len + 1 < word_bytes; len++)
        ret_word[len] = (char)toupper((unsigned char)at[len]);
    ret_word[len] = '\0';
}

int sql_err_where(struct err *err, const char *sql, size_t offset)
{
    int line, column;
    text_place(sql, offset, &line, &column);
    return err_where(err, "%d:%d", line, column);
}
