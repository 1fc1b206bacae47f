/* SPDX-License-Identifier: Apache-2.0 */
#include "project/settings.h"

#include "base/err.h"
#include "base/str.h"

#define CHOICES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define LATER(key, text)                                        \
    {                                                           \
        .name = key, .type = "", .help = text, .is_later = true \
    }

static const struct setting_doc project_items[] = {
    {"name", "text", NULL, "the folder's name", "Name of the project.", false},
    {"description", "text", NULL, NULL, "What the project is for.", false},
    {"timezone", "time zone", NULL, "UTC", "For partitions and the time parts of paths.", false},
    {"memory", "size", NULL, "90 % of the container's limit, else 75 % of RAM",
     "Bound of the whole process, such as 4GB.", false},
    {"threads", "number", NULL, "one per CPU", "Most threads that work at a time.", false},
    {"temp_limit", "size", NULL, "no limit", "Most that a run may spill to disk.", false},
    {"warehouse", "path", NULL, "warehouse/", "Folder of the tables, relative to the project.",
     false},
    {"params", "mapping", NULL, NULL, "Values that a run may be given as flags, by name.", false},
    {"connections", "mapping", NULL, NULL,
     "Secrets by name, each ${NAME} of the environment or .env.", false},
    {"sources", "mapping", NULL, NULL, "Inputs by name; each becomes the table raw.<name>.", false},
    {"models", "list", NULL, NULL, "Settings for all models of a path or tag.", false},
    LATER("schedule", "When to run by itself."),
};

static const struct setting_doc param_items[] = {
    {"type", "word", CHOICES("text", "path", "integer", "decimal", "boolean", "date", "timestamp"),
     "text", "Type of the value; a path is relative to the project.", false},
    {"default", "value", NULL, NULL,
     "Value when none is given; without it the param must be given.", false},
    {"description", "text", NULL, NULL, "Shown in the help of `leat run`.", false},
};

static const struct setting_doc source_items[] = {
    {"files", "path", NULL, NULL,
     "A file, a folder or a pattern (*, ?, **, {a,b}), relative to the project.", false},
    {"format", "word", CHOICES("parquet", "csv", "tsv", "json", "jsonl", "fixed_width"),
     "by the ending of the files", "How the files are written.", false},
    {"land", "word", CHOICES("view", "table"), "view for Parquet, table for text",
     "Read the files in place, or copy their rows into the warehouse.", false},
    {"time", "column", NULL, NULL,
     "Column whose range is kept for each file, so that reads can be pruned.", false},
    {"encoding", "word", CHOICES("utf-8", "latin-1", "windows-1252", "utf-16le", "utf-16be"),
     "by the byte order mark, else utf-8", "Text: how letters are written.", false},
    {"delimiter", "character", NULL, "found out", "CSV: between values, such as \";\".", false},
    {"quote", "character or none", NULL, "found out", "CSV: around values that hold a delimiter.",
     false},
    {"header", "boolean", NULL, "true, unless it looks like values",
     "CSV, fixed width: whether the first record has the names.", false},
    {"comment", "character", NULL, "none", "CSV, fixed width: lines that begin with it are none.",
     false},
    {"skip", "number", NULL, "found out", "CSV, fixed width: lines before the header.", false},
    {"footer", "number", NULL, "found out", "CSV, fixed width: lines at the end that are none.",
     false},
    {"trim", "boolean", NULL, "false", "CSV: blanks around values without quotes are no part.",
     false},
    {"decimal", "word", CHOICES(".", ","), "found out from all values",
     "CSV, fixed width: the mark of decimals.", false},
    {"thousands", "character", NULL, "none",
     "CSV, fixed width: the mark between digits, such as \".\".", false},
    {"widths", "dashes, header or list", NULL, "by the dashes line, else by the header",
     "Fixed width: what tells them, or [10, 5, 8], or [[0, 10], [12, 5]] with where each begins.",
     false},
    {"records", "path", NULL, "the list at the top, or the only one below",
     "JSON: path to the list of records, such as data.items.", false},
    {"member", "pattern", NULL, "all", "Zip: which of its files to read, such as *.csv.", false},
    {"nulls", "list of text", NULL, NULL,
     "Text: words without quotes that mean no value, beside nothing at all.", false},
    {"on_reject", "word", CHOICES("fail", "keep"), "fail",
     "Text: what to do with records that do not fit; keep puts them into leat.rejects.", false},
    {"max_rejects", "number", NULL, "1000", "Text: with on_reject: keep, most that are kept.",
     false},
    {"on_change", "word", CHOICES("fail", "add_columns", "reject"),
     "stop when the table would change",
     "Text: what to do when the files differ from the schema lock.", false},
    {"description", "text", NULL, NULL, "What the source holds.", false},
    {"tags", "list of text", NULL, NULL, "For selecting: -s tag:x.", false},
    {"columns", "mapping", NULL, NULL, "What is known of its columns, by name.", false},
    {"checks", "list", NULL, NULL, "Checks over more than one column.", false},
    LATER("http", "An HTTP address."),
    LATER("postgres", "A PostgreSQL table or query."),
    LATER("odbc", "A table or query of any database with an ODBC driver."),
    LATER("kafka", "A Kafka topic."),
    LATER("mongodb", "A MongoDB collection."),
    LATER("push", "Rows sent to leat."),
    {"series", "mapping", NULL, NULL,
     "Parquet: the rows are samples of labelled series: raw.<name>_series and raw.<name>.", false},
};

static const struct setting_doc series_items[] = {
    {"time", "column", NULL, NULL, "When a sample was taken: a TIMESTAMP, or a number of `unit`.",
     false},
    {"unit", "word", CHOICES("s", "ms", "us"), "s", "Of the time: since 1970-01-01T00:00:00Z.",
     false},
    {"value", "column", NULL, NULL, "A number, or a text that is a number or a state.", false},
    {"labels", "list of columns", NULL, NULL,
     "What tells series apart: texts, and one list of [name, value] lists.", false},
};

static const struct setting_doc group_items[] = {
    {"path", "path", NULL, NULL, "The models of this folder or file.", false},
    {"tag", "text", NULL, NULL, "The models with this tag.", false},
    {"publish", "word", CHOICES("together"), NULL, "Publish all of them in one snapshot, or none.",
     false},
};

static const struct setting_doc model_items[] = {
    {"description", "text", NULL, NULL, "What one row is.", false},
    {"materialized", "word", CHOICES("view", "table", "incremental", "partitioned", "grid"),
     "table", "How the rows are kept.", false},
    {"key", "list of columns", NULL, NULL, "Incremental: new rows replace those with the same key.",
     false},
    {"cursor", "column", NULL, NULL, "Incremental: its greatest value is $last in the next run.",
     false},
    {"lookback", "duration", NULL, "0", "Incremental: how far $last is set back.", false},
    {"partition", "mapping", NULL, NULL,
     "Partitioned: the intervals of time; the SQL sees $start and $end.", false},
    {"reads", "mapping", NULL, "all",
     "Partitioned: which part of an input a partition needs: same, all or {lookback: 1d}.", false},
    {"grid", "mapping", NULL, NULL, "Grid: samples of series onto regular buckets, as files.",
     false},
    {"columns", "mapping", NULL, NULL, "What is known of its columns, by name.", false},
    {"checks", "list", NULL, NULL, "Checks over more than one column.", false},
    {"outputs", "list", NULL, NULL, "Files to deliver outside the warehouse.", false},
    {"tags", "list of text", NULL, NULL, "For selecting: -s tag:x.", false},
    {"rerun", "word", CHOICES("on_change", "always", "daily"), "on_change",
     "When to run though nothing changed; volatile functions ask for it.", false},
};

static const struct setting_doc grid_items[] = {
    {"samples", "source", NULL, NULL, "Whose samples: a source with `series`.", false},
    {"path", "path template", NULL, NULL,
     "The files, one for each key and hour: {column} of the SELECT, {time:%Y/%m/%d/%H}.", false},
    {"every", "duration", NULL, NULL, "Length of a bucket; divides an hour.", false},
    {"timezone", "time zone", NULL, "the project's", "Whose hours the files are.", false},
    {"fill", "mapping", NULL, NULL, "What stands in buckets without samples.", false},
    {"compression", "word", CHOICES("snappy", "zstd", "none"), "snappy", "Of the files.", false},
};

static const struct setting_doc fill_items[] = {
    {"method", "word", CHOICES("previous", "none"), "previous",
     "previous: the last measured value, for at most max_gap.", false},
    {"max_gap", "duration", NULL, NULL, "How long a value is carried.", false},
    {"flag", "word", CHOICES("none", "bitmask", "column"), "bitmask",
     "How carried values are told apart: one column of bits, or one column for each.", false},
};

static const struct setting_doc partition_items[] = {
    {"by", "column", NULL, NULL, "The column of time.", false},
    {"every", "word", CHOICES("hour", "day", "month", "year"), NULL, "Length of an interval.",
     false},
    {"from", "time", NULL, NULL, "Start of the first interval, such as 2024-06-05.", false},
    {"timezone", "time zone", NULL, "the project's", "Whose clock the intervals follow.", false},
};

static const struct setting_doc read_items[] = {
    {"lookback", "duration", NULL, NULL, "The partition's own interval and this much before it.",
     false},
};

static const struct setting_doc column_items[] = {
    {"type", "SQL type", NULL, NULL, "The type that the column must have.", false},
    {"format", "text", NULL, "ISO 8601", "Text sources: how dates are written: \"%d/%m/%Y\".",
     false},
    {"timezone", "time zone", NULL, NULL,
     "Text sources, timestamptz: whose clock the local times are.", false},
    {"description", "text", NULL, NULL, "What the column holds.", false},
    {"unit", "text", NULL, NULL, "Unit of the values, such as kWh.", false},
    {"checks", "list", NULL, NULL, "not_null, unique, {min: 0}, {accepted_values: […]} …", false},
};

static const struct setting_doc check_items[] = {
    {"not_null", "columns", NULL, NULL, "Every row has a value.", false},
    {"unique", "columns", NULL, NULL, "No two rows have the same values.", false},
    {"accepted_values", "list of values", NULL, NULL, "Of a column: each value is one of these.",
     false},
    {"min", "value", NULL, NULL, "Of a column: no value is less.", false},
    {"max", "value", NULL, NULL, "Of a column: no value is greater.", false},
    {"pattern", "regular expression", NULL, NULL, "Of a column: it is found in each value.", false},
    {"rows", "mapping", NULL, NULL, "Bounds for the number of rows: {min: 1, max: 1000}.", false},
    {"sql", "SQL", NULL, NULL,
     "A SELECT over `this` and what the model reads; rows returned are failures.", false},
    {"name", "text", NULL, "made of kind and column", "Name in messages.", false},
    {"severity", "word", CHOICES("error", "warn"), "error",
     "error keeps the rows from being published; warn reports.", false},
};

static const struct setting_doc rows_items[] = {
    {"min", "number", NULL, NULL, "Least number of rows.", false},
    {"max", "number", NULL, NULL, "Greatest number of rows.", false},
};

static const struct setting_doc output_items[] = {
    {"parquet", "path template", NULL, NULL,
     "Parquet files; {column} and {time:%Y/%m} make one file per value.", false},
    {"csv", "path template", NULL, NULL, "CSV files, likewise.", false},
    {"jsonl", "path template", NULL, NULL, "Files of JSON lines, likewise.", false},
    {"name", "text", NULL, "its number", "Name of the output: output:<model>#<name>.", false},
    {"columns", "list of columns", NULL, "all", "Which columns to write, in this order.", false},
    {"order_by", "list of columns", NULL, "the model's order",
     "Order of the rows in a file; a column may say desc.", false},
    {"timezone", "time zone", NULL, "the project's",
     "Whose clock the time parts of the path follow.", false},
    {"compression", "word", CHOICES("zstd", "snappy", "gzip", "none"), "zstd",
     "Parquet: compression.", false},
    {"delimiter", "character", NULL, ",", "CSV: between values; \"\\t\" is a tab.", false},
    {"header", "boolean", NULL, "true", "CSV: whether the first line has the names.", false},
    LATER("sqlite", "A table of an SQLite file."),
    LATER("postgres", "A PostgreSQL table."),
    LATER("kafka", "A Kafka topic."),
    LATER("swap", "Switch a whole folder at once."),
};

static const struct setting_doc unit_test_items[] = {
    {"name", "text", NULL, NULL, "What the test shows.", false},
    {"model", "model", NULL, NULL, "The model under test.", false},
    {"description", "text", NULL, NULL, "More about it.", false},
    {"params", "mapping", NULL, NULL, "Values of params, and of start, end and last.", false},
    {"given", "mapping", NULL, NULL, "Rows of each input, by name; inputs left out are empty.",
     false},
    {"expect", "list of rows", NULL, NULL,
     "The rows that must come out; only the columns named are compared.", false},
    {"ordered", "boolean", NULL, "false", "Whether their order counts.", false},
};

#define LEVEL(name, where, items)              \
    {                                          \
        name, where, items, ARRAY_COUNT(items) \
    }
const struct setting_level setting_levels[LEVEL_COUNT] = {
    [LEVEL_PROJECT] = LEVEL("leat.yaml", "leat.yaml", project_items),
    [LEVEL_PARAM] = LEVEL("a param", "leat.yaml, params.<name>", param_items),
    [LEVEL_SOURCE] = LEVEL("a source", "leat.yaml, sources.<name>", source_items),
    [LEVEL_SERIES] = LEVEL("series", "a source's series", series_items),
    [LEVEL_GROUP] = LEVEL("an entry of models", "leat.yaml, an item of models", group_items),
    [LEVEL_MODEL] =
        LEVEL("a model", "models/<schema>/<name>.sql, between /*--- and ---*/", model_items),
    [LEVEL_GRID] = LEVEL("grid", "a model's grid", grid_items),
    [LEVEL_FILL] = LEVEL("fill", "fill of a grid", fill_items),
    [LEVEL_PARTITION] = LEVEL("partition", "a model's partition", partition_items),
    [LEVEL_READ] = LEVEL("an entry of reads", "a model's reads.<input>", read_items),
    [LEVEL_COLUMN] = LEVEL("a column", "columns.<name> of a source or model", column_items),
    [LEVEL_CHECK] = LEVEL("a check", "an item of checks", check_items),
    [LEVEL_ROWS] = LEVEL("rows", "rows of a check", rows_items),
    [LEVEL_OUTPUT] = LEVEL("an output", "an item of a model's outputs", output_items),
    [LEVEL_UNIT_TEST] = LEVEL("a unit test", "an item of tests/<any>.yaml", unit_test_items),
};

const struct setting_doc *setting_find(const struct setting_level *level, const char *name)
{
    for (size_t i = 0; i < level->count; i++)
        if (str_eq(level->items[i].name, name))
            return &level->items[i];
    return NULL;
}
