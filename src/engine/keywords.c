/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "base/str.h"
#include "engine/duck.h"
#include "engine/sql.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* DuckDB's keywords, asked for once per engine. */
struct keyword_list {
    struct arena arena;
    struct map kinds; /* word → a kind */
};

static enum keyword_kind kinds[] = {KEYWORD_NONE, KEYWORD_UNRESERVED, KEYWORD_RESERVED};

static void result_freep(struct result **result)
{
    result_free(*result);
}

static int fill(struct keyword_list *list, struct conn *conn, struct err *err)
{
    AUTO(result_freep) struct result *result = NULL;
    TRY(conn_query(conn,
                   "SELECT keyword_name, keyword_category = 'reserved' FROM duckdb_keywords()",
                   NULL, 0, &result, err));
    int rc;
    while ((rc = result_next(result, err)) == 1) {
        enum keyword_kind *kind =
            &kinds[result_i64(result, 1) ? KEYWORD_RESERVED : KEYWORD_UNRESERVED];
        if (map_get(&list->kinds, result_text(result, 0)) != &kinds[KEYWORD_RESERVED])
            map_put(&list->kinds, result_text(result, 0), kind);
    }
    return rc;
}

static int load(struct engine *engine, struct err *err)
{
    struct keyword_list *list = alloc_zeroed(sizeof(*list));
    arena_init(&list->arena, 4u << 20);
    map_init(&list->kinds, &list->arena);
    if (fill(list, engine->admin, err) != 0) {
        keywords_free(list);
        return -1;
    }
    engine->keywords = list;
    return 0;
}

void keywords_free(struct keyword_list *keywords)
{
    if (keywords == NULL)
        return;
    arena_release(&keywords->arena);
    free(keywords);
}

int keyword_find(struct conn *conn, const char *word, enum keyword_kind *ret_kind, struct err *err)
{
    char lower[64];
    size_t len = strlen(word);
    *ret_kind = KEYWORD_NONE;
    if (len >= sizeof(lower))
        return 0;
    for (size_t i = 0; i <= len; i++)
        lower[i] = (char)tolower((unsigned char)word[i]);
    struct engine *engine = conn->engine;
    pthread_mutex_lock(&engine->lock);
    int rc = engine->keywords != NULL ? 0 : load(engine, err);
    if (rc == 0) {
        const enum keyword_kind *kind = map_get(&engine->keywords->kinds, lower);
        *ret_kind = kind != NULL ? *kind : KEYWORD_NONE;
    }
    pthread_mutex_unlock(&engine->lock);
    return rc;
}

int sql_is_reserved(struct conn *conn, const char *word, bool *ret_is_reserved, struct err *err)
{
    enum keyword_kind kind;
    TRY(keyword_find(conn, word, &kind, err));
    *ret_is_reserved = kind == KEYWORD_RESERVED;
    return 0;
}
