/* SPDX-License-Identifier: Apache-2.0 */
#include "connect/series_bounds.h"

#include "base/alloc.h"
#include "base/instant.h"
#include "connect/parquet_schema.h"

#include <stdlib.h>

/*
 * Which files a call of the macro reads is told by constants alone, before anything is opened: the engine takes no lambda
 * and no subquery as the argument of read_parquet(). So the files are numbered, and those that end late enough (the tail of the
 * numbers in the order of their ends) are intersected with those that begin early enough (the head in the order of their beginnings).
 */

#define FROM "CAST(time_from AS TIMESTAMPTZ)"
#define TO "CAST(time_to AS TIMESTAMPTZ)"

struct file_range {
    size_t number; /* from 1, as lists count */
    int64_t min_us, max_us;
};

void series_append_head(struct str *sql, const char *schema, const char *name)
{
    str_appendf(sql, "CREATE OR REPLACE MACRO %s.", schema);
    str_append_ident(sql, name);
    str_append(sql, "(time_from := NULL, time_to := NULL) AS TABLE ");
}

void series_append_bounds(struct str *sql)
{
    str_append(sql,
               " AND (" FROM " IS NULL OR time >= " FROM ") AND (" TO " IS NULL OR time < " TO ")");
}

int series_macro_over_table(struct conn *conn, const char *schema, const char *name,
                            struct err *err)
{
    AUTO(str_release) struct str sql = STR_INIT(1 << 16);
    series_append_head(&sql, schema, name);
    str_appendf(&sql, "SELECT * FROM %s.", schema);
    str_append_ident(&sql, name);
    str_append(&sql, " WHERE true");
    series_append_bounds(&sql);
    return conn_exec(conn, str_text(&sql), err);
}

static int by_end(const void *left, const void *right)
{
    const struct file_range *a = left;
    const struct file_range *b = right;
    return (a->max_us > b->max_us) - (a->max_us < b->max_us);
}

static int by_beginning(const void *left, const void *right)
{
    const struct file_range *a = left;
    const struct file_range *b = right;
    return (a->min_us > b->min_us) - (a->min_us < b->min_us);
}

/* Files without samples have no range, and are left out. */
static int find_ranges(const struct source_plan *plan, struct file_range *ranges, size_t *ret_count,
                       struct err *err)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->file_count; i++) {
        const struct input_file *file = &plan->files[i];
        struct file_range *range = &ranges[count];
        if (file->min_time == NULL || file->max_time == NULL)
            continue;
        TRY(instant_parse(file->min_time, &zone_utc, &range->min_us, err));
        TRY(instant_parse(file->max_time, &zone_utc, &range->max_us, err));
        range->number = i + 1;
        count++;
    }
    *ret_count = count;
    return 0;
}

enum what { NUMBERS, BEGINNINGS, ENDS };

/* As a text, which is parsed much quicker than a list of constants. */
static void append_list(struct str *sql, const struct file_range *ranges, size_t count,
                        enum what what)
{
    str_append(sql, "CAST('[");
    for (size_t i = 0; i < count; i++) {
        int64_t value = what == NUMBERS      ? (int64_t)ranges[i].number
                        : what == BEGINNINGS ? ranges[i].min_us
                                             : ranges[i].max_us;
        str_appendf(sql, "%s%lld", i > 0 ? "," : "", (long long)value);
    }
    str_append(sql, "]' AS BIGINT[])");
}

/* list_position(list_sort(list_append(<ascending>, <bound>)), <bound>): 1 + how many are below the bound. */
static void append_position(struct str *sql, const struct file_range *ranges, size_t count,
                            enum what what, const char *bound)
{
    str_append(sql, "list_position(list_sort(list_append(");
    append_list(sql, ranges, count, what);
    str_appendf(sql, ", %s)), %s)", bound, bound);
}

static void append_numbers(struct str *sql, struct file_range *ranges, size_t count)
{
    static const char from[] = "coalesce(epoch_us(" FROM "), -9223372036854775807)";
    static const char to[] = "coalesce(epoch_us(" TO "), 9223372036854775807)";
    qsort(ranges, count, sizeof(*ranges), by_end);
    str_append(sql, "list_intersect((");
    append_list(sql, ranges, count, NUMBERS);
    str_append(sql, ")[");
    append_position(sql, ranges, count, ENDS, from);
    str_append(sql, ":], (");
    qsort(ranges, count, sizeof(*ranges), by_beginning);
    append_list(sql, ranges, count, NUMBERS);
    str_append(sql, ")[:");
    append_position(sql, ranges, count, BEGINNINGS, to);
    str_append(sql, " - 1])");
}

int series_append_files(struct str *sql, const struct source_plan *plan, struct err *err)
{
    struct file_range *ranges = alloc_zeroed((plan->file_count + 1) * sizeof(*ranges));
    size_t count = 0;
    int result = find_ranges(plan, ranges, &count, err);
    str_append(sql, "list_select(");
    parquet_append_list(sql, plan, NULL, plan->file_count);
    str_append(sql, ", coalesce(nullif(list_sort(");
    append_numbers(sql, ranges, count);
    str_append(sql, "), CAST([] AS BIGINT[])), [1]))");
    free(ranges);
    return result;
}
