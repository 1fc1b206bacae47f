/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "base/str.h"
#include "text/table.h"
#include "text/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[] = "/tmp/leat-table-XXXXXX";
static struct arena arena;
static struct text_dialect said;
static struct text_source source;
static struct text_table table;
static struct err err;

static const char *in_folder(const char *name)
{
    return path_join(&arena, folder, name);
}

static const char *write_file(const char *name, const char *data)
{
    FILE *file = fopen(in_folder(name), "w");
    assert_non_null(file);
    fputs(data, file);
    fclose(file);
    return in_folder(name);
}

static void start(enum text_format format)
{
    text_rejects_free(source.rejects);
    text_dialect_init(&said, format);
    source = (struct text_source){.name = "raw.x", .said = &said, .threads = 1};
    source.paths = ARENA_ARRAY(&arena, const char *, 4);
    source.rejects = text_rejects_new(1000, NULL);
    err = (struct err){0};
}

static void add_file(const char *name, const char *data)
{
    ((const char **)source.paths)[source.path_count++] = write_file(name, data);
}

static int open_table(void)
{
    err = (struct err){0};
    TRY(text_open(&source, &arena, &table, &err));
    return table.is_typed ? 0 : text_infer(&source, &arena, &table, &err);
}

static void must_open(void)
{
    if (open_table() != 0)
        fail_msg("%s (%s) %s", err.message, err.where, err.hint);
}

static void append_value(struct str *out, const struct text_type *type,
                         const struct ArrowArray *array, int64_t row)
{
    const uint8_t *validity = array->buffers[0];
    const void *values = array->buffers[1];
    if (!(validity[row / 8] >> (row % 8) & 1)) {
        str_append(out, "~");
        return;
    }
    switch (type->kind) {
    case TEXT_BOOLEAN:
        str_append(out, ((const uint8_t *)values)[row / 8] >> (row % 8) & 1 ? "true" : "false");
        break;
    case TEXT_DECIMAL:
        str_appendf(out, "%lldd%d", (long long)((const int128_t *)values)[row], type->scale);
        break;
    case TEXT_DOUBLE:
        str_appendf(out, "%.17g", ((const double *)values)[row]);
        break;
    case TEXT_FLOAT:
        str_appendf(out, "%.9g", (double)((const float *)values)[row]);
        break;
    case TEXT_TINYINT:
        str_appendf(out, "%d", ((const int8_t *)values)[row]);
        break;
    case TEXT_INTEGER:
    case TEXT_DATE:
        str_appendf(out, "%d", ((const int32_t *)values)[row]);
        break;
    case TEXT_VARCHAR:
    case TEXT_UUID:
    case TEXT_BLOB:
    case TEXT_OTHER:
        str_append_len(
            out, (const char *)array->buffers[2] + ((const int32_t *)values)[row],
            (size_t)(((const int32_t *)values)[row + 1] - ((const int32_t *)values)[row]));
        break;
    default:
        str_appendf(out, "%lld", (long long)((const int64_t *)values)[row]);
    }
}

static void append_batch(struct str *out, const struct batch *batch)
{
    for (int64_t row = 0; row < batch->array.length; row++) {
        for (size_t i = 0; i < table.column_count; i++) {
            str_append(out, i ? "|" : "");
            append_value(out, &table.columns[i].type, batch->array.children[i], row);
        }
        str_append(out, "\n");
    }
}

/* All rows, ~ for null; then what was rejected. */
static const char *read_table(void)
{
    AUTO(str_release) struct str out = STR_INIT((size_t)64 << 20);
    for (size_t i = 0; i < table.split_count; i++) {
        struct text_stream stream = {.source = &source, .table = &table, .split = &table.splits[i]};
        struct batch batch;
        int got;
        while ((got = text_stream_next(&stream, &batch, &err)) > 0) {
            append_batch(&out, &batch);
            batch_release(&batch);
        }
        if (got < 0)
            str_appendf(&out, "failed: %s\n", err.message);
        text_stream_release(&stream);
    }
    text_finish(&source, &arena, &table);
    for (int64_t i = 0; i < text_rejects_count(source.rejects); i++) {
        const struct text_reject *reject = text_rejects_get(source.rejects, i);
        str_appendf(&out, "! %lld:%lld %s [%s] %s {%s}\n", (long long)reject->record,
                    (long long)reject->line, reject->column ? reject->column : "-", reject->text,
                    reject->reason, reject->raw);
    }
    return arena_strdup(&arena, str_text(&out));
}

static const char *types(void)
{
    AUTO(str_release) struct str out = STR_INIT((size_t)1 << 20);
    char buffer[32];
    for (size_t i = 0; i < table.column_count; i++)
        str_appendf(&out, "%s%s %s", i ? ", " : "", table.columns[i].name,
                    text_type_sql(&table.columns[i].type, buffer));
    return arena_strdup(&arena, str_text(&out));
}

static const char *changes(void)
{
    static const char *const kinds[] = {"added",   "removed",  "renamed",  "reordered",
                                        "widened", "narrowed", "uncertain"};
    AUTO(str_release) struct str out = STR_INIT((size_t)1 << 20);
    for (size_t i = 0; i < table.change_count; i++)
        str_appendf(&out, "%s%s %s %s", i ? ", " : "", kinds[table.changes[i].kind],
                    table.changes[i].column, table.changes[i].is ? table.changes[i].is : "");
    return arena_strdup(&arena, str_text(&out));
}

static struct text_column column_of(const char *name, const char *type)
{
    struct text_column column = {.name = name, .is_typed = true};
    assert_true(text_type_parse(type, &column.type));
    return column;
}

static void lock(size_t count, const struct text_column *columns)
{
    source.locked = columns;
    source.locked_count = count;
}

static void test_types_and_values(void **state)
{
    (void)state;
    start(TEXT_CSV);
    add_file(
        "a.csv",
        "flag,n,big,price,real,day,at,zoned,clock,id,code,empty\n"
        "true,1,12345678901234567890,1.50,1e5,2024-02-29,1970-01-01 10:00:00,1970-01-01T02:00:00+02:00,"
        "10:00:00,c0ffee00-1234-5678-9abc-def012345678,007,\n"
        "false,,-1,0.25,2.5,1970-01-01,1970-01-01 00:00,1970-01-01 00:00:00Z,00:00:01.5,,\"\",\n");
    must_open();
    assert_string_equal(
        types(),
        "flag BOOLEAN, n BIGINT, big DECIMAL(38,0), price DECIMAL(18,2), real DOUBLE, day DATE, at TIMESTAMP, "
        "zoned TIMESTAMP WITH TIME ZONE, clock TIME, id UUID, code VARCHAR, empty VARCHAR");
    assert_string_equal(
        read_table(), "true|1|-6101065172474983726d0|150d2|100000|19782|36000000000|0|36000000000|"
                      "c0ffee00-1234-5678-9abc-def012345678|007|~\n"
                      "false|~|-1d0|25d2|2.5|0|0|0|1500000|~||~\n");
    assert_int_equal(table.row_count, 2);
}

static void test_decimal_marks(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b, *types, *rows, *changes;
    } cases[] = {
        {"x;y\n1,5;2\n0,25;3\n", NULL, "x DECIMAL(18,2), y BIGINT", "150d2|2\n25d2|3\n", ""},
        {"x;y\n1,5;a\n2,25;b\n", "x,y\n0.5,c\n", "x DECIMAL(18,2), y VARCHAR",
         "150d2|a\n225d2|b\n50d2|c\n", ""},
        {"x;y\n2;a\n2,25;b\n", "x,y\n2.0,c\n0.5,d\n", "x DECIMAL(18,2), y VARCHAR",
         "200d2|a\n225d2|b\n200d2|c\n50d2|d\n", ""},
        {"x,y\n2,a\n2.25,b\n", "x,y\n2.0,c\n0.5,d\n", "x VARCHAR, y VARCHAR",
         "2|a\n2.25|b\n2.0|c\n0.5|d\n", ""},
        {"x;y\n1,234;a\n5,678;b\n", NULL, "x VARCHAR, y VARCHAR", "1,234|a\n5,678|b\n",
         "uncertain x text"},
        {"x;y\n1,234;0,5\n5,678;1,5\n", NULL, "x DECIMAL(18,3), y DECIMAL(18,1)",
         "1234d3|5d1\n5678d3|15d1\n", ""},
        {"x;y\n1,5;0.5\n2,5;1.5\n", NULL, "x VARCHAR, y DECIMAL(18,1)", "1,5|5d1\n2,5|15d1\n",
         "uncertain x text"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        start(TEXT_CSV);
        add_file("m1.csv", cases[i].a);
        if (cases[i].b)
            add_file("m2.csv", cases[i].b);
        must_open();
        assert_string_equal(types(), cases[i].types);
        assert_string_equal(changes(), cases[i].changes);
        assert_string_equal(read_table(), cases[i].rows);
    }
}

static void test_declared(void **state)
{
    (void)state;
    start(TEXT_CSV);
    add_file("d.csv", "id,when,amount,small,real,raw,list\n"
                      "007,29/02/2024,1.5,127,1.50,a\\x00,\"[1,2]\"\n"
                      "008,30/02/2024,1,1,1,a,[]\n"
                      "009,01/03/2024,1.00005,1,1,a,[]\n"
                      "010,01/03/2024,1,128,1,a,[]\n"
                      "011,01/03/2024,1,1,0.1000000000000000055,a,[]\n"
                      "012,01/03/2024,1,1,1,a\\y,[]\n"
                      "013,01/03/2024,1,1,1,a,[1.5]\n"
                      "014,1/3/2024,-0.0001,-128,nan,,\n");
    struct text_column declared[] = {
        column_of("ID", "varchar"),       column_of("when", "date"),
        column_of("amount", "dec(18,4)"), column_of("small", "tinyint"),
        column_of("real", "double"),      column_of("raw", "blob"),
        column_of("list", "integer[]")};
    declared[1].type.format = "%d/%m/%Y";
    source.declared = declared;
    source.declared_count = ARRAY_COUNT(declared);
    must_open();
    assert_true(table.columns[0].is_declared);
    assert_string_equal(
        read_table(),
        "007|19782|15000d4|127|1.5|a\\x00|[\"1\",\"2\"]\n"
        "014|19783|-1d4|-128|nan|~|~\n"
        "! 2:3 when [30/02/2024] is no DATE: 30/02/2024 is not as the declared format says, or does not exist "
        "{008,30/02/2024,1,1,1,a,[]}\n"
        "! 3:4 amount [1.00005] is no DECIMAL(18,4): 1.00005 has more digits after the point "
        "{009,01/03/2024,1.00005,1,1,a,[]}\n"
        "! 4:5 small [128] is no TINYINT: 128 is out of range {010,01/03/2024,1,128,1,a,[]}\n"
        "! 5:6 real [0.1000000000000000055] is no DOUBLE: 0.1000000000000000055 has digits that a floating "
        "number does not keep {011,01/03/2024,1,1,0.1000000000000000055,a,[]}\n"
        "! 6:7 raw [a\\y] is no BLOB: a\\y has bytes other than printable ASCII and \\xHH "
        "{012,01/03/2024,1,1,1,a\\y,[]}\n"
        "! 7:8 list [[1.5]] is no integer[]: is no INTEGER: 1.5 has a fraction "
        "{013,01/03/2024,1,1,1,a,[1.5]}\n");
    source.declared_count = 1;
    declared[0].name = "amounts";
    assert_int_equal(open_table(), -1);
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_non_null(strstr(err.hint, "amount"));
}

static void test_local_times(void **state)
{
    (void)state;
    static const int64_t starts[] = {INT64_MIN, INT64_C(1648342800) * US_PER_SECOND,
                                     INT64_C(1667091600) * US_PER_SECOND};
    static const int32_t offsets[] = {7200, 10800, 7200};
    static const struct zone vilnius = {"Europe/Vilnius", 3, starts, offsets};
    start(TEXT_CSV);
    add_file("z.csv", "t\n2022-03-27 02:59:59\n2022-03-27 03:30\n2022-10-30 03:30\n"
                      "2022-10-30 03:30+03:00\n");
    struct text_column declared[] = {column_of("t", "timestamptz")};
    declared[0].type.zone = &vilnius;
    source.declared = declared;
    source.declared_count = 1;
    must_open();
    assert_string_equal(
        read_table(),
        "1648342799000000\n1667089800000000\n"
        "! 2:3 t [2022-03-27 03:30] is no time of Europe/Vilnius: 2022-03-27 03:30 does not exist there: the "
        "clock was set forward over it {2022-03-27 03:30}\n"
        "! 3:4 t [2022-10-30 03:30] is no time of Europe/Vilnius: 2022-10-30 03:30 was there twice: the clock "
        "was set back over it {2022-10-30 03:30}\n");
}

static void test_reconciled(void **state)
{
    (void)state;
    start(TEXT_CSV);
    add_file("r1.csv", "a,b\n1,x\n");
    add_file("r2.csv", "B,a\ny,2\n");
    must_open();
    assert_string_equal(read_table(), "1|x\n2|y\n");
    start(TEXT_CSV);
    add_file("r1.csv", "a,,c\n1,2,3\n");
    must_open();
    assert_string_equal(types(), "a BIGINT, column2 BIGINT, c BIGINT");
    static const struct {
        const char *a, *b, *message, *place;
    } cases[] = {
        {"a,,column2\n1,2,3\n", NULL, "columns 2 and 3 of the header are both named \"column2\"",
         "r1.csv:1:1"},
        {"a,b,A\n1,2,3\n", NULL, "columns 1 and 3 of the header are named \"a\" and \"A\"",
         "r1.csv:1:1"},
        {"a,b\n1,2\n", "a,c\n1,2\n", "column \"c\" is in", "r2.csv:1:1"},
        {"a,b\n1,2\n", "a\n1\n", "column \"b\" is in", "r2.csv:1:1"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        start(TEXT_CSV);
        add_file("r1.csv", cases[i].a);
        if (cases[i].b)
            add_file("r2.csv", cases[i].b);
        assert_int_equal(open_table(), -1);
        assert_int_equal(err.kind, ERR_DATA);
        if (!strstr(err.message, cases[i].message) || !strstr(err.where, cases[i].place))
            fail_msg("case %zu: %s at %s", i, err.message, err.where);
    }
    start(TEXT_CSV);
    add_file("r1.csv", "a,b\n1,x\n");
    add_file("r2.csv", "c,b\n2.5,y\n");
    source.may_add_columns = source.may_miss_columns = true;
    must_open();
    assert_string_equal(types(), "a BIGINT, b VARCHAR, c DECIMAL(18,1)");
    assert_string_equal(read_table(), "1|x|~\n~|y|25d1\n");
}

static void test_ragged(void **state)
{
    (void)state;
    start(TEXT_CSV);
    add_file("g.csv", "a,b\n1,x\n2\n3,y,z\n4,\"q\nr\"\n5,\"s\"t\n");
    must_open();
    assert_int_equal(table.columns[0].type.kind, TEXT_BIGINT);
    const char *rows = read_table();
    assert_non_null(
        strstr(rows, "1|x\n4|q\nr\n! 2:3 - [] the record has 1 field, the header 2 {2}\n"
                     "! 3:4 - [] the record has 3 fields, the header 2 {3,y,z}\n! 5:7 - [] "));
    assert_int_equal(table.row_count, 5);
    assert_int_equal(text_rejects_fail(source.rejects, source.name, &err), -1);
    if (!strstr(err.message, "; line 7:6 found "))
        fail_msg("%s", err.message);
}

/* An empty record of an encoding that is converted. */
static void test_blank_latin1(void **state)
{
    (void)state;
    start(TEXT_CSV);
    said.encoding = ENCODING_LATIN1;
    add_file("b.csv", "\xE9\n\n\nx\n");
    must_open();
    assert_string_equal(read_table(), "~\n~\nx\n");
}

static void test_drift(void **state)
{
    (void)state;
    struct text_column columns[] = {column_of("a", "bigint"), column_of("b", "varchar"),
                                    column_of("c", "double")};
    static const struct {
        const char *header, *row, *changes;
    } cases[] = {
        {"a,b,c", "1,x,1e5", ""},
        {"b,a,c", "x,1,1e5", "reordered a "},
        {"a,b,c,d", "1,x,1e5,y", "added d d"},
        {"a,c", "1,1e5", "removed b "},
        {"a,bee,c", "1,x,1e5", "renamed b bee"},
        {"c,a,bee", "1e5,1,x", "renamed b bee, reordered a "},
        {"a,b,c", "1,2,1e5", "narrowed b BIGINT"},
        {"a,b,c", "1,x,1.5", "narrowed c DECIMAL"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        start(TEXT_CSV);
        add_file("f.csv", arena_printf(&arena, "%s\n%s\n", cases[i].header, cases[i].row));
        struct text_dialect known;
        text_dialect_init(&known, TEXT_CSV);
        lock(3, columns);
        must_open();
        read_table();
        assert_string_equal(changes(), cases[i].changes);
    }
}

static void test_drift_by_policy(void **state)
{
    (void)state;
    struct text_column columns[] = {column_of("a", "bigint"), column_of("b", "varchar")};
    start(TEXT_CSV);
    add_file("p1.csv", "a,b\n1,x\n");
    add_file("p2.csv", "a,b,d\n2,y,2024-01-01\n");
    lock(2, columns);
    source.may_add_columns = source.may_miss_columns = true;
    must_open();
    assert_string_equal(types(), "a BIGINT, b VARCHAR, d DATE");
    assert_string_equal(read_table(), "1|x|~\n2|y|19723\n");
    assert_string_equal(changes(), "added d d");
    source.may_add_columns = source.may_miss_columns = false;
    source.rejects_files = true;
    must_open();
    assert_string_equal(read_table(),
                        "1|x\n! 1:2 - [] the file has a column \"d\", which the lock has not "
                        "{2,y,2024-01-01}\n");
}

static void test_widened_is_rejected(void **state)
{
    (void)state;
    struct text_column columns[] = {column_of("a", "bigint"), column_of("b", "varchar")};
    start(TEXT_CSV);
    add_file("w.csv", "a,b\n1,x\n12.7,y\n,z\n");
    lock(2, columns);
    must_open();
    assert_true(table.is_typed);
    assert_string_equal(read_table(),
                        "1|x\n~|z\n! 2:3 a [12.7] is no BIGINT: 12.7 has a fraction {12.7,y}\n");
    assert_int_equal(table.row_count, 3);
}

/* The mark of a dialect that the lock knows is not looked for; that of another is. */
static void test_locked_marks(void **state)
{
    (void)state;
    struct text_column columns[] = {column_of("x", "decimal(5,2)"), column_of("y", "varchar")};
    start(TEXT_CSV);
    add_file("k1.csv", "x;y\n1,5;a\n");
    must_open();
    struct text_dialect known = table.files[0].head.dialect;
    assert_int_equal(known.decimal, ',');
    lock(2, columns);
    source.locked_dialects = &known;
    source.locked_dialect_count = 1;
    assert_int_equal(text_open(&source, &arena, &table, &err), 0);
    assert_true(table.is_typed);
    assert_string_equal(read_table(), "150d2|a\n");
    add_file("k2.csv", "x,y\n2.5,b\n");
    assert_int_equal(text_open(&source, &arena, &table, &err), 0);
    assert_false(table.is_typed);
    must_open();
    assert_string_equal(read_table(), "150d2|a\n250d2|b\n");
}

static void test_json(void **state)
{
    (void)state;
    start(TEXT_JSON_LINES);
    add_file("j1.jsonl", "{\"a\":1,\"s\":\"007\",\"n\":1.50}\n{\"b\":true,\"a\":2,\"n\":2}\n");
    add_file("j2.jsonl", "{\"d\":\"2024-01-01\",\"a\":null,\"o\":{\"k\":[1]}}\n");
    must_open();
    assert_string_equal(types(),
                        "a BIGINT, s VARCHAR, n DECIMAL(18,2), b BOOLEAN, d DATE, o VARCHAR");
    assert_string_equal(read_table(), "1|007|150d2|~|~|~\n2|~|200d2|true|~|~\n"
                                      "~|~|~|~|19723|{\"k\":[1]}\n");
    struct text_column columns[] = {column_of("s", "varchar"), column_of("a", "bigint")};
    start(TEXT_JSON_LINES);
    add_file("j1.jsonl", "{\"a\":1,\"s\":\"007\"}\n{\"a\":2,\"b\":true}\n{\"a\":2,\"b\":null}\n");
    lock(2, columns);
    must_open();
    assert_true(table.is_typed);
    assert_string_equal(read_table(), "007|1\n~|2\n! 2:2 b [true] is no column of raw.x "
                                      "{{\"a\":2,\"b\":true}}\n");
    source.may_add_columns = true;
    must_open();
    assert_string_equal(types(), "s VARCHAR, a BIGINT, b BOOLEAN");
    start(TEXT_JSON_LINES);
    add_file("j1.jsonl", "{\"a\":1}\n{\"A\":2}\n");
    assert_int_equal(open_table(), -1);
    assert_non_null(strstr(err.message, "both a key \"a\" and a key \"A\""));
    assert_non_null(strstr(err.where, "j1.jsonl:2"));
    start(TEXT_JSON_LINES);
    add_file("j1.jsonl", "{'a': 1}\n{}\n{\"b\": 01}\n");
    assert_int_equal(open_table(), -1);
    assert_non_null(strstr(err.message, "2 records of raw.x do not fit: j1.jsonl:1:2 found "));
    assert_non_null(strstr(err.message, "; line 3:7 found 01, "));
    assert_non_null(strstr(err.where, "j1.jsonl:1:2"));
    assert_non_null(strstr(err.hint, "there are no columns"));
    start(TEXT_JSON_LINES);
    add_file("j1.jsonl", "{}\n");
    assert_int_equal(open_table(), -1);
    assert_non_null(strstr(err.message, "no record of raw.x has a key"));
}

static void test_repairs(void **state)
{
    (void)state;
    start(TEXT_CSV);
    add_file("q.csv", "a,b\n1,x\n2.5,y\n3\n2.5,y\n");
    struct text_column columns[] = {column_of("a", "bigint"), column_of("b", "varchar")};
    lock(2, columns);
    struct text_repair repairs[] = {
        {.path = source.paths[0],
         .raw_hash = text_raw_hash("2.5,y", 5),
         .record = 4,
         .raw = "25,y"},
        {.path = source.paths[0],
         .raw_hash = text_raw_hash("3", 1),
         .record = 3,
         .raw = "3,\"z\nz\""},
    };
    source.repairs = repairs;
    source.repair_count = 2;
    must_open();
    assert_string_equal(
        read_table(),
        "1|x\n3|z\nz\n25|y\n! 2:3 a [2.5] is no BIGINT: 2.5 has a fraction {2.5,y}\n");
    text_rejects_free(source.rejects);
    source.rejects = text_rejects_new(1000, NULL);
    repairs[0].raw = "2.6,y";
    repairs[1].raw = "1,2\n3,4";
    must_open();
    assert_string_equal(
        read_table(), "1|x\n! 2:3 a [2.5] is no BIGINT: 2.5 has a fraction {2.5,y}\n"
                      "! 3:4 - [] after its repair the repair is more than one record {3}\n"
                      "! 4:5 a [2.6] after its repair is no BIGINT: 2.6 has a fraction {2.5,y}\n");
    source.locked_count = 0;
    source.repair_count = 0;
    must_open();
    assert_string_equal(types(), "a DECIMAL(18,1), b VARCHAR");
}

/* Rows, types and record numbers are the same whatever the threads and the cuts. */
static void test_cuts_and_threads(void **state)
{
    (void)state;
    start(TEXT_CSV);
    FILE *file = fopen(in_folder("c.csv"), "w");
    fputs("n,text,real\r\n", file);
    for (int i = 0; i < 20000; i++)
        fprintf(file, i % 5000 == 4999 ? "%d,short\r\n" : "%d,\"line\n\"\"%d\"\",\r\n\",1.5e-3\r\n",
                i, i);
    fclose(file);
    source.paths = ARENA_ARRAY(&arena, const char *, 1);
    ((const char **)source.paths)[0] = in_folder("c.csv");
    source.path_count = 1;
    must_open();
    const char *rows = read_table();
    assert_int_equal(table.split_count, 1);
    assert_int_equal(text_rejects_count(source.rejects), 4);
    for (int threads = 1; threads <= 4; threads++) {
        text_rejects_free(source.rejects);
        source.rejects = text_rejects_new(1000, NULL);
        source.threads = threads;
        source.split_bytes = 10000 * threads;
        must_open();
        assert_true(table.split_count > 10);
        assert_string_equal(types(), "n BIGINT, text VARCHAR, real DOUBLE");
        assert_string_equal(read_table(), rows);
        assert_int_equal(table.row_count, 20000);
    }
}

static void test_cancelled(void **state)
{
    (void)state;
    _Atomic bool is_cancelled = true;
    start(TEXT_CSV);
    add_file("a.csv", "a\n1\n");
    source.is_cancelled = &is_cancelled;
    assert_int_equal(open_table(), -1);
    assert_int_equal(err.kind, ERR_CANCELLED);
}

static void test_schema(void **state)
{
    (void)state;
    start(TEXT_CSV);
    add_file("a.csv", "a,b\n12345678901234567890,x\n");
    must_open();
    struct ArrowSchema schema;
    text_schema(&table, &schema);
    assert_string_equal(schema.format, "+s");
    assert_string_equal(schema.children[0]->format, "d:38,0");
    assert_string_equal(schema.children[1]->name, "b");
    schema.release(&schema);
    assert_null(schema.release);
}

/* A batch may be kept while the stream goes on, and for longer than the stream. */
static void test_batches_outlive_the_stream(void **state)
{
    (void)state;
    start(TEXT_CSV);
    FILE *file = fopen(in_folder("o.csv"), "w");
    fputs("n,t\n", file);
    for (int i = 0; i < 10000; i++)
        fprintf(file, "%d,text %d\n", i, i);
    fclose(file);
    source.paths = ARENA_ARRAY(&arena, const char *, 1);
    ((const char **)source.paths)[0] = in_folder("o.csv");
    source.path_count = 1;
    must_open();
    struct text_stream stream = {.source = &source, .table = &table, .split = table.splits};
    struct batch batches[16];
    size_t count = 0;
    while (text_stream_next(&stream, &batches[count], &err) > 0)
        count++;
    text_stream_release(&stream);
    assert_true(count > 2);
    int64_t next = 0;
    for (size_t i = 0; i < count; i++) {
        for (int64_t row = 0; row < batches[i].array.length; row++)
            assert_int_equal(((const int64_t *)batches[i].array.children[0]->buffers[1])[row],
                             next++);
        batch_release(&batches[i]);
    }
    assert_int_equal(next, 10000);
}

/* Whatever type a column of random values gets, every one of them converts to it. */
static void test_what_is_typed_converts(void **state)
{
    (void)state;
    static const char *const values[] = {"0",
                                         "7",
                                         "-5",
                                         "1.5",
                                         "1.50",
                                         "10.0",
                                         "0.25",
                                         "1e5",
                                         "2.5E-3",
                                         "true",
                                         "FALSE",
                                         "2024-02-29",
                                         "2024-01-01 10:00",
                                         "x",
                                         "\"1,5\"",
                                         "2024-01-01T10:00:00.5Z",
                                         "10:00:00",
                                         "9223372036854775808",
                                         "99999999999999999999999999999999999999",
                                         "0.00000000000000000000000000000000000001",
                                         "0.12345678901234567",
                                         "c0ffee00-1234-5678-9abc-def012345678",
                                         "\"\"",
                                         ""};
    srand(5);
    for (int round = 0; round < 1000; round++) {
        struct arena kept = arena;
        arena_init(&arena, (size_t)8 << 20);
        start(TEXT_CSV);
        AUTO(str_release) struct str text = STR_INIT(10000);
        str_append(&text, "a,b\n");
        size_t first = (size_t)rand() % ARRAY_COUNT(values), span = 1 + (size_t)rand() % 4;
        int rows = 1 + rand() % 4;
        for (int i = 0; i < rows; i++)
            str_appendf(&text, "%s,z\n",
                        values[(first + (size_t)rand() % span) % ARRAY_COUNT(values)]);
        add_file("v.csv", str_text(&text));
        must_open();
        const char *read = read_table();
        if (strchr(read, '!') || table.row_count != rows)
            fail_msg("%s gave %s", str_text(&text), read);
        text_rejects_free(TAKE(source.rejects));
        arena_release(&arena);
        arena = kept;
    }
}

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, (size_t)512 << 20);
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    text_rejects_free(source.rejects);
    arena_release(&arena);
    return file_remove_tree(folder, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types_and_values),
        cmocka_unit_test(test_decimal_marks),
        cmocka_unit_test(test_declared),
        cmocka_unit_test(test_local_times),
        cmocka_unit_test(test_reconciled),
        cmocka_unit_test(test_ragged),
        cmocka_unit_test(test_blank_latin1),
        cmocka_unit_test(test_drift),
        cmocka_unit_test(test_drift_by_policy),
        cmocka_unit_test(test_widened_is_rejected),
        cmocka_unit_test(test_locked_marks),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_repairs),
        cmocka_unit_test(test_cuts_and_threads),
        cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_schema),
        cmocka_unit_test(test_batches_outlive_the_stream),
        cmocka_unit_test(test_what_is_typed_converts),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
