/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "connect/connect.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[] = "/tmp/leat-source-XXXXXX";
static struct arena arena;
static struct engine *engine;
static struct conn *conn;
static int opened; /* how often the opener was called */

static int open_conn(void *context, struct conn **ret_conn, struct err *err)
{
    (void)context;
    (void)err;
    opened++;
    *ret_conn = conn;
    return 0;
}
static const struct conn_opener opener = {open_conn, NULL};

static char *in_folder(const char *name)
{
    return path_join(&arena, folder, name);
}

static void write_text(const char *name, const char *text)
{
    FILE *file = fopen(in_folder(name), "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void write_parquet(const char *name, const char *select)
{
    struct err err = {0};
    if (conn_execf(conn, &err, "COPY (%s) TO '%s' (FORMAT parquet)", select, in_folder(name)) != 0)
        fail_msg("%s", err.message);
}

/* So that the index trusts it at once. */
static void make_old(const char *name)
{
    struct timespec times[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    assert_int_equal(utimensat(AT_FDCWD, in_folder(name), times, 0), 0);
}

static char *value(const char *format, const char *sql)
{
    char *text;
    struct err err = {0};
    AUTO(str_release) struct str query = STR_INIT(1 << 20);
    str_appendf(&query, format, sql);
    if (conn_value(conn, str_text(&query), &arena, &text, &err) != 0)
        fail_msg("%s: %s", str_text(&query), err.message);
    return text;
}

/* A text source of which nothing is said. */
static struct source_spec text_spec(const char *name, const char *files, const char *format)
{
    static const struct {
        const char *name;
        enum text_format format;
    } formats[] = {{"csv", TEXT_CSV},
                   {"tsv", TEXT_CSV},
                   {"json", TEXT_JSON},
                   {"jsonl", TEXT_JSON_LINES},
                   {"fixed_width", TEXT_FIXED_WIDTH}};
    struct source_spec spec = {.name = name, .files = in_folder(files), .format = format};
    for (size_t i = 0; i < ARRAY_COUNT(formats); i++)
        if (str_eq(format, formats[i].name))
            text_dialect_init(&spec.said, formats[i].format);
    if (str_eq(format, "tsv"))
        spec.said.delimiter = '\t';
    return spec;
}

static int plan(const struct source_spec *spec, const struct input_list *known,
                struct source_plan *ret_plan, struct err *err)
{
    *err = (struct err){0};
    opened = 0;
    return source_ops_find(spec->format)->plan(spec, known, &opener, &arena, ret_plan, err);
}

static struct source_reading *read_plan(const struct source_spec *spec,
                                        const struct source_plan *source_plan)
{
    struct source_reading *reading;
    struct err err = {0};
    if (source_ops_find(spec->format)
            ->read(spec, source_plan, engine, conn, NULL, 2, &arena, &reading, &err) != 0)
        fail_msg("%s %s", err.message, err.where);
    return reading;
}

static void test_formats(void **state)
{
    (void)state;
    assert_non_null(source_ops_find("parquet"));
    assert_non_null(source_ops_find("tsv"));
    assert_null(source_ops_find("xlsx"));
}

static void test_no_file(void **state)
{
    (void)state;
    struct err err;
    struct source_plan source_plan;
    struct source_spec spec = text_spec("raw.a", "none/*.csv", "csv");
    assert_int_equal(plan(&spec, NULL, &source_plan, &err), -1);
    assert_int_equal(err.kind, ERR_NOT_FOUND);
    assert_non_null(strstr(err.message, "none/*.csv"));
    assert_non_null(strstr(err.hint, "does not exist"));
}

static void test_parquet_index(void **state)
{
    (void)state;
    write_parquet("p1.parquet",
                  "SELECT 1::BIGINT AS n, TIMESTAMPTZ '2024-01-01 10:00:00.5+02' AS t");
    write_parquet(
        "p2.parquet",
        "SELECT range AS n, TIMESTAMPTZ '2024-01-02 00:00:00Z' + to_days(range::INT) AS t FROM range(3)");
    make_old("p1.parquet");
    make_old("p2.parquet");
    struct source_spec spec = {
        .name = "raw.p", .files = in_folder("p*.parquet"), .format = "parquet", .time = "t"};
    struct source_plan first, second;
    struct err err;
    if (plan(&spec, NULL, &first, &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(first.file_count, 2);
    assert_int_equal(first.indexed_count, 2);
    assert_int_equal(first.files[0].row_count, 1);
    assert_int_equal(first.files[1].row_count, 3);
    assert_string_equal(first.files[0].min_time, "2024-01-01T08:00:00.500000Z");
    assert_string_equal(first.files[1].max_time, "2024-01-04T00:00:00.000000Z");
    struct input_list known = {first.files, first.file_count};
    assert_int_equal(plan(&spec, &known, &second, &err), 0);
    assert_int_equal(second.indexed_count, 0);
    assert_int_equal(opened, 0);
    assert_string_equal(first.version.hex, second.version.hex);
    write_parquet("p2.parquet", "SELECT 5::BIGINT AS n, TIMESTAMPTZ '2024-01-02 00:00:00Z' AS t");
    assert_int_equal(plan(&spec, &known, &second, &err), 0);
    assert_int_equal(second.indexed_count, 1);
    assert_string_not_equal(first.version.hex, second.version.hex);
    /* Changed a moment ago, so it is looked at again although nothing differs. */
    known = (struct input_list){second.files, second.file_count};
    struct source_plan third;
    assert_int_equal(plan(&spec, &known, &third, &err), 0);
    assert_int_equal(third.indexed_count, 1);
    assert_string_equal(second.version.hex, third.version.hex);
    struct source_reading *reading = read_plan(&spec, &third);
    assert_string_equal(value("SELECT sum(n) FROM (%s)", reading->parts[0].select_sql), "6");
    assert_int_equal(reading->rows_in(reading), 2);
    reading_release(reading);
}

static void test_parquet_names_are_no_patterns(void **state)
{
    (void)state;
    write_parquet("q[1].parquet", "SELECT 1 AS n");
    write_parquet("q1.parquet", "SELECT 10 AS n");
    write_parquet("q''x*.parquet", "SELECT 100 AS n");
    struct source_spec spec = {
        .name = "raw.q", .files = in_folder("q*.parquet"), .format = "parquet"};
    struct source_plan source_plan;
    struct err err;
    if (plan(&spec, NULL, &source_plan, &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(source_plan.file_count, 3);
    struct source_reading *reading = read_plan(&spec, &source_plan);
    assert_string_equal(value("SELECT sum(n) FROM (%s)", reading->parts[0].select_sql), "111");
    reading_release(reading);
}

static void test_parquet_folders_are_no_columns(void **state)
{
    (void)state;
    assert_int_equal(mkdir(in_folder("year=2024"), 0777), 0);
    write_parquet("year=2024/h.parquet", "SELECT 1 AS n");
    struct source_spec spec = {
        .name = "raw.h", .files = in_folder("year=*/h.parquet"), .format = "parquet"};
    struct source_plan source_plan;
    struct column_list columns;
    struct err err;
    assert_int_equal(plan(&spec, NULL, &source_plan, &err), 0);
    assert_int_equal(
        source_ops_find("parquet")->columns(&spec, &source_plan, conn, &arena, &columns, &err), 0);
    assert_int_equal(columns.count, 1);
}

static void test_parquet_without_rows(void **state)
{
    (void)state;
    write_parquet("e1.parquet", "SELECT 1 AS n, NULL::DATE AS d WHERE false");
    write_parquet("e2.parquet", "SELECT 1 AS n, NULL::DATE AS d");
    struct source_spec spec = {
        .name = "raw.e", .files = in_folder("e*.parquet"), .format = "parquet", .time = "d"};
    struct source_plan source_plan;
    struct err err;
    if (plan(&spec, NULL, &source_plan, &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(source_plan.files[0].row_count, 0);
    assert_null(source_plan.files[0].min_time);
    assert_int_equal(source_plan.files[1].row_count, 1);
    assert_null(source_plan.files[1].max_time);
}

static void test_parquet_schemas(void **state)
{
    (void)state;
    struct source_spec spec = {
        .name = "raw.s", .files = in_folder("s*.parquet"), .format = "parquet"};
    struct source_plan source_plan;
    struct err err;
    write_parquet("s1.parquet", "SELECT 1::BIGINT AS n, 'x' AS t");
    write_parquet("s2.parquet", "SELECT 'x' AS t, 1::BIGINT AS n"); /* order does not matter */
    assert_int_equal(plan(&spec, NULL, &source_plan, &err), 0);
    write_parquet("s3.parquet", "SELECT 1.5::DOUBLE AS n, 'x' AS t");
    assert_int_equal(plan(&spec, NULL, &source_plan, &err), -1);
    assert_int_equal(err.kind, ERR_DATA);
    if (!strstr(err.message, "column \"n\" is BIGINT in") ||
        !strstr(err.message, "s1.parquet\", but DOUBLE in") || !strstr(err.message, "s3.parquet"))
        fail_msg("%s", err.message);
    write_parquet("s3.parquet", "SELECT 1::BIGINT AS n, 'x' AS t, 2 AS more");
    assert_int_equal(plan(&spec, NULL, &source_plan, &err), -1);
    if (!strstr(err.message, "column \"more\" INTEGER is in") || !strstr(err.message, "but not in"))
        fail_msg("%s", err.message);
    spec.time = "tt";
    write_parquet("s3.parquet", "SELECT 1::BIGINT AS n, 'x' AS t");
    assert_int_equal(plan(&spec, NULL, &source_plan, &err), -1);
    assert_non_null(strstr(err.hint, "\"t\""));
}

/* A new file that sorts first is compared with the old ones. */
static void test_parquet_new_first_file(void **state)
{
    (void)state;
    write_parquet("t2.parquet", "SELECT 1::BIGINT AS n");
    make_old("t2.parquet");
    struct source_spec spec = {
        .name = "raw.t", .files = in_folder("t*.parquet"), .format = "parquet"};
    struct source_plan first, second;
    struct err err;
    assert_int_equal(plan(&spec, NULL, &first, &err), 0);
    struct input_list known = {first.files, first.file_count};
    write_parquet("t1.parquet", "SELECT 'x' AS n");
    assert_int_equal(plan(&spec, &known, &second, &err), -1);
    assert_non_null(strstr(err.message, "VARCHAR"));
}

static void test_parquet_broken(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {{"", "too short"},
                 {"this is no Parquet file at all", "does not end in PAR1"},
                 {"PAR1xxxx\xff\xff\xff\x7fPAR1", "footer is longer"},
                 {"PAR1xxxxxxx\x01PARE", "encrypted"}};
    struct source_spec spec = {
        .name = "raw.x", .files = in_folder("x*.parquet"), .format = "parquet"};
    struct source_plan source_plan;
    struct err err;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        write_text("x1.parquet", cases[i].text);
        assert_int_equal(plan(&spec, NULL, &source_plan, &err), -1);
        assert_int_equal(err.kind, ERR_DATA);
        if (!strstr(err.message, cases[i].message) || !strstr(err.message, "x1.parquet"))
            fail_msg("%s", err.message);
    }
    /* A footer that is no footer is found by the engine, which names the file. */
    FILE *file = fopen(in_folder("x1.parquet"), "w");
    fwrite("PAR1garbage!\x08\0\0\0PAR1", 1, 20, file);
    fclose(file);
    write_parquet("x0.parquet", "SELECT 1 AS n");
    assert_int_equal(plan(&spec, NULL, &source_plan, &err), -1);
    if (!strstr(err.message, "x1.parquet"))
        fail_msg("%s", err.message);
}

static void test_verify(void **state)
{
    (void)state;
    write_text("v.csv", "a\n1\n");
    make_old("v.csv");
    struct source_spec spec = text_spec("raw.v", "v.csv", "csv");
    struct source_plan source_plan;
    struct err err;
    assert_int_equal(plan(&spec, NULL, &source_plan, &err), 0);
    assert_int_equal(source_plan_verify(&source_plan, &err), 0);
    write_text("v.csv", "a\n2\n");
    assert_int_equal(source_plan_verify(&source_plan, &err), -1);
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_non_null(strstr(err.message, "v.csv"));
    unlink(in_folder("v.csv"));
    assert_int_equal(source_plan_verify(&source_plan, &err), -1);
    assert_int_equal(err.kind, ERR_CONFLICT);
}

static void test_csv(void **state)
{
    (void)state;
    write_text(
        "c1.csv",
        "id,big,price,day,uid,note\n007,12345678901234567890,1.50,2024-02-29,c0ffee00-1234-5678-9abc-def012345678,\"a \"\"b\"\"\"\n");
    write_text("c2.csv", "id,big,price,day,uid,note\n1,-1,NA,,,\"\"\n");
    static const char *const words[] = {"NA"};
    struct source_spec spec = text_spec("raw.c", "c*.csv", "csv");
    spec.said.null_words = words;
    spec.said.null_word_count = 1;
    struct source_plan source_plan;
    struct column_list columns;
    struct err err;
    assert_int_equal(plan(&spec, NULL, &source_plan, &err), 0);
    assert_int_equal(opened, 0);
    struct source_reading *reading = read_plan(&spec, &source_plan);
    assert_int_equal(
        conn_describe(conn, reading->parts[0].select_sql, NULL, 0, &arena, &columns, &err), 0);
    static const char *const types[] = {"VARCHAR", "DECIMAL(38,0)", "DECIMAL(18,2)",
                                        "DATE",    "UUID",          "VARCHAR"};
    for (size_t i = 0; i < ARRAY_COUNT(types); i++)
        assert_string_equal(columns.items[i].type_text, types[i]);
    assert_string_equal(
        value(
            "SELECT string_agg(concat_ws('|', id, big, coalesce(price::VARCHAR, 'null'), day, uid, note), '/' ORDER BY id) FROM (%s)",
            reading->parts[0].select_sql),
        "007|12345678901234567890|1.50|2024-02-29|c0ffee00-1234-5678-9abc-def012345678|a \"b\"/1|-1|null|");
    assert_true(reading->read_bytes > 0);
    assert_int_equal(reading->rows_in(reading), 2);
    assert_int_equal(source_plan.files[1].row_count, 1);
    reading_release(reading);
}

static void test_csv_all_types_arrive(void **state)
{
    (void)state;
    write_text(
        "y.tsv",
        "b\treal\tmoment\tzoned\tclock\ttext\n"
        "true\t1.5e-3\t2024-01-01 10:00:00.25\t2024-01-01T02:00:00+02:00\t23:59:59.999999\té\n"
        "false\t-2e10\t0001-01-01 00:00\t1969-12-31T23:59:59.5Z\t00:00:00\t\n");
    struct source_spec spec = text_spec("raw.y", "y.tsv", "tsv");
    struct source_plan source_plan;
    struct err err;
    assert_int_equal(plan(&spec, NULL, &source_plan, &err), 0);
    struct source_reading *reading = read_plan(&spec, &source_plan);
    assert_string_equal(
        value(
            "SELECT string_agg(concat_ws('|', b, \"real\", moment, zoned, clock, coalesce(text, 'null')), '/' ORDER BY b DESC) FROM (%s)",
            reading->parts[0].select_sql),
        "true|0.0015|2024-01-01 10:00:00.25|2024-01-01 00:00:00+00|23:59:59.999999|é/"
        "false|-20000000000.0|0001-01-01 00:00:00|1969-12-31 23:59:59.5+00|00:00:00|null");
    reading_release(reading);
}

/* More rows than a batch, and several files: order and sum are those of the text. */
static void test_csv_order(void **state)
{
    (void)state;
    int64_t n = 0;
    for (int f = 0; f < 3; f++) {
        char name[16];
        snprintf(name, sizeof(name), "o%d.csv", f);
        FILE *file = fopen(in_folder(name), "w");
        fputs("n,text\n", file);
        for (int i = 0; i < 50000; i++, n++)
            fprintf(file, "%lld,row %lld\n", (long long)n, (long long)n);
        fclose(file);
    }
    struct source_spec spec = text_spec("raw.o", "o*.csv", "csv");
    struct source_plan source_plan;
    struct err err;
    assert_int_equal(plan(&spec, NULL, &source_plan, &err), 0);
    struct source_reading *reading = read_plan(&spec, &source_plan);
    assert_int_equal(conn_execf(conn, &err, "CREATE OR REPLACE TABLE landed AS %s",
                                reading->parts[0].select_sql),
                     0);
    reading_release(reading);
    assert_string_equal(value("%s", "SELECT count(*) FROM landed"), "150000");
    assert_string_equal(
        value("%s", "SELECT count(*) FROM landed WHERE rowid <> n OR text <> 'row ' || n"), "0");
}

static void test_csv_without_rows(void **state)
{
    (void)state;
    write_text("z.csv", "a,b\n");
    struct source_spec spec = text_spec("raw.z", "z.csv", "csv");
    struct source_plan source_plan;
    struct err err;
    assert_int_equal(plan(&spec, NULL, &source_plan, &err), 0);
    struct source_reading *reading = read_plan(&spec, &source_plan);
    assert_string_equal(value("SELECT count(*) FROM (%s)", reading->parts[0].select_sql), "0");
    reading_release(reading);
}

static int try_read(const struct source_spec *spec, const struct source_plan *source_plan,
                    struct source_reading **ret_reading, struct err *err)
{
    *err = (struct err){0};
    return source_ops_find(spec->format)
        ->read(spec, source_plan, engine, conn, NULL, 2, &arena, ret_reading, err);
}

/* A large file is several parts, which together are the rows in order. */
static void test_csv_parts(void **state)
{
    (void)state;
    FILE *file = fopen(in_folder("big.csv"), "w");
    fputs("n,text\n", file);
    for (int i = 0; i < 1000000; i++)
        fprintf(file, "%d,\"%064d\n\"\n", i, i);
    fclose(file);
    struct source_spec spec = text_spec("raw.big", "big.csv", "csv");
    struct source_plan source_plan;
    struct err err;
    assert_int_equal(plan(&spec, NULL, &source_plan, &err), 0);
    struct source_reading *reading = read_plan(&spec, &source_plan);
    assert_int_equal(reading->part_count, 2);
    assert_int_equal(conn_exec(conn, "CREATE OR REPLACE TABLE landed (n BIGINT, t VARCHAR)", &err),
                     0);
    for (size_t i = 0; i < reading->part_count; i++)
        if (conn_execf(conn, &err, "INSERT INTO landed %s", reading->parts[i].select_sql) != 0)
            fail_msg("%s", err.message);
    assert_int_equal(reading->rows_in(reading), 1000000);
    assert_true(reading->read_bytes > source_plan.total_bytes - 100); /* without the header */
    reading_release(reading);
    assert_string_equal(
        value("%s",
              "SELECT count(*) || ' ' || sum(n) || ' ' || count(*) FILTER (n != rowid) || ' ' || "
              "count(*) FILTER (t::HUGEINT != n) FROM landed"),
        "1000000 499999500000 0 0");
}

static void test_csv_rejects(void **state)
{
    (void)state;
    write_text("e1.csv", "a,b\n1,x\n2.5,y\n3\n");
    write_text("e2.csv", "a,b\n4,x\nfive,y\n");
    static const struct lock_column columns[] = {{.name = "a", .type = "BIGINT"},
                                                 {.name = "b", .type = "VARCHAR"}};
    const struct source_lock lock = {.columns = columns, .column_count = 2};
    struct source_spec spec = text_spec("raw.e", "e?.csv", "csv");
    struct source_plan source_plan;
    struct source_reading *reading;
    struct err err;
    spec.lock = &lock;
    assert_int_equal(plan(&spec, NULL, &source_plan, &err), 0);
    assert_int_equal(try_read(&spec, &source_plan, &reading, &err), 0);
    assert_int_equal(conn_execf(conn, &err, "CREATE OR REPLACE TABLE landed AS %s",
                                reading->parts[0].select_sql),
                     -1);
    assert_true(engine_batches_failed(engine, reading->parts[0].batch_key, &err));
    assert_int_equal(err.kind, ERR_DATA);
    if (!strstr(err.message, "3 records of raw.e do not fit: ") ||
        !strstr(err.message,
                "e1.csv:3 a is no BIGINT: 2.5 has a fraction; line 4 the record has 1") ||
        !strstr(err.message, "e2.csv:3 a is no BIGINT: five is not a number"))
        fail_msg("%s", err.message);
    assert_non_null(strstr(err.where, "e1.csv:3"));
    reading_release(reading);

    spec.keeps_rejects = true;
    spec.max_rejects = 3;
    assert_int_equal(try_read(&spec, &source_plan, &reading, &err), 0);
    assert_string_equal(value("SELECT sum(a) FROM (%s)", reading->parts[0].select_sql), "5");
    assert_int_equal(reading->rows_in(reading), 5);
    assert_int_equal(source_plan.files[0].row_count, 3);
    assert_int_equal(text_rejects_count(reading->rejects), 3);
    assert_int_equal(text_rejects_get(reading->rejects, 2)->record, 2);
    assert_int_equal(reading->lock->column_count, 2);
    assert_int_equal(reading->lock->dialect_count, 1);
    reading_release(reading);

    spec.max_rejects = 2;
    assert_int_equal(try_read(&spec, &source_plan, &reading, &err), 0);
    assert_int_equal(conn_execf(conn, &err, "CREATE OR REPLACE TABLE landed AS %s",
                                reading->parts[0].select_sql),
                     -1);
    assert_true(engine_batches_failed(engine, reading->parts[0].batch_key, &err));
    assert_non_null(strstr(err.message, "more than 2 records do not fit"));
    reading_release(reading);
}

/* What was inferred reads the same files again by its lock, and does not need to infer. */
static void test_csv_lock(void **state)
{
    (void)state;
    write_text("l1.csv", "x;d\n1,5;2024-01-01\n0,25;\n");
    write_text("l2.csv", "x,d\n2.5,2024-01-02\n");
    struct source_spec spec = text_spec("raw.l", "l?.csv", "csv");
    struct source_plan source_plan;
    struct source_reading *first, *second;
    struct err err;
    assert_int_equal(plan(&spec, NULL, &source_plan, &err), 0);
    assert_int_equal(try_read(&spec, &source_plan, &first, &err), 0);
    static const char sum[] = "SELECT sum(x) || ' ' || max(d) FROM (%s)";
    assert_string_equal(value(sum, first->parts[0].select_sql), "4.25 2024-01-02");
    assert_int_equal(first->lock->dialect_count, 2);
    assert_string_equal(first->lock->columns[0].type, "DECIMAL(18,2)");
    _Atomic int64_t typed_bytes = 0;
    spec.lock = first->lock;
    spec.typed_bytes = &typed_bytes;
    if (try_read(&spec, &source_plan, &second, &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(typed_bytes, 0);
    assert_string_equal(value(sum, second->parts[0].select_sql), "4.25 2024-01-02");
    assert_int_equal(second->rows_in(second), 3);
    assert_int_equal(second->table->change_count, 0);
    reading_release(first);
    reading_release(second);
}

static void test_declared_types_arrive(void **state)
{
    (void)state;
    write_text("t.jsonl",
               "{\"a\":255,\"b\":\"\\\\x00A\",\"l\":[12345678901234567.89,null],"
               "\"s\":{\"k\":\"x\\ny\"},\"f\":1e-7,\"m\":{\"1\":2.5},\"j\":[1,{\"z\":1.10}]}\n"
               "{\"a\":256}\n");
    struct text_column declared[7] = {{.name = "a"}, {.name = "b"}, {.name = "l"}, {.name = "s"},
                                      {.name = "f"}, {.name = "m"}, {.name = "j"}};
    static const char *const types[] = {
        "utinyint",         "blob", "decimal(20,2)[]", "struct(k varchar, v int)", "float",
        "map(int, double)", "json"};
    for (size_t i = 0; i < ARRAY_COUNT(types); i++)
        assert_true(text_type_parse(types[i], &declared[i].type));
    struct source_spec spec = text_spec("raw.t", "t.jsonl", "jsonl");
    spec.declared = declared;
    spec.declared_count = ARRAY_COUNT(declared);
    spec.keeps_rejects = true;
    spec.max_rejects = 10;
    struct source_plan source_plan;
    struct err err;
    assert_int_equal(plan(&spec, NULL, &source_plan, &err), 0);
    struct source_reading *reading = read_plan(&spec, &source_plan);
    assert_string_equal(
        value("SELECT concat_ws('|', a, b, l, s, f, m, j) FROM (%s)", reading->parts[0].select_sql),
        "255|\\x00A|[12345678901234567.89, NULL]|{'k': x\ny, 'v': NULL}|1e-07|{1=2.5}|"
        "[1,{\"z\":1.10}]");
    assert_int_equal(text_rejects_count(reading->rejects), 1);
    reading_release(reading);
}

static int set_up(void **state)
{
    (void)state;
    struct err err = {0};
    struct engine_options options = {.memory_bytes = 256 << 20, .threads = 2};
    arena_init(&arena, (size_t)256 << 20);
    if (!mkdtemp(folder) || engine_open(&options, &engine, &err) != 0 ||
        conn_open(engine, &conn, &err) != 0) {
        fprintf(stderr, "%s\n", err.message);
        return -1;
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    conn_close(conn);
    engine_close(engine);
    arena_release(&arena);
    return file_remove_tree(folder, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_no_file),
        cmocka_unit_test(test_parquet_index),
        cmocka_unit_test(test_parquet_names_are_no_patterns),
        cmocka_unit_test(test_parquet_folders_are_no_columns),
        cmocka_unit_test(test_parquet_without_rows),
        cmocka_unit_test(test_parquet_schemas),
        cmocka_unit_test(test_parquet_new_first_file),
        cmocka_unit_test(test_parquet_broken),
        cmocka_unit_test(test_verify),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_csv_all_types_arrive),
        cmocka_unit_test(test_csv_order),
        cmocka_unit_test(test_csv_without_rows),
        cmocka_unit_test(test_csv_parts),
        cmocka_unit_test(test_csv_rejects),
        cmocka_unit_test(test_csv_lock),
        cmocka_unit_test(test_declared_types_arrive),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
