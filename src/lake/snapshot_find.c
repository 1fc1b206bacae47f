/* SPDX-License-Identifier: Apache-2.0 */
#include "base/instant.h"
#include "lake/internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool is_number(const char *text)
{
    size_t len = strlen(text);
    if (len == 0 || len > 18)
        return false;
    for (size_t i = 0; i < len; i++)
        if (!isdigit((unsigned char)text[i]))
            return false;
    return true;
}

static int find_number(struct lake *lake, int64_t id, int64_t *ret_id, struct err *err)
{
    int64_t found, oldest, newest;
    TRY(db_value(&lake->db, -1, &found, err,
                 "SELECT snapshot_id FROM ducklake_snapshot WHERE snapshot_id = ?", "i", id));
    if (found >= 0) {
        *ret_id = found;
        return 0;
    }
    TRY(db_value(&lake->db, 0, &oldest, err, "SELECT min(snapshot_id) FROM ducklake_snapshot", ""));
    TRY(db_value(&lake->db, 0, &newest, err, "SELECT max(snapshot_id) FROM ducklake_snapshot", ""));
    err_set(err, ERR_NOT_FOUND, "the warehouse has no snapshot %lld", (long long)id);
    return err_hint(err, "The oldest kept is %lld, the newest %lld.", (long long)oldest,
                    (long long)newest);
}

static int find_time(struct lake *lake, const char *text, int64_t at_us, int64_t *ret_id,
                     struct err *err)
{
    AUTO(rows_done) struct rows rows = {0};
    char oldest[64] = "";
    int more;
    TRY(db_query(&lake->db, &rows, err,
                 "SELECT snapshot_id, snapshot_time FROM ducklake_snapshot"
                 " ORDER BY snapshot_id DESC",
                 ""));
    while ((more = rows_next(&rows, err)) > 0) {
        int64_t time_us;
        if (!snapshot_time_parse(rows_text(&rows, 1), &time_us))
            continue;
        if (time_us <= at_us) {
            *ret_id = rows_i64(&rows, 0);
            return 0;
        }
        instant_format(time_us, oldest);
    }
    if (more < 0)
        return -1;
    err_set(err, ERR_NOT_FOUND, "the warehouse has no snapshot as old as \"%s\"", text);
    return err_hint(err, "The oldest kept is of %s.", oldest);
}

int lake_snapshot_find(struct lake *lake, const char *text, int64_t *ret_id, struct err *err)
{
    LAKE_LOCKED(locked, lake);
    int64_t at_us;
    if (is_number(text))
        return find_number(locked, strtoll(text, NULL, 10), ret_id, err);
    if (instant_parse(text, &zone_utc, &at_us, err) != 0)
        return err_hint(err, "Write the number of a snapshot, or a time such as 2024-06-05 or "
                             "2024-06-05T10:00:00Z.");
    return find_time(locked, text, at_us, ret_id, err);
}
