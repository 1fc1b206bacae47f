/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/zones.h"

#include "base/alloc.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * 1900-01-01 to 2101-01-01. No zone changed its offset twice within 3 days since 1900 (the shortest
 * time between two changes is 4 days, Africa/Freetown 1939), so a sample every 3 days misses none.
 */
#define FIRST_S INT64_C(-2208988800)
#define STEP_S INT64_C(259200)
#define STEP_COUNT 24472

/* A bracket is divided so often at a time; fewer rounds cost less than fewer samples. */
#define PARTS 8

/* A change of offset somewhere in (low, high]; narrowed until it is one second wide. */
struct bracket {
    int64_t low_s, high_s;
    int32_t low_offset, high_offset;
};
struct search {
    struct conn *conn;
    const char *zone;
    struct arena *arena;
    VEC(struct bracket) brackets;
    int32_t first_offset;
};

static void result_freep(struct result **result)
{
    result_free(*result);
}

/* Runs a query of (seconds, offset) and hands its rows to `row`. */
static int each_offset(struct search *search, const char *sql, const char *seconds,
                       void (*row)(struct search *, size_t, int64_t, int32_t), struct err *err)
{
    const struct param params[] = {{"zone", "VARCHAR", search->zone},
                                   {"seconds", "BIGINT[]", seconds}};
    AUTO(result_freep) struct result *result = NULL;
    TRY(conn_query(search->conn, sql, params, ARRAY_COUNT(params), &result, err));
    size_t index = 0;
    int rc;
    while ((rc = result_next(result, err)) == 1)
        row(search, index++, result_i64(result, 0), (int32_t)result_i64(result, 1));
    return rc;
}

static void add_sample(struct search *search, size_t index, int64_t at_s, int32_t offset)
{
    if (index == 0)
        search->first_offset = offset;
    /* The rows are the samples whose offset is not the one before. */
    int32_t before = search->brackets.count > 0
                         ? search->brackets.items[search->brackets.count - 1].high_offset
                         : search->first_offset;
    if (index > 0)
        VEC_PUSH(search->arena, search->brackets,
                 (struct bracket){at_s - STEP_S, at_s, before, offset});
}

/* A sample within a bracket; those of one bracket come in order of time. */
static void narrow(struct search *search, size_t index, int64_t at_s, int32_t offset)
{
    struct bracket *bracket = &search->brackets.items[index / (PARTS - 1)];
    if (at_s >= bracket->high_s)
        return;
    if (offset == bracket->low_offset)
        bracket->low_s = at_s;
    else
        bracket->high_s = at_s;
}

#define OFFSET_OF "(epoch_us(timezone($zone, t)) - epoch_us(t)) // 1000000"

static int sample(struct search *search, struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(4096);
    str_appendf(&sql,
                "SELECT s, o FROM (SELECT s, o, lag(o) OVER (ORDER BY s) AS before FROM (SELECT s, "
                "to_timestamp(s) AS t, " OFFSET_OF " AS o FROM (SELECT %" PRId64 " + i * %" PRId64
                " AS s FROM range(%d) r(i)))) WHERE o IS DISTINCT FROM before ORDER BY s",
                FIRST_S, STEP_S, STEP_COUNT);
    return each_offset(search, str_text(&sql), NULL, add_sample, err);
}

/* All brackets are as wide as each other, so they are done together. */
static int refine(struct search *search, struct err *err)
{
    static const char sql[] = "SELECT s, " OFFSET_OF " FROM (SELECT s, to_timestamp(s) AS t FROM "
                              "(SELECT unnest($seconds) AS s))";
    AUTO(str_release) struct str seconds = STR_INIT(1u << 20);
    if (search->brackets.count == 0)
        return 0;
    for (int64_t width = STEP_S; width > 1;) {
        width = (width + PARTS - 1) / PARTS;
        str_clear(&seconds);
        for (size_t i = 0; i < search->brackets.count * (PARTS - 1); i++) {
            const struct bracket *at = &search->brackets.items[i / (PARTS - 1)];
            str_appendf(&seconds, "%c%" PRId64, i > 0 ? ',' : '[',
                        at->low_s + width * (int64_t)(i % (PARTS - 1) + 1));
        }
        str_append(&seconds, "]");
        TRY(each_offset(search, sql, str_text(&seconds), narrow, err));
    }
    return 0;
}

static const struct zone *make_zone(const struct search *search, struct arena *arena)
{
    size_t count = search->brackets.count + 1;
    int64_t *starts = ARENA_ARRAY(arena, int64_t, count);
    int32_t *offsets = ARENA_ARRAY(arena, int32_t, count);
    starts[0] = INT64_MIN;
    offsets[0] = search->first_offset;
    for (size_t i = 1; i < count; i++) {
        starts[i] = search->brackets.items[i - 1].high_s * US_PER_SECOND;
        offsets[i] = search->brackets.items[i - 1].high_offset;
    }
    struct zone *zone = ARENA_NEW(arena, struct zone);
    *zone = (struct zone){arena_strdup(arena, search->zone), count, starts, offsets};
    return zone;
}

static int unknown_zone(struct conn *conn, const char *name, struct arena *arena, struct err *err)
{
    AUTO(result_freep) struct result *result = NULL;
    TRY(conn_query(conn, "SELECT name FROM pg_timezone_names()", NULL, 0, &result, err));
    VEC(const char *) names = {0};
    int rc;
    while ((rc = result_next(result, err)) == 1)
        VEC_PUSH(arena, names, arena_strdup(arena, result_text(result, 0)));
    TRY(rc);
    err_set(err, ERR_CONFIG, "unknown time zone \"%s\"", name);
    const char *nearest = nearest_name(name, names.items, names.count);
    return nearest != NULL ? err_hint(err, "Did you mean \"%s\"?", nearest)
                           : err_hint(err, "Write an IANA name such as Europe/Vilnius.");
}

static int find_changes(struct search *search, struct err *err)
{
    struct err reason = {0};
    if (sample(search, &reason) == 0)
        return refine(search, err);
    if (strstr(reason.message, "TimeZone") != NULL)
        return unknown_zone(search->conn, search->zone, search->arena, err);
    if (err != NULL)
        *err = reason;
    return -1;
}

int zone_load(struct conn *conn, const char *name, struct arena *arena,
              const struct zone **ret_zone, struct err *err)
{
    if (str_eq(name, zone_utc.name)) {
        *ret_zone = &zone_utc;
        return 0;
    }
    struct arena scratch;
    arena_init(&scratch, 16u << 20);
    struct search search = {.conn = conn, .zone = name, .arena = &scratch};
    int rc = find_changes(&search, err);
    if (rc == 0)
        *ret_zone = make_zone(&search, arena);
    arena_release(&scratch);
    return rc;
}

char *zone_to_text(const struct zone *zone, struct arena *arena)
{
    AUTO(str_release) struct str text = STR_INIT(1u << 20);
    str_appendf(&text, "- %d", zone->offsets_s[0]);
    for (size_t i = 1; i < zone->count; i++)
        str_appendf(&text, ";%" PRId64 " %d", zone->starts_us[i] / US_PER_SECOND,
                    zone->offsets_s[i]);
    return arena_strdup(arena, str_text(&text));
}

/* One "<start> <offset>"; moves `text` behind it and its semicolon. */
static bool read_entry(const char **text, bool is_first, int64_t *ret_start, int32_t *ret_offset)
{
    char *end = (char *)*text + 1;
    *ret_start = INT64_MIN;
    if (!is_first)
        *ret_start = strtoll(*text, &end, 10) * US_PER_SECOND;
    else if (**text != '-')
        return false;
    if (end == *text || *end != ' ')
        return false;
    const char *number = end + 1;
    *ret_offset = (int32_t)strtol(number, &end, 10);
    if (end == number || (*end != '\0' && (*end != ';' || end[1] == '\0')))
        return false;
    *text = *end == ';' ? end + 1 : end;
    return true;
}

int zone_from_text(const char *name, const char *text, struct arena *arena,
                   const struct zone **ret_zone, struct err *err)
{
    size_t cap = 1;
    for (const char *at = text; *at != '\0'; at++)
        cap += *at == ';';
    int64_t *starts = ARENA_ARRAY(arena, int64_t, cap);
    int32_t *offsets = ARENA_ARRAY(arena, int32_t, cap);
    size_t count = 0;
    for (const char *at = text; *at != '\0' || count == 0; count++) {
        bool is_good = count < cap && read_entry(&at, count == 0, &starts[count], &offsets[count]);
        if (!is_good || (count > 0 && starts[count] <= starts[count - 1]))
            return err_set(err, ERR_DATA, "not a table of zone \"%s\": \"%.40s\"", name, text);
    }
    struct zone *zone = ARENA_NEW(arena, struct zone);
    *zone = (struct zone){arena_strdup(arena, name), count, starts, offsets};
    *ret_zone = zone;
    return 0;
}
