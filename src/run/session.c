/* SPDX-License-Identifier: Apache-2.0 */
#include "run/run.h"

#include "engine/zones.h"
#include "functions/functions.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

char *run_id_make(struct arena *arena)
{
    time_t seconds = (time_t)(now_us() / US_PER_SECOND);
    struct tm tm;
    char stamp[32];
    unsigned char noise[3] = {0};
    gmtime_r(&seconds, &tm);
    strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%S", &tm);
    if (getrandom(noise, sizeof(noise), 0) != (ssize_t)sizeof(noise))
        memcpy(noise, &seconds, sizeof(noise));
    return arena_printf(arena, "%s-%02x%02x%02x", stamp, noise[0], noise[1], noise[2]);
}

static void share_changed(void *context, int64_t share_bytes)
{
    /* A smaller share that DuckDB refuses only means that it spills later; the reservation holds. */
    (void)!engine_set_memory(context, share_bytes, NULL);
}

int session_engine(struct session *session, struct engine **ret_engine, struct err *err)
{
    if (session->engine == NULL) {
        bool can_spill = session->lake != NULL && session->run_id != NULL;
        struct engine_options options = {
            .memory_bytes = memory_engine_share(session->memory),
            .threads = session->threads,
            .temp_dir = can_spill ? lake_temp_folder(session->lake, &session->arena) : NULL,
            .temp_bytes = session->project->temp_limit_bytes,
        };
        struct engine *engine = NULL;
        TRY(engine_open(&options, &engine, err));
        if (functions_register(engine, err) != 0) {
            engine_close(engine);
            return -1;
        }
        session->engine = engine;
        memory_on_share(session->memory, share_changed, engine);
    }
    if (ret_engine != NULL)
        *ret_engine = session->engine;
    return 0;
}

int session_conn(struct session *session, struct conn **ret_conn, struct err *err)
{
    if (session->conn == NULL) {
        struct engine *engine = NULL;
        TRY(session_engine(session, &engine, err));
        TRY(conn_open(engine, &session->conn, err));
    }
    *ret_conn = session->conn;
    return 0;
}

/* <warehouse>/cache/zone-Europe-Vilnius-v1.5.5: the zone tables of one version of ICU. */
static char *zone_cache_path(struct session *session, const char *name)
{
    char *safe = arena_strdup(&session->arena, name);
    for (char *c = safe; *c != '\0'; c++)
        if (*c == '/')
            *c = '-';
    return arena_printf(&session->arena, "%s/cache/zone-%s-%s", session->project->warehouse, safe,
                        engine_version());
}

int session_zone(struct session *session, const char *name, const struct zone **ret_zone,
                 struct err *err)
{
    enum { CACHE_MAX = 256 * 1024 };
    if (str_eq(name, "UTC")) {
        *ret_zone = &zone_utc;
        return 0;
    }
    const char *path = zone_cache_path(session, name);
    char *text = NULL;
    size_t len = 0;
    if (file_read(path, CACHE_MAX, &session->arena, &text, &len, NULL) == 0 &&
        zone_from_text(name, text, &session->arena, ret_zone, NULL) == 0)
        return 0;
    struct conn *conn = NULL;
    TRY(session_conn(session, &conn, err));
    TRY(zone_load(conn, name, &session->arena, ret_zone, err));
    text = zone_to_text(*ret_zone, &session->arena);
    /* A cache that cannot be written costs some milliseconds next time, nothing else. */
    if (session->run_id != NULL && file_mkdirs(path_dirname(&session->arena, path), NULL) == 0)
        (void)!file_write_atomic(path, text, strlen(text), NULL);
    return 0;
}

void session_close(struct session *session)
{
    conn_close(session->conn);
    if (session->memory != NULL)
        memory_on_share(session->memory, NULL, NULL);
    engine_close(session->engine);
    journal_close(session->journal);
    lake_close(session->lake);
    memory_free(session->memory);
    session->conn = NULL;
    session->engine = NULL;
    session->journal = NULL;
    session->lake = NULL;
    session->memory = NULL;
}
