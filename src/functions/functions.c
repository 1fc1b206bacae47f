/* SPDX-License-Identifier: Apache-2.0 */
#include "functions/functions.h"

#include "functions/unpack_intervals.h"

const struct function_doc function_docs[] = {
    {
        .name = "unpack_intervals",
        .signature = "unpack_intervals(date, values, resolution, zone, clock := 'clock', "
                     "doubled := 'sum')",
        .summary = "Turns the array of readings of one local day into one row per slot of true "
                   "time.",
        .detail =
            "Returns a list of `{start_time TIMESTAMPTZ, end_time TIMESTAMPTZ, local_start "
            "TIMESTAMP, value, quality VARCHAR}`, in order of `start_time`; `unnest(…, recursive "
            ":= true)` makes rows and columns of it. `value` has the type of the list's elements "
            "and its unit.\n"
            "\n"
            "- `date` DATE: the day of the local clock, 1900 to 2100.\n"
            "- `values`: a list of integers, decimals or doubles, one element per slot. Null as "
            "a whole means that nothing is known of the day: all its rows are `missing`.\n"
            "- `resolution`: the length of a slot, which has to divide a day: `15min`, `30min`, "
            "`60min`, `1h`, `PT15M`, `PT1H`, …\n"
            "- `zone`: an IANA name, such as `Europe/Vilnius`.\n"
            "- `clock`: what an element stands for on a day when the clock changes. `'clock'`: "
            "always 24 hours of elements; one whose time the clock skips must be null and gives "
            "no row, one whose time comes twice gives two rows. `'true_time'`: as many elements "
            "as slots passed, 23, 24 or 25 hours of them.\n"
            "- `doubled`: what the element of a time that comes twice holds. `'sum'`: both "
            "together; it is divided so that the parts add up to it, and what cannot be divided "
            "goes to the first part (201 is 101 and 100; decimals at their scale). `'mean'`: the "
            "mean of both; it is repeated.\n"
            "\n"
            "`quality` is `measured`, `split` (a part of a doubled element) or `missing` (the "
            "element was null). A slot in the middle of which the clock changes (a whole hour "
            "where the change is half an hour; a slot of several hours) is one row that is "
            "shorter or longer than its name: see `end_time`.\n"
            "\n"
            "Errors name the date, the element and what was found: an array of another length, a "
            "value in a slot that does not exist, an unknown zone or resolution, a null date. The "
            "offsets are those of DuckDB's ICU.",
        .example = "SELECT unnest(unpack_intervals(DATE '2022-10-30', [0, 10, 20, 201, 40, 50, 60, "
                   "70, 80, 90, 100, 110, 120, 130, 140, 150, 160, 170, 180, 190, 200, 210, 220, "
                   "230], '60min', 'Europe/Vilnius'), recursive := true)",
    },
};
const size_t function_doc_count = ARRAY_COUNT(function_docs);

int functions_register(struct engine *engine, struct err *err)
{
    struct conn *conn;
    TRY(conn_open(engine, &conn, err));
    int rc = unpack_intervals_register(conn, err);
    conn_close(conn);
    return rc;
}
