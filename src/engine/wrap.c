/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/wrap.h"

#include "engine/sql.h"

#include <ctype.h>
#include <string.h>

static const char *skip_quoted(const char *at, char quote)
{
    for (at++; *at != '\0' && *at != quote; at++)
        ;
    return *at == quote ? at + 1 : at;
}

/* As in PostgreSQL, comments nest. */
static const char *skip_comment(const char *at)
{
    int depth = 0;
    do {
        if (at[0] == '/' && at[1] == '*') {
            depth++;
            at += 2;
        } else if (at[0] == '*' && at[1] == '/') {
            depth--;
            at += 2;
        } else {
            at++;
        }
    } while (depth > 0 && *at != '\0');
    return at;
}

/* $$…$$ or $tag$…$tag$; a parameter such as $start is none. */
static const char *skip_dollar(const char *at)
{
    const char *end = at + 1;
    while (isalnum((unsigned char)*end) || *end == '_')
        end++;
    if (*end != '$' || isdigit((unsigned char)at[1]))
        return at + 1;
    size_t len = (size_t)(end + 1 - at);
    for (const char *close = end + 1; *close != '\0'; close++) {
        if (strncmp(close, at, len) == 0)
            return close + len;
    }
    return at + strlen(at);
}

const char *sql_skip_opaque(const char *at)
{
    if (*at == '\'' || *at == '"')
        return skip_quoted(at, *at);
    if (at[0] == '-' && at[1] == '-')
        return at + strcspn(at, "\n");
    if (at[0] == '/' && at[1] == '*')
        return skip_comment(at);
    if (*at == '$')
        return skip_dollar(at);
    return at;
}

const char *sql_skip_blank(const char *at)
{
    while (*at != '\0') {
        const char *after = *at == '-' || *at == '/' ? sql_skip_opaque(at) : at;
        if (isspace((unsigned char)*at))
            at++;
        else if (after != at)
            at = after;
        else
            break;
    }
    return at;
}

size_t sql_first_end(const char *sql)
{
    const char *at = sql;
    while (*at != '\0' && *at != ';') {
        const char *after = sql_skip_opaque(at);
        at = after != at ? after : at + 1;
    }
    return (size_t)(at - sql);
}

size_t sql_body_len(const char *sql)
{
    size_t end = sql_first_end(sql);
    const char *at = sql + end;
    while (*at == ';')
        at = sql_skip_blank(at + 1);
    /* With a second statement the text stays whole, and DuckDB says what is wrong. */
    return *at == '\0' ? end : strlen(sql);
}

struct sql_text sql_wrap(struct str *buffer, const char *before, const char *sql, const char *after)
{
    size_t skip = strlen(before), len = sql_body_len(sql);
    str_append(buffer, before);
    str_append_len(buffer, sql, len);
    /* The user's text may end in a comment to the end of the line. */
    str_append(buffer, "\n");
    str_append(buffer, after);
    return (struct sql_text){.sql = str_text(buffer), .skip = skip, .len = len};
}
