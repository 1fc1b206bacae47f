/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LEAT_LAKE_VISIBLE_H
#define LEAT_LAKE_VISIBLE_H

#include <stdbool.h>

/*
 * One query in two forms: for the newest snapshot, where what is not ended is there (an index holds
 * exactly these rows), and for an older one, ?1.
 */
struct at_sql {
    const char *newest, *older;
};
#define VISIBLE_NEWEST(t) t ".end_snapshot IS NULL AND ?1 >= 0"
#define VISIBLE_OLDER(t) \
    t ".begin_snapshot <= ?1 AND (" t ".end_snapshot IS NULL OR " t ".end_snapshot > ?1)"
#define AT_SQL(head, t, tail)                                   \
    {                                                           \
        head VISIBLE_NEWEST(t) tail, head VISIBLE_OLDER(t) tail \
    }

static inline const char *at_sql(const struct at_sql *sql, bool is_newest)
{
    return is_newest ? sql->newest : sql->older;
}

#endif
