/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "engine/sql.h"
#include "engine/sql_tree.h"
#include "engine/wrap.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Their value changes from call to call, run to run or session to session. Lower case. */
static const char *const volatile_functions[] = {
    "current_catalog",
    "current_connection_id",
    "current_database",
    "current_date",
    "current_localtime",
    "current_localtimestamp",
    "current_query",
    "current_query_id",
    "current_role",
    "current_schema",
    "current_schemas",
    "current_setting",
    "current_time",
    "current_timestamp",
    "current_transaction_id",
    "current_user",
    "currval",
    "gen_random_uuid",
    "get_current_time",
    "get_current_timestamp",
    "getenv",
    "in_search_path",
    "localtime",
    "localtimestamp",
    "nextval",
    "now",
    "random",
    "session_user",
    "setseed",
    "sleep_ms",
    "today",
    "transaction_timestamp",
    "txid_current",
    "user",
    "uuid",
    "uuidv4",
    "uuidv7",
    "write_log",
};

/* Of those, the ones written without parentheses, which DuckDB's parser takes for columns. */
static const char *const value_words[] = {
    "current_catalog",
    "current_date",
    "current_localtime",
    "current_localtimestamp",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "localtime",
    "localtimestamp",
    "session_user",
    "user",
};

/* Functions that read something which is no node of the project. */
static const struct {
    const char *name;
    const char *hint;
} refused_functions[] = {
    {"getvariable", "Declare it in leat.yaml under params and write $name."},
    {"leat_batches", "Declare a source in leat.yaml and read raw.<name>."},
    {"query", "Write the SQL itself, so that its tables are seen."},
    {"query_table", "Write the table's name itself, so that it is seen."},
};
/* The table functions that read nothing but their arguments. The engine has ever more that do not, so these are named. */
static const char *const table_functions[] = {
    "generate_series", "generate_subscripts", "json_each",
    "json_tree",       "pg_timezone_names",   "range",
    "repeat",          "repeat_row",          "test_all_types",
    "unnest",
};
static const char *const file_functions[] = {
    "arrow_scan",
    "delta_scan",
    "glob",
    "iceberg_metadata",
    "iceberg_scan",
    "mysql_query",
    "mysql_scan",
    "parquet_bloom_probe",
    "parquet_file_metadata",
    "parquet_full_metadata",
    "parquet_kv_metadata",
    "parquet_metadata",
    "parquet_scan",
    "parquet_schema",
    "postgres_query",
    "postgres_scan",
    "postgres_scan_pushdown",
    "read_avro",
    "read_blob",
    "read_csv",
    "read_csv_auto",
    "read_duckdb",
    "read_gsheet",
    "read_json",
    "read_json_auto",
    "read_json_objects",
    "read_json_objects_auto",
    "read_ndjson",
    "read_ndjson_auto",
    "read_ndjson_objects",
    "read_parquet",
    "read_text",
    "read_xlsx",
    "sniff_csv",
    "sqlite_scan",
    "st_read",
    "st_read_meta",
    "st_readosm",
    "st_readshp",
};
static const char *const file_endings[] = {
    ".parquet", ".csv",  ".tsv",   ".txt", ".json",   ".jsonl",  ".ndjson", ".gz",      ".zst",
    ".xlsx",    ".avro", ".arrow", ".db",  ".duckdb", ".sqlite", ".shp",    ".geojson", ".gpkg",
};

static int compare_names(const void *key, const void *item)
{
    return strcasecmp(key, *(const char *const *)item);
}

#define IS_IN(name, list) \
    (bsearch((name), (list), ARRAY_COUNT(list), sizeof((list)[0]), compare_names) != NULL)

bool sql_function_is_volatile(const char *name)
{
    return IS_IN(name, volatile_functions);
}

bool sql_is_value_word(const char *name)
{
    return IS_IN(name, value_words);
}

/* The bytes of "{name}" at `at`, 0 when it is something else. */
static size_t template_len(const char *at)
{
    size_t len = 1;
    if (at[0] != '{' || !(isalpha((unsigned char)at[1]) || at[1] == '_'))
        return 0;
    while (isalnum((unsigned char)at[len]) || at[len] == '_')
        len++;
    return at[len] == '}' ? len + 1 : 0;
}

static int found_template(const char *sql, const char *at, size_t len, bool is_quoted,
                          struct err *err)
{
    err_set(err, ERR_CONFIG, "found \"$%.*s\" in SQL, expected a parameter", (int)len, at + 1);
    err_hint(err, "Write $%.*s%s.", (int)len - 2, at + 2, is_quoted ? " without the quotes" : "");
    return sql_err_where(err, sql, (size_t)(at - sql));
}

int sql_check_template(const char *sql, struct err *err)
{
    for (const char *at = sql; *at != '\0';) {
        const char *after = sql_skip_opaque(at);
        if (*at == '\'' || *at == '$') {
            for (const char *in = at; in < after; in++) {
                size_t len = *in == '$' ? template_len(in + 1) : 0;
                if (len > 0)
                    return found_template(sql, in, len, *at == '\'', err);
            }
        }
        at = after != at ? after : at + 1;
    }
    return 0;
}

static int reads_file(const char *sql, size_t offset, const char *what, struct err *err)
{
    err_set(err, ERR_CONFIG, "%s reads something that is no source of this project", what);
    err_hint(err, "Declare it in leat.yaml under sources and read raw.<name>.");
    return sql_err_where(err, sql, offset);
}

static bool is_file_name(const char *name)
{
    for (size_t i = 0; i < ARRAY_COUNT(file_endings); i++) {
        if (str_ends(name, file_endings[i]))
            return true;
    }
    return strpbrk(name, "/*") != NULL;
}

int sql_check_table(const char *sql, size_t offset, const char *catalog, const char *schema,
                    const char *name, struct err *err)
{
    char what[128];
    snprintf(what, sizeof(what), "'%s'", name);
    if (schema[0] == '\0' && (sql[offset] == '\'' || is_file_name(name)))
        return reads_file(sql, offset, what, err);
    if (catalog[0] == '\0')
        return 0;
    err_set(err, ERR_CONFIG, "a name of three parts: %s.%s.%s", catalog, schema, name);
    err_hint(err, "Write %s.%s.", schema, name);
    return sql_err_where(err, sql, offset);
}

int sql_check_function(const char *sql, size_t offset, const char *name, struct err *err)
{
    char what[128];
    snprintf(what, sizeof(what), "%s()", name);
    if (IS_IN(name, file_functions))
        return reads_file(sql, offset, what, err);
    for (size_t i = 0; i < ARRAY_COUNT(refused_functions); i++) {
        if (strcasecmp(name, refused_functions[i].name) == 0) {
            err_set(err, ERR_CONFIG, "%s cannot be used in a model", what);
            err_hint(err, "%s", refused_functions[i].hint);
            return sql_err_where(err, sql, offset);
        }
    }
    return 0;
}

int sql_check_table_function(const char *sql, size_t offset, const char *name, struct err *err)
{
    TRY(sql_check_function(sql, offset, name, err));
    if (IS_IN(name, table_functions))
        return 0;
    err_set(err, ERR_CONFIG, "%s() as a table cannot be used in a model", name);
    err_hint(
        err,
        "Of the engine's table functions there are range, generate_series, unnest, json_each, json_tree, repeat.");
    return sql_err_where(err, sql, offset);
}

int sql_check_param(const char *sql, size_t offset, const char *name, struct err *err)
{
    if (!isdigit((unsigned char)name[0]))
        return 0;
    err_set(err, ERR_CONFIG, "found a parameter without a name");
    err_hint(err, "Declare it in leat.yaml under params and write $name.");
    return sql_err_where(err, sql, offset);
}

/* Whether a word stands in the text outside strings, quoted names and comments. */
static bool has_word(const char *sql, const char *word, size_t *ret_offset)
{
    size_t len = strlen(word);
    bool is_inside = false;
    for (const char *at = sql; *at != '\0';) {
        const char *after = sql_skip_opaque(at);
        bool is_name = isalnum((unsigned char)*at) || *at == '_';
        if (!is_inside && strncasecmp(at, word, len) == 0 && !isalnum((unsigned char)at[len])) {
            *ret_offset = (size_t)(at - sql);
            return true;
        }
        is_inside = is_name;
        at = after != at ? after : at + 1;
    }
    return false;
}

static int refused_statement(const char *sql, struct err *err)
{
    size_t offset;
    if (has_word(sql, "PIVOT", &offset)) {
        err_set(err, ERR_CONFIG, "a PIVOT whose columns depend on the data");
        err_hint(err, "Write FROM (PIVOT … ON column IN (value, …) USING …).");
        return sql_err_where(err, sql, offset);
    }
    char word[32];
    sql_first_word(sql, word, sizeof(word));
    err_set(err, ERR_CONFIG, "found %s, expected one SELECT", word[0] != '\0' ? word : "no SQL");
    size_t blank = strspn(sql, " \t\r\n");
    return sql_err_where(err, sql, blank);
}

int sql_refused(const char *sql, json_t *root, struct err *err)
{
    const char *message = json_text(root, "error_message");
    const char *position = json_text(root, "position");
    if (message == NULL)
        message = "not understood";
    if (str_starts(message, "Only SELECT"))
        return refused_statement(sql, err);
    if (str_starts(message, "Mixing named and positional"))
        return sql_check_param(sql, strcspn(sql, "?"), "1", err);
    err_set(err, ERR_CONFIG, "%.*s", (int)strcspn(message, "\n"), message);
    return position != NULL ? sql_err_where(err, sql, strtoul(position, NULL, 10)) : -1;
}
