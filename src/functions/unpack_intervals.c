/* SPDX-License-Identifier: Apache-2.0 */
#include "functions/unpack_intervals.h"

#include "base/str.h"
#include "engine/duck.h"
#include "functions/local_day.h"
#include "functions/share.h"
#include "functions/unpack_output.h"
#include "functions/zone_cache.h"

#include <inttypes.h>
#include <string.h>

/* Zone tables reach from 1900 to 2100; beyond them an offset would be a guess. */
#define FIRST_DATE (-25567)
#define LAST_DATE 47846

enum { ARG_DATE, ARG_VALUES, ARG_RESOLUTION, ARG_ZONE, ARG_CLOCK, ARG_DOUBLED, ARG_COUNT };

/* One call: the input of a chunk, and what the settings of the row before meant. */
struct unpack {
    struct zone_cache *zones;
    duckdb_vector args[ARG_COUNT];
    struct str settings[ARG_COUNT]; /* texts of the row before */
    const struct zone *zone;
    int64_t resolution_us;
    enum slot_policy policy;
    bool is_mean; /* a doubled slot holds the mean of both, not the sum */
    struct local_day day;
    struct unpack_output out;
};

static void unpack_release(struct unpack *unpack)
{
    local_day_release(&unpack->day);
    for (int i = 0; i < ARG_COUNT; i++)
        str_release(&unpack->settings[i]);
}

static int set_resolution(struct unpack *unpack, const char *text, struct err *err)
{
    int64_t us;
    if (duration_parse(text, &us, NULL) != 0 || us < US_PER_SECOND || us > US_PER_DAY ||
        US_PER_DAY % us != 0) {
        err_set(err, ERR_DATA, "resolution \"%s\" is none that divides a day", text);
        return err_hint(err, "Write it as 15min, 30min, 60min, PT15M or PT1H.");
    }
    unpack->resolution_us = us;
    return 0;
}

static int set_word(const char *name, const char *text, const char *first, const char *second,
                    bool *ret_is_second, struct err *err)
{
    if (!str_eq(text, first) && !str_eq(text, second))
        return err_set(err, ERR_DATA, "%s is '%s', expected '%s' or '%s'", name, text, first,
                       second);
    *ret_is_second = str_eq(text, second);
    return 0;
}

static int set_setting(struct unpack *unpack, int arg, const char *text, struct err *err)
{
    bool is_second = false;
    switch (arg) {
    case ARG_RESOLUTION:
        return set_resolution(unpack, text, err);
    case ARG_ZONE:
        return zone_cache_get(unpack->zones, text, &unpack->zone, err);
    case ARG_CLOCK:
        TRY(set_word("clock", text, "clock", "true_time", &is_second, err));
        unpack->policy = is_second ? SLOTS_BY_TIME : SLOTS_BY_CLOCK;
        return 0;
    default:
        return set_word("doubled", text, "sum", "mean", &unpack->is_mean, err);
    }
}

static const char *const arg_names[ARG_COUNT] = {"date", "values", "resolution",
                                                 "zone", "clock",  "doubled"};

/* Settings are nearly always those of the row before. */
static int read_settings(struct unpack *unpack, idx_t row, struct err *err)
{
    for (int i = ARG_RESOLUTION; i < ARG_COUNT; i++) {
        if (vector_is_null(unpack->args[i], row))
            return err_set(err, ERR_DATA, "%s is null", arg_names[i]);
        size_t len;
        const char *text = vector_string(unpack->args[i], row, &len);
        struct str *before = &unpack->settings[i];
        if (before->data != NULL && before->len == len && memcmp(before->data, text, len) == 0)
            continue;
        str_clear(before);
        str_append_len(before, text, len);
        TRY(set_setting(unpack, i, str_text(before), err));
    }
    return 0;
}

static int wrong_length(const struct unpack *unpack, size_t found, size_t expected, struct err *err)
{
    return err_set(err, ERR_DATA, "found %zu values, expected %zu (%s, %s, %s)", found, expected,
                   str_text(&unpack->settings[ARG_RESOLUTION]),
                   str_text(&unpack->settings[ARG_CLOCK]), unpack->zone->name);
}

/* The elements of the row's list; a null list is a day of which nothing is known. */
static struct unpack_input read_list(const struct unpack *unpack, idx_t row)
{
    struct unpack_input input = unpack->out.input;
    input.is_null = vector_is_null(unpack->args[ARG_VALUES], row);
    if (!input.is_null) {
        const duckdb_list_entry *lists = duckdb_vector_get_data(unpack->args[ARG_VALUES]);
        input.first = lists[row].offset;
        input.count = lists[row].length;
    }
    return input;
}

static int check_skipped(const struct unpack *unpack, const struct unpack_input *input,
                         struct err *err)
{
    for (size_t i = 0; i < unpack->day.element_count; i++) {
        if (unpack->day.has_time[i] || unpack_input_is_null(input, i))
            continue;
        int64_t minute = (int64_t)i * unpack->resolution_us / (60 * US_PER_SECOND);
        return err_set(err, ERR_DATA,
                       "element %zu (%02d:%02d) holds a value, but the clock in %s skips that time",
                       i + 1, (int)(minute / 60), (int)(minute % 60), unpack->zone->name);
    }
    return 0;
}

static int unpack_changing_day(struct unpack *unpack, int64_t date, struct unpack_input *input,
                               struct err *err)
{
    struct local_day *day = &unpack->day;
    TRY(local_day_make(unpack->zone, date, unpack->resolution_us, unpack->policy, day, err));
    if (input->is_null)
        input->count = day->element_count;
    if (input->count != day->element_count)
        return wrong_length(unpack, input->count, day->element_count, err);
    TRY(check_skipped(unpack, input, err));
    unpack_output_slots(&unpack->out, input, day, unpack->is_mean);
    return 0;
}

static int unpack_day(struct unpack *unpack, idx_t row, int64_t date, struct err *err)
{
    struct unpack_input input = read_list(unpack, row);
    int32_t offset_s;
    if (!local_day_is_plain(unpack->zone, date, &offset_s))
        return unpack_changing_day(unpack, date, &input, err);
    size_t expected = (size_t)(US_PER_DAY / unpack->resolution_us);
    if (input.is_null)
        input.count = expected;
    if (input.count != expected)
        return wrong_length(unpack, input.count, expected, err);
    int64_t local_us = date * US_PER_DAY;
    unpack_output_plain(&unpack->out, &input, local_us, offset_s * US_PER_SECOND,
                        unpack->resolution_us);
    return 0;
}

static int unpack_row(struct unpack *unpack, idx_t row, struct err *err)
{
    if (vector_is_null(unpack->args[ARG_DATE], row))
        return err_set(err, ERR_DATA, "date is null");
    TRY(read_settings(unpack, row, err));
    int32_t date = ((const duckdb_date *)duckdb_vector_get_data(unpack->args[ARG_DATE]))[row].days;
    if (date < FIRST_DATE || date > LAST_DATE)
        return err_set(err, ERR_DATA, "the date is outside of 1900 to 2100");
    if (unpack_day(unpack, row, date, err) == 0)
        return 0;
    int year, month, day;
    civil_from_days(date, &year, &month, &day);
    return err_context(err, "%04d-%02d-%02d", year, month, day);
}

static void report(duckdb_function_info info, const struct err *err)
{
    char text[sizeof(err->message) + sizeof(err->hint) + 32];
    snprintf(text, sizeof(text), "unpack_intervals: %s%s%s", err->message,
             err->hint[0] != '\0' ? ". " : "", err->hint);
    duckdb_scalar_function_set_error(info, text);
}

static void unpack_chunk(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output,
                         enum unpack_form form)
{
    AUTO(unpack_release)
    struct unpack unpack = {.zones = duckdb_scalar_function_get_extra_info(info)};
    for (int i = 0; i < ARG_COUNT; i++) {
        unpack.args[i] = duckdb_data_chunk_get_vector(input, (idx_t)i);
        unpack.settings[i] = (struct str)STR_INIT(4096);
    }
    unpack_output_init(&unpack.out, form, output, unpack.args[ARG_VALUES]);
    struct err err = {0};
    idx_t count = duckdb_data_chunk_get_size(input);
    for (idx_t row = 0; row < count; row++) {
        unpack_output_begin_row(&unpack.out, row);
        if (unpack_row(&unpack, row, &err) != 0) {
            report(info, &err);
            return;
        }
        unpack_output_end_row(&unpack.out, row);
    }
    unpack_output_end(&unpack.out);
}

static void unpack_bigint(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    unpack_chunk(info, input, output, UNPACK_BIGINT);
}

static void unpack_double(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    unpack_chunk(info, input, output, UNPACK_DOUBLE);
}

static void unpack_any(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    unpack_chunk(info, input, output, UNPACK_ANY);
}

static bool is_number(duckdb_type id)
{
    switch (id) {
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_UHUGEINT:
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
    case DUCKDB_TYPE_DECIMAL:
        return true;
    default:
        return false;
    }
}

/*
 * The macro calls leat_unpack_any() in each case, so this looks at every list. While the macro is
 * made the type is not known yet.
 */
static void check_values(duckdb_bind_info info)
{
    duckdb_expression expression = duckdb_scalar_function_bind_get_argument(info, ARG_VALUES);
    AUTO(type_destroy) duckdb_logical_type type = duckdb_expression_return_type(expression);
    duckdb_destroy_expression(&expression);
    duckdb_type id = duckdb_get_type_id(type);
    AUTO(type_destroy)
    duckdb_logical_type element = id == DUCKDB_TYPE_LIST ? duckdb_list_type_child_type(type) : NULL;
    if (id != DUCKDB_TYPE_INVALID && (element == NULL || !is_number(duckdb_get_type_id(element))))
        duckdb_scalar_function_bind_set_error(
            info, "unpack_intervals: values is no list of integers, decimals or doubles");
}

/* leat_share(text, from, to, of): one number per row, as text. */
static void share_texts(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output)
{
    duckdb_vector text = duckdb_data_chunk_get_vector(input, 0);
    const int64_t *numbers[3];
    for (idx_t i = 0; i < 3; i++)
        numbers[i] = duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, i + 1));
    AUTO(str_release) struct str part = STR_INIT(64);
    struct err err = {0};
    for (idx_t row = 0; row < duckdb_data_chunk_get_size(input); row++) {
        if (vector_is_null(text, row)) {
            duckdb_vector_ensure_validity_writable(output);
            duckdb_validity_set_row_invalid(duckdb_vector_get_validity(output), row);
            continue;
        }
        size_t len;
        const char *number = vector_string(text, row, &len);
        str_clear(&part);
        if (share_of_text(number, len, numbers[0][row], numbers[1][row], numbers[2][row], &part,
                          &err) != 0) {
            report(info, &err);
            return;
        }
        duckdb_unsafe_vector_assign_string_element_len(output, row, str_text(&part), part.len);
    }
}

static duckdb_scalar_function make_function(const char *name, const duckdb_type *arguments,
                                            size_t count)
{
    duckdb_scalar_function function = duckdb_create_scalar_function();
    duckdb_scalar_function_set_name(function, name);
    for (size_t i = 0; i < count; i++) {
        AUTO(type_destroy) duckdb_logical_type type = duckdb_create_logical_type(arguments[i]);
        duckdb_scalar_function_add_parameter(function, type);
    }
    return function;
}

static int register_function(struct conn *conn, duckdb_scalar_function function, struct err *err)
{
    duckdb_state state = duckdb_register_scalar_function(conn->duck, function);
    duckdb_destroy_scalar_function(&function);
    return state == DuckDBSuccess ? 0 : err_set(err, ERR_INTERNAL, "could not add a function");
}

static const struct {
    const char *name;
    enum unpack_form form;
    duckdb_scalar_function_t call;
} natives[] = {
    {"leat_unpack_bigint", UNPACK_BIGINT, unpack_bigint},
    {"leat_unpack_double", UNPACK_DOUBLE, unpack_double},
    {"leat_unpack_any", UNPACK_ANY, unpack_any},
};

static int register_native(struct conn *conn, size_t index, struct zone_cache *zones,
                           struct err *err)
{
    duckdb_scalar_function function = duckdb_create_scalar_function();
    duckdb_scalar_function_set_name(function, natives[index].name);
    AUTO(type_destroy) duckdb_logical_type date = duckdb_create_logical_type(DUCKDB_TYPE_DATE);
    AUTO(type_destroy) duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    AUTO(type_destroy) duckdb_logical_type values = unpack_values_type(natives[index].form);
    AUTO(type_destroy) duckdb_logical_type rows = unpack_rows_type(natives[index].form);
    for (int i = 0; i < ARG_COUNT; i++)
        duckdb_scalar_function_add_parameter(function, i == ARG_DATE     ? date
                                                       : i == ARG_VALUES ? values
                                                                         : text);
    duckdb_scalar_function_set_return_type(function, rows);
    duckdb_scalar_function_set_special_handling(function);
    if (natives[index].form == UNPACK_ANY)
        duckdb_scalar_function_set_bind(function, check_values);
    duckdb_scalar_function_set_extra_info(function, zone_cache_share(zones), zone_cache_drop);
    duckdb_scalar_function_set_function(function, natives[index].call);
    return register_function(conn, function, err);
}

static int register_share(struct conn *conn, struct err *err)
{
    static const duckdb_type arguments[] = {DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_BIGINT,
                                            DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_BIGINT};
    duckdb_scalar_function function =
        make_function("leat_share", arguments, ARRAY_COUNT(arguments));
    AUTO(type_destroy) duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
    duckdb_scalar_function_set_return_type(function, text);
    duckdb_scalar_function_set_function(function, share_texts);
    return register_function(conn, function, err);
}

#define CALL(function, type) function "(day, readings" type ", resolution, zone, clock, doubled)"
/* Casts back to the type of the list's elements; the second argument is never evaluated. */
#define AS_ROWS(list)                                                                       \
    "cast_to_type(" list ", [{start_time: NULL::TIMESTAMPTZ, end_time: NULL::TIMESTAMPTZ, " \
    "local_start: NULL::TIMESTAMP, value: list_first(readings), quality: NULL::VARCHAR}])"

static const char macro[] =
    "CREATE OR REPLACE MACRO unpack_intervals(day, readings, resolution, zone, "
    "clock := 'clock', doubled := 'sum') AS CASE "
    "WHEN typeof(readings) IN ('BIGINT[]', 'INTEGER[]', 'SMALLINT[]', 'TINYINT[]', 'UINTEGER[]', "
    "'USMALLINT[]', 'UTINYINT[]') THEN " AS_ROWS(CALL(
        "leat_unpack_bigint",
        "::BIGINT[]")) " "
                       "WHEN typeof(readings) IN ('DOUBLE[]', 'FLOAT[]') THEN " AS_ROWS(CALL(
                           "leat_unpack_double",
                           "::DOUBLE[]")) " "
                                          "ELSE list_transform(" CALL(
                                              "leat_unpack_any",
                                              "") ", lambda leat_slot: {"
                                                  "start_time: leat_slot.start_time, end_time: leat_slot.end_time, "
                                                  "local_start: leat_slot.local_start, "
                                                  "value: CASE WHEN leat_slot.share_to - leat_slot.share_from = leat_slot.share_of "
                                                  "THEN readings[leat_slot.element] "
                                                  "ELSE cast_to_type(leat_share(readings[leat_slot.element]::VARCHAR, leat_slot.share_from, "
                                                  "leat_slot.share_to, leat_slot.share_of), list_first(readings)) END, "
                                                  "quality: leat_slot.quality}) END";

int unpack_intervals_register(struct conn *conn, struct err *err)
{
    struct zone_cache *zones = zone_cache_new(conn->engine);
    int rc = register_share(conn, err);
    for (size_t i = 0; rc == 0 && i < ARRAY_COUNT(natives); i++)
        rc = register_native(conn, i, zones, err);
    zone_cache_drop(zones);
    return rc == 0 ? conn_exec(conn, macro, err) : rc;
}
