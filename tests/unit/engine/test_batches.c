/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

/* Batches made by hand: nothing of them is freed, but releases are counted. */
static int released;

static void release_array(struct ArrowArray *array)
{
    released++;
    array->release = NULL;
}

struct column_data {
    const char *format;
    const void *values; /* or offsets of a text */
    const void *text;
};

/* Three rows, of which the second is null, that stand at index 1 to 3 of the buffers. */
static const uint8_t validity[] = {0x0a};
static const uint8_t bits[] = {0x08};
static const int64_t longs[] = {9, 1, 0, -3};
static const int32_t ints[] = {9, 1, 0, 19000};
static const double doubles[] = {9, 0.5, 0, -2.25};
static const __int128 decimals[] = {9, 125, 0, -100};
static const int32_t offsets[] = {0, 1, 3, 3, 15};
static const char text[] = "xé\xe2\x98\x83 and more";
static const int64_t times[] = {9, 1000000, 0, INT64_C(3723000004)};

static const struct column_data all_types[] = {
    {"b", bits, NULL},          {"l", longs, NULL},        {"g", doubles, NULL},
    {"d:4,2", decimals, NULL},  {"d:9,2", decimals, NULL}, {"d:18,2", decimals, NULL},
    {"d:38,2", decimals, NULL}, {"u", offsets, text},      {"tdD", ints, NULL},
    {"tsu:", times, NULL},      {"tsu:UTC", times, NULL},  {"ttu", times, NULL},
    {"i", ints, NULL},
};
enum { TYPE_COUNT = ARRAY_COUNT(all_types) };

struct source {
    const struct column_data *columns;
    int column_count;
    int batches; /* still to come */
    int64_t rows;
    int fail_after; /* batches; -1: never */
    struct ArrowArray arrays[TYPE_COUNT], *children[TYPE_COUNT];
    const void *buffers[TYPE_COUNT][3];
};

static int next_batch(void *context, struct batch *ret_batch, struct err *err)
{
    struct source *source = context;
    if (source->fail_after == 0)
        return err_set(err, ERR_NETWORK, "the line is broken");
    if (source->batches == 0)
        return 0;
    source->batches--;
    source->fail_after--;
    for (int i = 0; i < source->column_count; i++) {
        source->buffers[i][0] = source->rows == 3 ? validity : NULL;
        source->buffers[i][1] = source->columns[i].values;
        source->buffers[i][2] = source->columns[i].text;
        source->arrays[i] = (struct ArrowArray){.length = source->rows,
                                                .null_count = -1,
                                                .offset = source->rows == 3,
                                                .n_buffers = 3,
                                                .buffers = source->buffers[i]};
        source->children[i] = &source->arrays[i];
    }
    ret_batch->array = (struct ArrowArray){.length = source->rows,
                                           .n_children = source->column_count,
                                           .children = source->children,
                                           .release = release_array};
    return 1;
}

static void register_all(struct fixture *fixture, const char *key, struct source *sources,
                         size_t count)
{
    struct ArrowSchema fields[TYPE_COUNT] = {0}, *children[TYPE_COUNT];
    static const char *const names[] = {"c0", "c1", "c2", "c3",  "c4",  "c5", "c6",
                                        "c7", "c8", "c9", "c10", "c11", "c12"};
    struct batch_stream streams[4];
    for (int i = 0; i < sources[0].column_count; i++) {
        fields[i].format = sources[0].columns[i].format;
        fields[i].name = names[i];
        children[i] = &fields[i];
    }
    struct ArrowSchema schema = {
        .format = "+s", .n_children = sources[0].column_count, .children = children};
    for (size_t i = 0; i < count; i++)
        streams[i] = (struct batch_stream){&sources[i], next_batch};
    OK(engine_register_batches(fixture->engine, key, &schema, streams, count, &err));
}

static void every_type_with_nulls(void **state)
{
    static const char *const expected[TYPE_COUNT][2] = {
        {"false", "true"},
        {"1", "-3"},
        {"0.5", "-2.25"},
        {"1.25", "-1.00"},
        {"1.25", "-1.00"},
        {"1.25", "-1.00"},
        {"1.25", "-1.00"},
        {"é", "☃ and more"},
        {"1970-01-02", "2022-01-08"},
        {"1970-01-01 00:00:01", "1970-01-01 01:02:03.000004"},
        {"1970-01-01 00:00:01+00", "1970-01-01 01:02:03.000004+00"},
        {"00:00:01", "01:02:03.000004"},
        {"1", "19000"},
    };
    struct fixture *fixture = *state;
    struct source source = {all_types, TYPE_COUNT, 1, 3, -1, {{0}}, {0}, {{0}}};
    struct result *result = NULL;
    register_all(fixture, "types", &source, 1);
    released = 0;
    OK(conn_query(fixture->conn, "SELECT * FROM leat_batches('types')", NULL, 0, &result, &err));
    for (int row = 0; row < 3; row++) {
        assert_int_equal(result_next(result, NULL), 1);
        for (size_t i = 0; i < TYPE_COUNT; i++) {
            if (row == 1)
                assert_null(result_text(result, i));
            else
                assert_string_equal(result_text(result, i), expected[i][row / 2]);
        }
    }
    assert_int_equal(result_next(result, NULL), 0);
    assert_string_equal(result_column_type(result, 10), "TIMESTAMP WITH TIME ZONE");
    assert_string_equal(result_column_type(result, 6), "DECIMAL(38,2)");
    result_free(result);
    assert_int_equal(released, 1);
    engine_unregister_batches(fixture->engine, "types");
}

static int64_t many[5000];

static struct source many_source(int batches)
{
    static const struct column_data column[] = {{"l", many, NULL}};
    return (struct source){column, 1, batches, ARRAY_COUNT(many), -1, {{0}}, {0}, {{0}}};
}

static void streams_come_in_order(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_COUNT(many); i++)
        many[i] = (int64_t)i;
    struct source sources[3] = {many_source(2), many_source(0), many_source(3)};
    register_all(fixture, "order", sources, 3);
    released = 0;
    struct result *result = NULL;
    OK(conn_query(fixture->conn, "SELECT c0 FROM leat_batches('order')", NULL, 0, &result, &err));
    int64_t count = 0;
    while (result_next(result, NULL) == 1) {
        assert_int_equal(result_i64(result, 0), count % 5000);
        count++;
    }
    assert_int_equal(count, 25000);
    assert_int_equal(released, 5);
    result_free(result);
    engine_unregister_batches(fixture->engine, "order");
}

static void counts_without_columns(void **state)
{
    struct fixture *fixture = *state;
    struct source sources[2] = {many_source(4), many_source(4)};
    register_all(fixture, "count", sources, 2);
    assert_string_equal(value_of(fixture, "SELECT count(*) FROM leat_batches('count')"), "40000");
    engine_unregister_batches(fixture->engine, "count");
}

static void can_be_read_once(void **state)
{
    struct fixture *fixture = *state;
    struct source source = many_source(1);
    struct err err = {0};
    register_all(fixture, "once", &source, 1);
    assert_string_equal(value_of(fixture, "SELECT sum(c0) FROM leat_batches('once')"), "12497500");
    assert_int_equal(conn_exec(fixture->conn, "SELECT * FROM leat_batches('once')", &err), -1);
    assert_non_null(strstr(err.message, "only once"));
    engine_unregister_batches(fixture->engine, "once");
    assert_int_equal(conn_exec(fixture->conn, "SELECT * FROM leat_batches('once')", &err), -1);
    engine_unregister_batches(fixture->engine, "once");
}

static void errors_of_streams_are_kept(void **state)
{
    struct fixture *fixture = *state;
    struct source source = many_source(5);
    source.fail_after = 2;
    struct err err = {0};
    register_all(fixture, "fails", &source, 1);
    assert_false(engine_batches_failed(fixture->engine, "fails", &err));
    assert_int_equal(conn_exec(fixture->conn, "SELECT sum(c0) FROM leat_batches('fails')", &err),
                     -1);
    assert_string_equal(err.message, "the line is broken");
    assert_true(engine_batches_failed(fixture->engine, "fails", &err));
    assert_int_equal(err.kind, ERR_NETWORK);
    engine_unregister_batches(fixture->engine, "fails");
}

static void stopping_early_releases(void **state)
{
    struct fixture *fixture = *state;
    struct source source = many_source(100);
    released = 0;
    register_all(fixture, "early", &source, 1);
    assert_string_equal(value_of(fixture, "SELECT c0 FROM leat_batches('early') LIMIT 1"), "0");
    engine_unregister_batches(fixture->engine, "early");
    assert_int_equal(released, 100 - source.batches);
}

static void text_must_be_utf8(void **state)
{
    static const int32_t at[] = {0, 1, 3};
    static const struct column_data column[] = {{"u", at, "a\xff\xfe"}};
    struct fixture *fixture = *state;
    struct source source = {column, 1, 1, 2, -1, {{0}}, {0}, {{0}}};
    struct err err = {0};
    register_all(fixture, "utf8", &source, 1);
    assert_int_equal(conn_exec(fixture->conn, "SELECT c0 FROM leat_batches('utf8')", &err), -1);
    assert_string_equal(err.message, "column \"c0\" holds text that is not UTF-8");
    engine_unregister_batches(fixture->engine, "utf8");
}

static void strange_formats_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct ArrowSchema field = {.format = "tin", .name = "x"}, *children[] = {&field};
    struct ArrowSchema schema = {.format = "+s", .n_children = 1, .children = children};
    struct err err = {0};
    assert_int_equal(engine_register_batches(fixture->engine, "bad", &schema, NULL, 0, &err), -1);
    assert_non_null(strstr(err.message, "\"tin\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_with_nulls),      cmocka_unit_test(streams_come_in_order),
        cmocka_unit_test(counts_without_columns),     cmocka_unit_test(can_be_read_once),
        cmocka_unit_test(errors_of_streams_are_kept), cmocka_unit_test(stopping_early_releases),
        cmocka_unit_test(text_must_be_utf8),          cmocka_unit_test(strange_formats_are_refused),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
