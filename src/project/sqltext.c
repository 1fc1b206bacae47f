/* SPDX-License-Identifier: Apache-2.0 */
#include "project/internal.h"

#include "engine/zones.h"

#include <ctype.h>
#include <string.h>

/* What DuckDB says of a text the user wrote, asked only when the cache does not know it. */

int loader_conn(struct loader *loader, struct conn **ret_conn)
{
    struct project_state *state = loader->state;
    if (loader->fatal.kind != ERR_NONE)
        return -1;
    if (!state->conn && !state->need_conn)
        return err_set(&loader->fatal, ERR_INTERNAL,
                       "the project needs the engine, and no way to open it was given");
    if (!state->conn)
        TRY(state->need_conn(state->context, &state->conn, &loader->fatal));
    *ret_conn = state->conn;
    return 0;
}

struct place sqltext_place(struct place origin, const struct err *err)
{
    int line = 0, column = 0;
    if (sscanf(err->where, "%d:%d", &line, &column) < 1 || line < 1)
        return origin;
    struct place place = origin;
    place.line = origin.line + line - 1;
    place.column = line == 1 ? origin.column + (column > 0 ? column - 1 : 0) : column;
    return place;
}

/* The token in: syntax error at or near "token". */
static const char *token_at_error(struct arena *arena, const char *message)
{
    const char *near = strstr(message, "at or near \"");
    const char *token = near ? near + strlen("at or near \"") : NULL;
    const char *end = token ? strrchr(token, '"') : NULL;
    return end && end > token ? arena_strndup(arena, token, (size_t)(end - token)) : NULL;
}

/* Where in the text an error is, or NULL. */
static const char *error_at(const char *sql, const struct err *err)
{
    int line = 0, column = 0;
    if (sscanf(err->where, "%d:%d", &line, &column) != 2)
        return NULL;
    const char *at = sql;
    for (; line > 1 && at; line--) {
        at = strchr(at, '\n');
        at = at ? at + 1 : NULL;
    }
    return at && column > 0 && strlen(at) >= (size_t)column - 1 ? at + column - 1 : NULL;
}

static const char *word_before(struct arena *arena, const char *sql, const char *at)
{
    const char *end = at;
    while (end > sql && strchr(" \t\r\n", end[-1]))
        end--;
    const char *start = end;
    while (start > sql && (isalnum((unsigned char)start[-1]) || start[-1] == '_'))
        start--;
    return start < end ? arena_strndup(arena, start, (size_t)(end - start)) : NULL;
}

/* GROUP BY and ORDER BY where they cannot stand are no names. */
static bool is_before_by(const char *at, size_t len)
{
    at += len;
    at += strspn(at, " \t\r\n");
    return strncasecmp(at, "by", 2) == 0 && !isalnum((unsigned char)at[2]);
}

/* Words that begin a part of a SELECT: at these the mistake lies elsewhere. */
static bool is_clause(const char *word)
{
    static const char *const clauses[] = {
        "from", "where",     "select", "having",  "union",  "join",   "on",    "and",   "or",
        "as",   "with",      "by",     "inner",   "left",   "right",  "full",  "cross", "then",
        "else", "when",      "in",     "not",     "is",     "like",   "using", "into",  "distinct",
        "all",  "intersect", "except", "between", "values", "qualify"};
    for (size_t i = 0; i < ARRAY_COUNT(clauses); i++)
        if (strcasecmp(clauses[i], word) == 0)
            return true;
    return false;
}

static bool is_reserved(struct conn *conn, const char *word)
{
    bool result = false;
    return word && name_is_good(word) && !is_clause(word) &&
           sql_is_reserved(conn, word, &result, NULL) == 0 && result;
}

/*
 * A reserved word as a name: the parser stops at the word, or at the `,`, `)` or FROM behind it, when the word
 * itself could begin something (order, case).
 */
static const char *find_reserved(struct loader *loader, const char *sql, const struct err *err,
                                 struct conn *conn)
{
    const char *token = token_at_error(loader->arena, err->message), *at = error_at(sql, err);
    if (!token || !at || is_before_by(at, strlen(token)))
        return NULL;
    if (is_reserved(conn, token))
        return token;
    bool ends_name = str_eq(token, ",") || str_eq(token, ")") || strcasecmp(token, "from") == 0 ||
                     strcasecmp(token, "as") == 0;
    const char *before = ends_name ? word_before(loader->arena, sql, at) : NULL;
    return is_reserved(conn, before) ? before : NULL;
}

/* Whether a clause word stands where a name would: behind AS, a dot, or a name that could have an alias. */
static bool is_as_name(struct loader *loader, const char *sql, const char *at, struct conn *conn)
{
    bool result = false;
    const char *before = word_before(loader->arena, sql, at);
    if (!before)
        return at > sql && at[-1] == '.';
    return strcasecmp(before, "as") == 0 ||
           (sql_is_reserved(conn, before, &result, NULL) == 0 && !result);
}

static void hint_clause(struct loader *loader, const char *sql, const struct err *err,
                        struct conn *conn)
{
    const char *token = token_at_error(loader->arena, err->message), *at = error_at(sql, err);
    if (token && at && err->hint[0] == '\0' && is_clause(token) &&
        is_as_name(loader, sql, at, conn))
        problem_hint(loader->problems, "If \"%s\" is meant as a name, put it in double quotes.",
                     token);
}

static void say_error(struct loader *loader, struct place origin, const char *sql,
                      const struct err *err, struct conn *conn)
{
    struct place place = sqltext_place(origin, err);
    const char *word = find_reserved(loader, sql, err, conn);
    if (!word) {
        problem_from_err(loader->problems, place, err);
        hint_clause(loader, sql, err, conn);
        return;
    }
    problem_add(loader->problems, place,
                "\"%s\" is a word that SQL reserves, so it cannot be a name as it stands", word);
    problem_hint(loader->problems, "If it is a column, write it in double quotes: \"%s\".", word);
}

const struct sql_info *sqltext_analyze(struct loader *loader, struct place origin, const char *sql)
{
    struct hash key = hash_bytes(sql, strlen(sql));
    const struct sql_info *known = cache_get_sql(&loader->state->cache, key);
    if (known)
        return known;
    struct conn *conn = NULL;
    if (loader_conn(loader, &conn) != 0)
        return NULL;
    struct sql_info *info = ARENA_NEW(loader->arena, struct sql_info);
    struct err err = {0};
    if (sql_analyze(conn, sql, loader->arena, info, &err) == 0) {
        cache_put_sql(&loader->state->cache, key, info);
        return info;
    }
    if (problem_is_fatal(&err))
        loader->fatal = err;
    else
        say_error(loader, origin, sql, &err, conn);
    return NULL;
}

/* Transitions of a zone, kept as text. */
const struct zone *sqltext_zone(struct loader *loader, struct place place, const char *name)
{
    struct cache *cache = &loader->state->cache;
    struct hash key = hash_bytes(name, strlen(name));
    const struct zone *zone = NULL;
    const char *text = NULL;
    size_t len = 0;
    struct conn *conn = NULL;
    struct err err = {0};
    if (strcmp(name, "UTC") == 0)
        return &zone_utc;
    if (cache_get(cache, CACHE_ZONE, key, &text, &len) &&
        zone_from_text(name, text, loader->arena, &zone, NULL) == 0)
        return zone;
    if (loader_conn(loader, &conn) != 0)
        return NULL;
    if (zone_load(conn, name, loader->arena, &zone, &err) != 0) {
        if (problem_is_fatal(&err))
            loader->fatal = err;
        else
            problem_from_err(loader->problems, place, &err);
        return NULL;
    }
    text = zone_to_text(zone, loader->arena);
    cache_put(cache, CACHE_ZONE, key, text, strlen(text));
    return zone;
}
