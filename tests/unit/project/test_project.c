/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

static const char good[] =
    "=== leat.yaml\n"
    "name: demo\n"
    "description: for tests\n"
    "memory: 2GB\n"
    "threads: 3\n"
    "params:\n"
    "  input: {type: path, default: data/}\n"
    "  output: {type: path, default: out/}\n"
    "  least: {type: integer, default: 3}\n"
    "connections:\n"
    "  pg: ${TEST_PROJECT_SECRET}\n"
    "sources:\n"
    "  readings:\n"
    "    files: \"${input}/**/*.parquet\"\n"
    "    time: date\n"
    "    description: SELECT DATE '2024-01-01' AS date, 1::BIGINT AS value\n"
    "models:\n"
    "  - {tag: money, publish: together}\n"
    "=== .env\n"
    "# comment\n"
    "export TEST_PROJECT_SECRET='hidden-value'\n"
    "=== models/b/daily.sql\n"
    "/*---\n"
    "description: One row a day.\n"
    "tags: [money]\n"
    "columns:\n"
    "  date: {type: date, checks: [not_null, unique]}\n"
    "  total: {type: \"decimal(38, 0)\", unit: kWh, checks: [{min: 0, max: 100, severity: warn}]}\n"
    "checks:\n"
    "  - rows: {min: 1}\n"
    "  - {unique: [date, total], name: both}\n"
    "  - sql: |\n"
    "      SELECT * FROM this\n"
    "      JOIN raw.readings USING (date) WHERE total < $least\n"
    "outputs:\n"
    "  - parquet: \"${output}/{date:%Y}.parquet\"\n"
    "  - {csv: flat.csv, name: flat, delimiter: \";\", header: false, columns: [date], order_by: [date desc]}\n"
    "---*/\n"
    "SELECT date, sum(value) AS total FROM RAW.Readings WHERE value >= $least GROUP BY date\n"
    "=== models/a/late.sql\n"
    "/*---\nmaterialized: incremental\nkey: date\ncursor: date\nlookback: 1d\n---*/\n"
    "WITH daily AS (SELECT * FROM b.daily) SELECT * FROM daily WHERE $last IS NULL OR date > $last\n"
    "=== models/a/parts.sql\n"
    "/*---\nmaterialized: partitioned\n"
    "partition: {by: at, every: day, from: 2024-01-02}\nreads: {raw.readings: {lookback: 1d}}\n---*/\n"
    "SELECT date::TIMESTAMPTZ AS at, value FROM raw.readings WHERE date >= $start AND date < $end\n"
    "=== models/a/view.sql\n"
    "/*---\nmaterialized: view\n---*/\nSELECT date, total + 1 AS more FROM a.late\n"
    "=== tests/x.yaml\n"
    "- name: sums\n"
    "  model: daily\n"
    "  params: {least: 1}\n"
    "  given:\n"
    "    raw.readings:\n"
    "      - {date: 2024-01-01, value: 1}\n"
    "      - {value: 2.50, note: \"a\\\"b\", list: [1, x, null, true]}\n"
    "  expect:\n"
    "    - {date: 2024-01-01, total: 3}\n";

static void a_good_project_is_read_whole(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, good);
    fixture_good(&f);
    const struct project *project = f.project;
    assert_string_equal(project->name, "demo");
    assert_int_equal(project->memory_bytes, INT64_C(2) << 30);
    assert_int_equal(project->threads, 3);
    assert_true(str_ends(project->warehouse, "/warehouse"));
    assert_string_equal(project->timezone, "UTC");
    assert_true(project->is_bound);
    const struct node *daily = fixture_node(&f, "daily");
    assert_string_equal(daily->id, "b.daily");
    assert_int_equal(daily->model.materialized, MATERIALIZED_TABLE);
    assert_string_equal(daily->description, "One row a day.");
    assert_string_equal(daily->publish_group, "tag:money");
    assert_int_equal(daily->model.param_count, 1);
    assert_string_equal(daily->model.params[0], "least");
    assert_int_equal(daily->bound.count, 2);
    assert_string_equal(daily->bound.items[0].type_text, "DATE");
    const struct node *late = fixture_node(&f, "a.late");
    assert_string_equal(late->model.key[0], "date");
    assert_int_equal(late->model.lookback_us, US_PER_DAY);
    const struct node *parts = fixture_node(&f, "a.parts");
    assert_int_equal(parts->model.every, PERIOD_DAY);
    assert_int_equal(parts->model.from_us, INT64_C(1704153600) * US_PER_SECOND);
    assert_int_equal(parts->model.read_count, 1);
    assert_int_equal(parts->model.reads[0].policy, READS_LOOKBACK);
    assert_string_equal(parts->model.reads[0].time_column, "date");
    fixture_release(&f);
}

static void nodes_stand_in_topological_order_by_name(void **state)
{
    (void)state;
    static const char *const order[] = {
        "raw.readings", "b.daily", "output:b.daily#1", "output:b.daily#flat", "a.late",
        "a.parts",      "a.view"};
    struct fixture f;
    fixture_init(&f, good);
    fixture_good(&f);
    assert_int_equal(f.project->node_count, ARRAY_COUNT(order));
    for (size_t i = 0; i < ARRAY_COUNT(order); i++) {
        const struct node *node = &f.project->nodes[i];
        assert_string_equal(node->id, order[i]);
        assert_int_equal(node->index, i);
        for (size_t k = 0; k < node->input_count; k++)
            assert_true(node->inputs[k] < i);
    }
    assert_int_equal(fixture_node(&f, "raw.readings")->reader_count, 2);
    assert_int_equal(fixture_node(&f, "output:b.daily#1")->out.model, 1);
    fixture_release(&f);
}

static void front_matter_is_blanked_and_lines_stay(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(
        &f,
        "=== leat.yaml\nname: x\n=== models/a/m.sql\n-- first\n/*---\ndescription: \"/* odd */\"\n---*/ SELECT\n 1 AS a\n");
    fixture_good(&f);
    const struct node *node = fixture_node(&f, "m");
    assert_string_equal(node->model.sql,
                        "-- first\n     \n                        \n      SELECT\n 1 AS a\n");
    assert_int_equal(strlen(node->model.sql), strlen(node->model.raw_text));
    fixture_release(&f);
}

static void checks_are_read(void **state)
{
    (void)state;
    static const char *const names[] = {
        "not_null(date)", "unique(date)", "min(total)", "max(total)", "rows", "both", "sql"};
    struct fixture f;
    fixture_init(&f, good);
    fixture_good(&f);
    const struct node *daily = fixture_node(&f, "daily");
    assert_int_equal(daily->check_count, ARRAY_COUNT(names));
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        assert_string_equal(daily->checks[i].name, names[i]);
    assert_int_equal(daily->checks[2].severity, SEVERITY_WARN);
    assert_string_equal(daily->checks[3].values[0], "100");
    assert_int_equal(daily->checks[4].min_rows, 1);
    assert_int_equal(daily->checks[4].max_rows, -1);
    assert_int_equal(daily->checks[5].column_count, 2);
    assert_string_equal(daily->columns[1].unit, "kWh");
    fixture_release(&f);
}

static void outputs_are_read(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, good);
    fixture_good(&f);
    const struct output *parquet = fixture_node(&f, "output:b.daily#1")->out.output;
    assert_int_equal(parquet->format, OUTPUT_PARQUET);
    assert_true(str_ends(parquet->path, "/out/{date:%Y}.parquet"));
    assert_true(str_ends(parquet->root, "/out"));
    assert_string_equal(parquet->compression, "zstd");
    const struct output *csv = fixture_node(&f, "output:b.daily#flat")->out.output;
    assert_int_equal(csv->format, OUTPUT_CSV);
    assert_int_equal(csv->delimiter, ';');
    assert_false(csv->has_header);
    assert_string_equal(csv->order_by, "date desc");
    assert_string_equal(csv->root, f.folder);
    fixture_release(&f);
}

static void unit_tests_are_read(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, good);
    fixture_good(&f);
    assert_int_equal(f.project->unit_test_count, 1);
    const struct unit_test *test = &f.project->unit_tests[0];
    assert_string_equal(test->model, "b.daily");
    assert_string_equal(test->given[0].name, "raw.readings");
    assert_string_equal(
        test->given[0].rows,
        "[{\"date\": \"2024-01-01\", \"value\": 1}, {\"value\": 2.50, \"note\": \"a\\\"b\", \"list\": [1, \"x\", null, true]}]");
    assert_int_equal(test->given[0].column_count, 4);
    assert_string_equal(test->expect.columns[1], "total");
    assert_string_equal(test->params[0].value, "1");
    fixture_release(&f);
}

static void secrets_come_from_the_environment_and_are_masked(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, good);
    fixture_good(&f);
    char text[] = "password=hidden-value;";
    secrets_mask(&f.project->secrets, text);
    assert_null(strstr(text, "hidden"));
    fixture_release(&f);
}

static const char *param_value(const struct fixture *f, const char *name)
{
    for (size_t i = 0; i < f->project->param_count; i++)
        if (str_eq(f->project->params[i].name, name))
            return f->project->params[i].value;
    return NULL;
}

static void a_flag_wins_over_the_environment_and_that_over_the_default(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, good);
    fixture_good(&f);
    assert_string_equal(param_value(&f, "least"), "3");
    assert_string_equal(param_value(&f, "input"), path_join(&f.arena, f.folder, "data"));
    struct hash before = fixture_node(&f, "daily")->fingerprint,
                parts = fixture_node(&f, "parts")->fingerprint;
    setenv("LEAT_PARAM_LEAST", "4", 1);
    fixture_good(&f);
    assert_string_equal(param_value(&f, "least"), "4");
    assert_string_not_equal(fixture_node(&f, "daily")->fingerprint.hex, before.hex);
    assert_string_equal(fixture_node(&f, "parts")->fingerprint.hex,
                        parts.hex); /* does not use it */
    f.params[f.param_count++] = (struct setting_value){"least", "5"};
    fixture_good(&f);
    assert_string_equal(param_value(&f, "least"), "5");
    unsetenv("LEAT_PARAM_LEAST");
    fixture_release(&f);
}

static void files_may_be_a_file_a_folder_or_a_pattern(void **state)
{
    (void)state;
    static const struct {
        const char *input, *files;
    } cases[] = {{"data", "/data/**/*.parquet"},
                 {"data/one.parquet", "/data/one.parquet"},
                 {"nowhere", "/nowhere/**/*.parquet"}};
    struct fixture f;
    fixture_init(&f, good);
    fixture_files(&f, "=== data/one.parquet\nx\n");
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        f.params[0] = (struct setting_value){"input", cases[i].input};
        f.param_count = 1;
        fixture_good(&f);
        assert_string_equal(fixture_node(&f, "readings")->source.files + strlen(f.folder),
                            cases[i].files);
    }
    fixture_files(
        &f,
        "=== leat.yaml\nsources: {readings: {files: data/, format: csv}}\n=== models/b/daily.sql\nSELECT 1 AS date, 1 AS total\n"
        "=== models/a/parts.sql\nSELECT 1 AS a\n=== tests/x.yaml\n[]\n");
    f.param_count = 0;
    fixture_good(&f);
    assert_true(
        str_ends(fixture_node(&f, "readings")->source.files, "/data/**/*.{csv,csv.gz,csv.zst}"));
    fixture_release(&f);
}

/* What a change does to the fingerprint of a model. */
static void only_what_changes_rows_changes_the_fingerprint(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_same;
    } cases[] = {
        {"select  1   AS a -- comment\n", true},
        {"/*---\ndescription: new\ntags: [x]\nchecks: [{rows: {min: 1}}]\ncolumns: {a: {unit: m}}\n---*/\nSELECT 1 AS a",
         true},
        {"/*---\noutputs: [{csv: a.csv}]\n---*/\nSELECT 1 AS a", true},
        {"SELECT 2 AS a", false},
        {"/*---\nmaterialized: view\n---*/\nSELECT 1 AS a", false},
        {"/*---\nmaterialized: incremental\nkey: a\n---*/\nSELECT 1 AS a", false},
    };
    struct fixture f;
    fixture_init(&f, "=== leat.yaml\nname: x\n=== models/a/m.sql\nSELECT 1 AS a\n");
    fixture_good(&f);
    struct hash before = fixture_node(&f, "m")->fingerprint;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        fixture_write(&f, "models/a/m.sql", cases[i].text, strlen(cases[i].text));
        fixture_good(&f);
        bool is_same = strcmp(before.hex, fixture_node(&f, "m")->fingerprint.hex) == 0;
        if (is_same != cases[i].is_same)
            fail_msg("wrong for: %s", cases[i].text);
    }
    fixture_release(&f);
}

static void params_of_sql_are_typed(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, good);
    fixture_good(&f);
    struct param *params = NULL;
    struct interval day = {0, US_PER_DAY};
    size_t count =
        project_sql_params(f.project, fixture_node(&f, "parts"), &day, NULL, &f.arena, &params);
    assert_int_equal(count, 5);
    assert_string_equal(params[2].type, "BIGINT");
    assert_string_equal(params[3].name, "start");
    assert_string_equal(params[3].value, "1970-01-01T00:00:00Z");
    assert_string_equal(params[4].value, "1970-01-02T00:00:00Z");
    count = project_sql_params(f.project, fixture_node(&f, "late"), NULL, "2024-01-01", &f.arena,
                               &params);
    assert_string_equal(params[count - 1].name, "last");
    assert_string_equal(params[count - 1].type, "DATE");
    fixture_release(&f);
}

static void a_folder_without_leat_yaml_is_an_error(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, "");
    assert_int_equal(fixture_load(&f), -1);
    assert_int_equal(f.err.kind, ERR_NOT_FOUND);
    assert_non_null(strstr(f.err.message, "no leat.yaml"));
    fixture_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_project_is_read_whole),
        cmocka_unit_test(nodes_stand_in_topological_order_by_name),
        cmocka_unit_test(front_matter_is_blanked_and_lines_stay),
        cmocka_unit_test(checks_are_read),
        cmocka_unit_test(outputs_are_read),
        cmocka_unit_test(unit_tests_are_read),
        cmocka_unit_test(secrets_come_from_the_environment_and_are_masked),
        cmocka_unit_test(a_flag_wins_over_the_environment_and_that_over_the_default),
        cmocka_unit_test(files_may_be_a_file_a_folder_or_a_pattern),
        cmocka_unit_test(only_what_changes_rows_changes_the_fingerprint),
        cmocka_unit_test(params_of_sql_are_typed),
        cmocka_unit_test(a_folder_without_leat_yaml_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close_engine);
}
