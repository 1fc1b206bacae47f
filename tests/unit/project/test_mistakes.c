/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

/* One mistake each: the files, and parts of the line "file:line:column: message | hint" that must come. */
struct mistake {
    const char *files;
    const char *place, *message, *hint;
};

#define YAML(text) "=== leat.yaml\n" text "\n"
#define MODEL(text) "=== leat.yaml\nname: x\n=== models/a/m.sql\n" text "\n"
#define FRONT(text) MODEL("/*---\n" text "\n---*/\nSELECT 1 AS a, 2 AS b")
#define DOTENV "=== .env\nPGURL=postgres://u:hunter22@h/db\n"
#define ID_SOURCE \
    "=== leat.yaml\nsources: {r: {files: r.parquet, time: ts, description: \"SELECT 1 AS id, TIMESTAMPTZ '2024-01-01' AS ts\"}}\n"

static const struct mistake in_config[] = {
    {YAML("memroy: 4GB"), "leat.yaml:1:1:", "unknown key \"memroy\" in leat.yaml",
     "Did you mean \"memory\"?"},
    {YAML("zzzzzz: 1"), "leat.yaml:1:1:", "unknown key", "Known here: name, description"},
    {YAML("schedule: {cron: x}"), "leat.yaml:1:1:", "\"schedule\" is not available in this version",
     ""},
    {YAML("memory: lots"), "leat.yaml:1:9:", "\"memory\" is \"lots\"; expected a size", ""},
    {YAML("threads: 0"), "leat.yaml:1:10:", "expected a whole number from 1 to 1024", ""},
    {YAML("threads: [1]"), "leat.yaml:1:10:", "\"threads\" is a list", ""},
    {YAML("name:"), "leat.yaml:1:1:", "\"name\" is nothing; expected a text", ""},
    {YAML("timezone: Europe/Vilnus"), "leat.yaml:1:11:", "Vilnus", "Vilnius"},
    {YAML("- a"), "leat.yaml:1:1:", "leat.yaml holds no mapping", ""},
    {YAML("params: [a]"), "leat.yaml:1:9:", "\"params\" is not a mapping", ""},
    {YAML("params: {a: {type: pth}}"),
     "leat.yaml:1:20:", "\"type\" is \"pth\"; expected text, path", "Did you mean \"path\"?"},
    {YAML("params: {start: {type: date}}"), "leat.yaml:1:10:", "cannot be named \"start\"", ""},
    {YAML("params: {a-b: {}}"), "leat.yaml:1:10:", "cannot be the name of a param", ""},
    {YAML("params: {a: {type: integer, default: x}}"),
     "leat.yaml:1:10:", "default is \"x\"; expected a whole number", ""},
    {YAML("params: {a: {type: decimal, default: 1.1234567}}"), "leat.yaml:1:10:", "6 behind it",
     ""},
    {YAML("params: {a: {type: date, default: 2024-02-30}}"), "leat.yaml:1:10:", "expected a date",
     ""},
    {YAML("params: {a: {type: boolean, default: yes}}"),
     "leat.yaml:1:10:", "expected true or false", ""},
    {YAML("connections: {pg: postgres://me:pw@host}"),
     "leat.yaml:1:19:", "may only come from the environment", "Write ${NAME} here"},
    {YAML("connections: {pg: \"${NOT_SET_ANYWHERE}\"}"),
     "leat.yaml:1:20:", "${NOT_SET_ANYWHERE} is neither a param", "Set NOT_SET_ANYWHERE"},
    {YAML("params: {input: {}}\nwarehouse: ${inptu}/x"), "leat.yaml:2:12:", "${inptu} is neither",
     "Did you mean ${input}?"},
    {YAML("params: {input: {}}\nwarehouse: ${input}/x"), "leat.yaml:2:12:", "${input} has no value",
     "Give --input VALUE"},
    {YAML("warehouse: ${x"), "leat.yaml:1:12:", "has no closing \"}\"", ""},
    {YAML("models: [{tag: x}]"), "leat.yaml:1:11:", "changes nothing", ""},
    {YAML("models: [{publish: together}]"),
     "leat.yaml:1:11:", "names either a path or a tag; found neither", ""},
    {YAML("models: [{tag: x, publish: togehter}]"), "leat.yaml:1:28:", "expected together",
     "Did you mean \"together\"?"},
    {"=== leat.yaml\nname: x\n=== .env\nA=1\nnonsense\n", ".env:2:1:", "not NAME=VALUE", ""},
    {YAML("timezone: Europe/Viln"), "leat.yaml:1:11:", "Viln", "Europe/Vilnius"},
    {YAML("connections: {pg: \"${PGURL}\"}\nsources: {a: {files: \"data/${PGURL}/*.csv\"}}") DOTENV,
     "leat.yaml:2:22:", "a connection's secret cannot be part of a path", "no connection uses"},
    {YAML("connections: {pg: \"x:${PGURL}\"}\nparams: {p: {default: \"a${PGURL}\"}}\nwarehouse: "
          "${p}/w") DOTENV,
     "leat.yaml:3:12:", "a connection's secret cannot be part of a path", ""},
    {YAML("connections: {pg: \"${p}\"}\nparams: {p: {default: \"${PGURL}\"}}\nwarehouse: ${PGURL}")
         DOTENV,
     "leat.yaml:3:12:", "a connection's secret cannot be part of a path", ""},
    {YAML("connections: {pg: \"${PGURL}\"}\nwarehouse: x/postgres://u:hunter22@h/db") DOTENV,
     "leat.yaml:2:12:", "a connection's secret cannot be part of a path", ""},
    {YAML("connections: {pg: \"${PGURL}\"}") DOTENV
     "=== models/a/m.sql\n/*---\noutputs: [{csv: \"o/${PGURL}.csv\"}]\n---*/\nSELECT 1 AS a\n",
     "models/a/m.sql:2:17:", "a connection's secret cannot be part of a path", ""},
};

static const struct mistake in_sources[] = {
    {YAML("sources: {a: {files: *.parquet}}"), "leat.yaml:1:22:", "begins with \"*\"", "Quote it"},
    {YAML("sources: {a: {files: ${input}/x.csv}}"), "leat.yaml:1:22:", "\"${\" between brackets",
     "Quote the value"},
    {YAML("sources: {a: {}}"), "leat.yaml:1:11:", "does not say where its rows come from", ""},
    {YAML("sources: {a: {files: a.csv, http: x}}"),
     "leat.yaml:1:35:", "has both \"files\" and \"http\"", ""},
    {YAML("sources: {a: {http: \"https://x\"}}"),
     "leat.yaml:1:15:", "\"http\" is not available in this version", ""},
    {YAML("sources: {a: {files: a.dat}}"), "leat.yaml:1:22:", "does not tell the format",
     "and one of: parquet, csv"},
    {YAML("sources: {a: {files: a.csv, format: parqet}}"),
     "leat.yaml:1:37:", "expected parquet, csv, tsv, json", "Did you mean \"parquet\"?"},
    {YAML("sources: {a: {files: a.csv, land: view}}"),
     "leat.yaml:1:35:", "text cannot be read in place", ""},
    {YAML("sources: {a: {files: a.parquet, nulls: [x]}}"),
     "leat.yaml:1:40:", "\"nulls\" is not a setting of parquet", "It is for: csv, tsv, json"},
    {YAML("sources: {a: {files: a.txt.gz}}"), "leat.yaml:1:22:", "does not tell the format", ""},
    {YAML("sources: {a: {files: a.zip}}"), "leat.yaml:1:22:", "does not tell", "member: '*.csv'"},
    {YAML("sources: {a: {files: a.parquet.gz}}"), "leat.yaml:1:22:", "does not tell", ""},
    {YAML("sources: {a: {files: a.csv, widths: [3]}}"),
     "leat.yaml:1:37:", "\"widths\" is not a setting of csv", "It is for: fixed_width."},
    {YAML("sources: {a: {files: a.tsv, delimiter: \";\"}}"),
     "leat.yaml:1:40:", "\"delimiter\" is not a setting of tsv", "format: csv"},
    {YAML("sources: {a: {files: a.jsonl, records: x}}"),
     "leat.yaml:1:40:", "\"records\" is not a setting of jsonl", "json."},
    {YAML("sources: {a: {files: a.csv, delimiter: ab}}"),
     "leat.yaml:1:40:", "expected one ASCII character", ""},
    {YAML("sources: {a: {files: a.csv, delimiter: a}}"),
     "leat.yaml:1:40:", "no letter and no digit", ""},
    {YAML("sources: {a: {files: a.csv, delimiter: \";\", quote: \";\"}}"),
     "leat.yaml:1:52:", "are both \";\"", ""},
    {YAML("sources: {a: {files: a.csv, decimal: \",\", thousands: \",\"}}"),
     "leat.yaml:1:54:", "\"thousands\" and \"decimal\" are both \",\"", ""},
    {YAML("sources: {a: {files: a.csv, decimal: \";\"}}"), "leat.yaml:1:38:", "expected . or ,",
     ""},
    {YAML("sources: {a: {files: a.csv, encoding: utf8}}"),
     "leat.yaml:1:39:", "expected utf-8, latin-1", "Did you mean \"utf-8\"?"},
    {YAML("sources: {a: {files: a.txt, format: fixed_width, widths: [3, 0]}}"),
     "leat.yaml:1:62:", "column 2 of \"widths\" is wrong", ""},
    {YAML("sources: {a: {files: a.txt, format: fixed_width, widths: [[0, 5], [3, 2]]}}"),
     "leat.yaml:1:67:", "with a start from 5 on", ""},
    {YAML("sources: {a: {files: a.csv, on_reject: keap}}"),
     "leat.yaml:1:40:", "expected fail or keep", "Did you mean \"keep\"?"},
    {YAML("sources: {a: {files: a.csv, max_rejects: 5}}"), "leat.yaml:1:42:", "but none are",
     "on_reject: keep"},
    {YAML("sources: {a: {files: a.csv, on_reject: keep, max_rejects: 0}}"),
     "leat.yaml:1:59:", "a whole number from 1", ""},
    {YAML("sources: {a: {files: a.csv, on_change: add}}"),
     "leat.yaml:1:40:", "expected fail, add_columns or reject", ""},
    {YAML("sources: {a: {files: a.csv, columns: {x: {type: bigimt}}}}"),
     "leat.yaml:1:49:", "\"bigimt\" is no type", "Did you mean \"bigint\"?"},
    {YAML("sources: {a: {files: a.csv, columns: {x: {format: \"%d.%m.%Y\"}}}}"),
     "leat.yaml:1:51:", "has a \"format\" but no type", ""},
    {YAML("sources: {a: {files: a.csv, columns: {x: {type: date, format: \"%Q\"}}}}"),
     "leat.yaml:1:63:", "\"format\" of column \"x\" is \"%Q\"", ""},
    {YAML("sources: {a: {files: a.csv, columns: {x: {type: bigint, format: \"%Y\"}}}}"),
     "leat.yaml:1:65:", "\"format\" is for dates and times", ""},
    {YAML("sources: {a: {files: a.csv, columns: {x: {type: timestamp, timezone: UTC}}}}"),
     "leat.yaml:1:70:", "makes instants of local times", "type: timestamptz"},
    {YAML("sources: {a: {files: a.parquet, columns: {x: {format: \"%Y\"}}}}"),
     "leat.yaml:1:55:", "\"format\" is for columns of text sources", ""},
    {YAML("sources: {a: {files: a.txt, format: fixed_width, widths: words}}"),
     "leat.yaml:1:58:", "neither dashes nor header nor a list", ""},
    {YAML("sources: {a: {files: a.txt, format: fixed_width, widths: header, header: false}}"),
     "leat.yaml:1:58:", "says that there is none", ""},
    {YAML("sources: {a b: {files: a.csv}}"), "leat.yaml:1:11:", "cannot be the name of a source",
     ""},
    {YAML("sources: {a: {files: a.csv}, A: {files: b.csv}}"),
     "leat.yaml:1:30:", "\"raw.A\" is there twice", ""},
    {YAML("sources: {a: {files: a.csv, columns: [x]}}"),
     "leat.yaml:1:38:", "\"columns\" is not a mapping", ""},
};

static const struct mistake in_front[] = {
    {FRONT("materialised: table"), "models/a/m.sql:2:1:", "unknown key \"materialised\"",
     "Did you mean \"materialized\"?"},
    {FRONT("materialized: tabel"), "models/a/m.sql:2:15:",
     "expected view, table, incremental, partitioned", "Did you mean \"table\"?"},
    {FRONT("rerun: allways"), "models/a/m.sql:2:8:", "expected on_change, always or daily",
     "Did you mean \"always\"?"},
    {FRONT("key: a"), "models/a/m.sql:2:6:",
     "\"key\" is for models that are materialized: incremental; this one is a table", ""},
    {FRONT("materialized: incremental"), "models/a/m.sql:2:15:", "needs \"key\"", "key: [id]"},
    {FRONT("materialized: incremental\nkey: a\nlookback: 1d"),
     "models/a/m.sql:4:11:", "\"lookback\" needs \"cursor\"", ""},
    {FRONT("materialized: incremental\nkey: a\ncursor: a\nlookback: 3x"),
     "models/a/m.sql:5:11:", "expected a duration", ""},
    {FRONT("materialized: partitioned"), "models/a/m.sql:2:15:", "needs \"partition\"", ""},
    {FRONT("materialized: partitioned\npartition: {by: a, evry: day, from: 2024-01-01}"),
     "models/a/m.sql:3:20:", "unknown key \"evry\"", "Did you mean \"every\"?"},
    {FRONT("materialized: partitioned\npartition: {by: a, every: day}"),
     "models/a/m.sql:3:13:", "has no \"from\"", ""},
    {FRONT("materialized: partitioned\npartition: {by: a, every: day, from: noon}"),
     "models/a/m.sql:3:38:", "expected a time such as", ""},
    {FRONT("materialized: partitioned\npartition: {by: a, every: month, from: 2024-01-02}"),
     "models/a/m.sql:3:40:", "not the start of a month in UTC", ""},
    {FRONT("columns: {a: {cheks: []}}"), "models/a/m.sql:2:15:", "unknown key \"cheks\"",
     "Did you mean \"checks\"?"},
    {FRONT("columns: {a: {checks: [nut_null]}}"),
     "models/a/m.sql:2:24:", "unknown check \"nut_null\"", "Did you mean \"not_null\"?"},
    {FRONT("columns: {a: {checks: [min]}}"), "models/a/m.sql:2:24:", "\"min\" needs a value", ""},
    {FRONT("columns: {a: {checks: [{rows: {min: 1}}]}}"),
     "models/a/m.sql:2:25:", "\"rows\" cannot stand here", "beside \"columns\""},
    {FRONT("columns: {a: {checks: [{unique: [a, b]}]}}"), "models/a/m.sql:2:33:", "takes no value",
     ""},
    {FRONT("columns: {a: {checks: [{min: 1, severity: wran}]}}"),
     "models/a/m.sql:2:43:", "expected error or warn", "Did you mean \"warn\"?"},
    {FRONT("columns: {a: {checks: not_null}}"), "models/a/m.sql:2:23:", "\"checks\" is not a list",
     ""},
    {FRONT("columns: {a: {checks: [{accepted_values: []}]}}"),
     "models/a/m.sql:2:42:", "has no values", ""},
    {FRONT("checks: [{min: 1}]"), "models/a/m.sql:2:11:", "\"min\" cannot stand here",
     "columns.<name>.checks"},
    {FRONT("checks: [unique]"), "models/a/m.sql:2:10:", "names no column", ""},
    {FRONT("checks: [{name: x}]"), "models/a/m.sql:2:11:", "says nothing to check", ""},
    {FRONT("checks: [{rows: {min: 3, max: 2}}]"), "models/a/m.sql:2:18:", "can never hold", ""},
    {FRONT("checks: [{rows: {min: 1}, name: x}, {rows: {max: 2}, name: x}]"),
     "models/a/m.sql:2:60:", "two checks are named \"x\"", ""},
    {FRONT("checks: [{sql: \"SELECT * FROM this WHERE a = ${x}\"}]"),
     "models/a/m.sql:2:46:", "form for YAML", "Write $x."},
    {FRONT("checks: [{sql: \"SELECT * FROM raw.x\"}]"),
     "models/a/m.sql:2:17:", "a check can read \"this\"", ""},
    {FRONT("outputs: {csv: x}"), "models/a/m.sql:2:11:", "\"outputs\" is not a list", ""},
    {FRONT("outputs: [{compression: zstd}]"),
     "models/a/m.sql:2:12:", "exactly one of parquet, csv and jsonl; found none", ""},
    {FRONT("outputs: [{sqlite: x}]"), "models/a/m.sql:2:12:", "\"sqlite\" is not available", ""},
    {FRONT("outputs: [{csv: x/}]"), "models/a/m.sql:2:17:", "names a folder", ""},
    {FRONT("outputs: [{csv: x.csv, compression: zstd}]"),
     "models/a/m.sql:2:37:", "not a setting of csv", ""},
    {FRONT("outputs: [{csv: x.csv, delimiter: ab}]"),
     "models/a/m.sql:2:35:", "expected one character", ""},
    {FRONT("outputs: [{csv: warehouse/x.csv}]"), "models/a/m.sql:2:17:", "lies in the warehouse",
     ""},
    {FRONT("outputs: [{csv: x.csv}, {csv: ./x.csv}]"),
     "models/a/m.sql:2:31:", "two outputs write the same files", ""},
    {FRONT("outputs: [{csv: \"${out}/x.csv\"}]"), "models/a/m.sql:2:18:", "${out} is neither",
     "Declare \"out\""},
    {FRONT("tags: {a: b}"), "models/a/m.sql:2:8:", "expected a text", ""},
};

static const struct mistake in_files[] = {
    {MODEL("/*---\nkey: 1\nSELECT 1"), "models/a/m.sql:1:1:", "has no end", "---*/"},
    {MODEL("---\nkey: 1\n---\nSELECT 1"), "models/a/m.sql:1:1:", "looks like front matter",
     "/*---"},
    {MODEL("/* ---\nkey: 1\n--- */\nSELECT 1"), "models/a/m.sql:1:1:", "looks like front matter",
     ""},
    {MODEL("/*--- key: 1\n---*/\nSELECT 1"), "models/a/m.sql:1:1:", "text behind \"/*---\"", ""},
    {MODEL("-- nothing but this"), "models/a/m.sql:1:1:", "holds no SQL", ""},
    {YAML("name: x") "=== models/m.sql\nSELECT 1\n",
     "models/m.sql:0:0:", "must be models/<schema>/<name>.sql", "Move it"},
    {YAML("name: x") "=== models/a/b/m.sql\nSELECT 1\n",
     "models/a/b/m.sql:0:0:", "must be models/<schema>/<name>.sql", ""},
    {YAML("name: x") "=== models/raw/m.sql\nSELECT 1\n",
     "models/raw:0:0:", "\"raw\" cannot be a schema", "Rename"},
    {YAML("name: x") "=== models/Leat/m.sql\nSELECT 1\n", "models/Leat:0:0:", "cannot be a schema",
     ""},
    {YAML("name: x") "=== models/a-b/m.sql\nSELECT 1\n", "models/a-b:0:0:", "cannot be a schema",
     ""},
    {YAML("name: x") "=== models/a/m n.sql\nSELECT 1\n",
     "models/a/m n.sql:0:0:", "cannot be the name of a model", ""},
    {YAML("name: x") "=== models/a/m.sql\nSELECT 1 AS a\n=== models/A/M.sql\nSELECT 1 AS a\n",
     "models/a/m.sql:1:1:", "is there twice", "Upper and lower case"},
};

static const struct mistake in_sql[] = {
    {MODEL("SELECT 1 AS a; SELECT 2 AS b"), "models/a/m.sql:1:", "statement", ""},
    {MODEL("DELETE FROM x"), "models/a/m.sql:1:", "", ""},
    {MODEL("SELECT\n  order, 1 FROM raw.x"),
     "models/a/m.sql:2:", "\"order\" is a word that SQL reserves", "\"order\""},
    {MODEL("SELECT 1 AS a, end FROM raw.x"),
     "models/a/m.sql:1:", "\"end\" is a word that SQL reserves", ""},
    {MODEL("SELECT 1 AS a FROM (SELECT 1) AS select"),
     "models/a/m.sql:1:", "syntax error at or near \"select\"",
     "If \"select\" is meant as a name, put it in double quotes."},
    {MODEL("SELECT a.b select FROM a"), "models/a/m.sql:1:", "syntax error at or near \"select\"",
     "If \"select\" is meant as a name, put it in double quotes."},
    {MODEL("SELECT 1 AS a WHERE where 1 = 1"), "models/a/m.sql:1:", "syntax error", ""},
    {MODEL("SELECT * FROM {{ ref('m') }}"), "models/a/m.sql:1:15:", "template of dbt",
     "Write the table's name: a.m."},
    {MODEL("SELECT * FROM {{ source('s', 'x') }}"), "models/a/m.sql:1:15:", "template of dbt",
     "raw.x"},
    {MODEL("{{ config(materialized='table') }}\nSELECT 1"),
     "models/a/m.sql:1:1:", "template of dbt", "front matter"},
    {MODEL("SELECT '${a}' AS x,\n ${b} AS y"),
     "models/a/m.sql:2:2:", "\"${b}\" is the form for YAML", "Write $b."},
    {MODEL("SELECT * FROM raw.x"), "models/a/m.sql:1:15:", "no source \"raw.x\"", "Declare it"},
    {MODEL("SELECT * FROM daily"), "models/a/m.sql:1:15:", "without its schema", ""},
    {MODEL("SELECT * FROM m"), "models/a/m.sql:1:15:", "without its schema", "Did you mean a.m?"},
    {MODEL("SELECT * FROM this"), "models/a/m.sql:1:15:", "\"this\" is for checks only", ""},
    {MODEL("SELECT * FROM leat.runs"), "models/a/m.sql:1:15:", "cannot read leat.runs", ""},
    {MODEL("SELECT * FROM a.m"), "models/a/m.sql:1:15:", "in a circle: a.m → a.m", ""},
    {MODEL("SELECT * FROM a.n") "=== models/a/n.sql\nSELECT *\nFROM a.m\n",
     "models/a/n.sql:2:6:", "in a circle: a.m → a.n → a.m", ""},
    {MODEL("SELECT $inptu AS a") "=== leat.yaml\nparams: {input: {default: x}}\n",
     "models/a/m.sql:1:8:", "$inptu is not a param", "Did you mean $input?"},
    {MODEL("SELECT $start AS a"), "models/a/m.sql:1:8:", "$start is not known", "partitioned"},
    {MODEL("SELECT $last AS a"), "models/a/m.sql:1:8:", "$last is not known", "incremental"},
    {MODEL("SELECT $x AS a") "=== leat.yaml\nparams: {x: {}}\n",
     "models/a/m.sql:1:8:", "$x has no value", "--x VALUE"},
    {MODEL(
         "/*---\nmaterialized: view\n---*/\nSELECT $x AS a") "=== leat.yaml\nparams: {x: {default: 1}}\n",
     "models/a/m.sql:4:8:", "a view takes no params", ""},
    {MODEL("SELECT now() AS a"), "models/a/m.sql:1:8:", "now() gives another value each time",
     "rerun: always"},
    {MODEL("SELECT current_date AS a"), "models/a/m.sql:1:8:", "another value each time", ""},
    {MODEL("SELECT * FROM 'x.parquet'"), "models/a/m.sql:1:15:", "", "sources"},
    {MODEL("SELECT * FROM read_csv('x.csv')"), "models/a/m.sql:1:15:", "", "sources"},
    {ID_SOURCE
     "=== models/a/m.sql\n/*---\nmaterialized: partitioned\npartition: {by: ts, every: day, from: 2024-01-01}\nreads: {raw.x: same}\n---*/\nSELECT ts FROM raw.r\n",
     "models/a/m.sql:4:9:", "does not read \"raw.x\"", "raw.r"},
    {ID_SOURCE
     "=== models/a/m.sql\n/*---\nmaterialized: partitioned\npartition: {by: ts, every: day, from: 2024-01-01}\nreads: {raw.r: smae}\n---*/\nSELECT ts FROM raw.r\n",
     "models/a/m.sql:4:16:", "expected same, all or", ""},
    {ID_SOURCE
     "=== models/a/b.sql\nSELECT * FROM raw.r\n=== models/a/m.sql\n/*---\nmaterialized: partitioned\npartition: {by: ts, every: day, from: 2024-01-01}\nreads: {a.b: same}\n---*/\nSELECT ts FROM a.b\n",
     "models/a/m.sql:4:14:", "a.b has no column of time", ""},
};

static const struct mistake in_binding[] = {
    {MODEL("SELECT 1 AS a") "=== models/a/n.sql\nSELECT\n  b FROM a.m\n",
     "models/a/n.sql:2:3:", "\"b\"", "a"},
    {MODEL("SELECT nofun(1) AS a"), "models/a/m.sql:1:8:", "nofun", ""},
    {FRONT("columns: {aa: {}}"), "models/a/m.sql:2:11:",
     "\"columns\" names column \"aa\", which a.m does not have", "Did you mean \"a\"?"},
    {FRONT("columns: {a: {type: bigint}}"),
     "models/a/m.sql:2:11:", "declared as BIGINT, but is INTEGER", "CAST"},
    {FRONT("columns: {a: {type: doubel}}"), "models/a/m.sql:2:11:", "\"doubel\" is not a type", ""},
    {FRONT("checks: [{unique: [a, c]}]"), "models/a/m.sql:2:11:", "a check names column \"c\"", ""},
    {FRONT("checks: [{sql: \"SELECT c FROM this\"}]"), "models/a/m.sql:2:24:", "\"c\"", ""},
    {FRONT("outputs: [{csv: x.csv, columns: [c]}]"), "models/a/m.sql:2:17:", "names column \"c\"",
     ""},
    {FRONT("outputs: [{csv: \"{c}.csv\"}]"), "models/a/m.sql:2:17:", "c", ""},
    {FRONT("materialized: incremental\nkey: [a, id]\ncursor: at"),
     "models/a/m.sql:3:6:", "\"key\" names column \"id\"", ""},
    {FRONT("materialized: partitioned\npartition: {by: a, every: day, from: 2024-01-01}"),
     "models/a/m.sql:3:17:", "\"a\" is INTEGER; expected TIMESTAMPTZ", ""},
    {"=== leat.yaml\ntimezone: Europe/Vilnius\n=== models/a/m.sql\n/*---\nmaterialized: partitioned\npartition: {by: d, every: day, from: 2024-01-01}\n---*/\nSELECT DATE '2024-01-01' AS d\n",
     "models/a/m.sql:3:17:", "has no zone", "timezone('Europe/Vilnius', d)"},
    {MODEL("SELECT INTERVAL 1 DAY AS i"), "models/a/m.sql:1:1:", "\"i\"", ""},
    {ID_SOURCE "=== models/a/m.sql\n/*---\nmaterialized: view\n---*/\nSELECT * FROM raw.r\n",
     "models/a/m.sql:4:15:", "a view cannot read raw.r", "materialized: table"},
    {MODEL("/*---\nmaterialized: view\n---*/\nSELECT unpack_intervals(1) AS a"),
     "models/a/m.sql:4:8:", "a view cannot use unpack_intervals", ""},
    {"=== leat.yaml\nsources: {r: {files: r.parquet, time: ta, description: SELECT 1 AS id}}\n",
     "leat.yaml:1:39:", "\"time\" names column \"ta\"", ""},
    {"=== leat.yaml\nsources: {r: {files: r.parquet, description: SELECT 1 AS id, checks: [{sql: SELECT nope FROM this}]}}\n",
     "leat.yaml:1:84:", "nope", "id"},
    {"=== leat.yaml\nsources: {r: {files: r.parquet, description: SELECT 1 AS id, checks: [{sql: SELECT id FROM raw.x}]}}\n",
     "leat.yaml:1:77:", "a check can read \"this\"", ""},
    {MODEL("/*---\nchecks: [{sql: SELECT $y FROM this}]\n---*/\nSELECT $x AS a"),
     "models/a/m.sql:2:16:", "$y is not a param", ""},
    {MODEL("SELECT * FROM raw.nope\n=== models/a/n.sql\nSELECT * FROM a.m"),
     "models/a/m.sql:1:15:", "no source", ""},
};

static const struct mistake in_tests[] = {
    {FRONT("description: x") "=== tests/t.yaml\n- {name: t, model: n, expect: []}\n",
     "tests/t.yaml:1:4:", "the unit test is of \"n\"", ""},
    {FRONT("description: x") "=== tests/t.yaml\n- {name: t, model: m}\n",
     "tests/t.yaml:1:4:", "has no \"expect\"", ""},
    {FRONT("description: x") "=== tests/t.yaml\n- {name: t, model: m, expct: [], expect: []}\n",
     "tests/t.yaml:1:23:", "unknown key \"expct\"", "Did you mean \"expect\"?"},
    {FRONT(
         "description: x") "=== tests/t.yaml\n- {name: t, model: m, given: {raw.x: []}, expect: []}\n",
     "tests/t.yaml:1:4:", "does not read \"raw.x\"", ""},
    {FRONT("description: x") "=== tests/t.yaml\n- {name: t, model: m, expect: [1]}\n",
     "tests/t.yaml:1:32:", "not a mapping", ""},
    {FRONT(
         "description: x") "=== tests/t.yaml\n- {name: t, model: m, params: {x: 1}, expect: []}\n",
     "tests/t.yaml:1:32:", "no param \"x\"", ""},
    {FRONT("description: x") "=== tests/t.yaml\nname: t\n", "tests/t.yaml:1:1:", "not a list", ""},
    {FRONT(
         "description: x") "=== tests/t.yaml\n- {name: t, model: m, expect: []}\n- {name: t, model: m, expect: []}\n",
     "tests/t.yaml:2:4:", "two unit tests are named \"t\"", ""},
};

static bool line_matches(const char *line, const struct mistake *mistake)
{
    const char *hint = strstr(line, " | ");
    return str_starts(line, mistake->place) && strstr(line, mistake->message) && hint &&
           strstr(hint, mistake->hint);
}

/* A mistake must not drag others behind it, but those that follow from it. */
#define MOST_PROBLEMS 3

static bool is_named(const struct mistake *mistake)
{
    struct fixture f;
    fixture_init(&f, mistake->files);
    if (fixture_load(&f) != 0 || fixture_bind(&f) != 0)
        fail_msg("%s", f.err.message);
    bool has_found = false;
    char *text = fixture_problems(&f), *rest = arena_strdup(&f.arena, text);
    for (char *line = strtok(rest, "\n"); line; line = strtok(NULL, "\n"))
        has_found |= line_matches(line, mistake);
    has_found &= f.problems.list.count <= MOST_PROBLEMS;
    if (!has_found)
        print_error("expected %s … %s … %s of\n%s\nbut got\n%s", mistake->place, mistake->message,
                    mistake->hint, mistake->files, text);
    fixture_release(&f);
    return has_found;
}

static void expect_mistakes(const struct mistake *mistakes, size_t count)
{
    size_t missing = 0;
    for (size_t i = 0; i < count; i++)
        missing += !is_named(&mistakes[i]);
    assert_int_equal(missing, 0);
}

#define TEST_OF(list)                             \
    static void list##_are_named(void **state)    \
    {                                             \
        (void)state;                              \
        expect_mistakes(list, ARRAY_COUNT(list)); \
    }
TEST_OF(in_config)
TEST_OF(in_sources)
TEST_OF(in_front)
TEST_OF(in_files)
TEST_OF(in_sql)
TEST_OF(in_binding)
TEST_OF(in_tests)

static void ten_mistakes_are_named_at_once(void **state)
{
    (void)state;
    static const char *const places[] = {
        "leat.yaml:2:1:",        "leat.yaml:4:25:",       "leat.yaml:6:17:",
        "models/a/m1.sql:2:15:", "models/a/m1.sql:4:9:",  "models/a/m2.sql:1:10:",
        "models/a/m3.sql:1:26:", "models/a/m4.sql:2:15:", "models/lost.sql:0:0:",
        "tests/t.yaml:3:3:"};
    struct fixture f;
    fixture_init(
        &f,
        "=== leat.yaml\nname: x\nmemroy: 4GB\nsources:\n  orders: {files: a.csv, fromat: csv}\n  other:\n    files: \"${inptu}/x.csv\"\n"
        "=== models/a/m1.sql\n/*---\nmaterialized: tabel\ncolumns:\n  id: {cheks: [not_null]}\n---*/\nSELECT 1 AS id\n"
        "=== models/a/m2.sql\nSELECT 1, order, 2\n"
        "=== models/a/m3.sql\nSELECT order_id, 1 AS a FROM raw.ordesr\n"
        "=== models/a/m4.sql\nSELECT o.id\nFROM a.m1 o, {{ ref('m2') }}\n"
        "=== models/lost.sql\nSELECT 1\n"
        "=== tests/t.yaml\n- name: t\n  model: m1\n  expct: []\n  expect: []\n");
    assert_int_equal(fixture_load(&f), 0);
    char *text = fixture_problems(&f);
    for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
        char file[32];
        snprintf(file, sizeof(file), "%.*s", (int)strcspn(places[i], ":"), places[i]);
        if (!strstr(text, file))
            fail_msg("no problem in %s:\n%s", file, text);
    }
    if (f.problems.list.count != 10)
        fail_msg("%zu problems:\n%s", f.problems.list.count, text);
    fixture_release(&f);
}

static void a_path_that_is_only_there_for_the_caller_is_explained(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(
        &f,
        "=== leat.yaml\nparams: {input: {type: path, default: data}}\nsources:\n  r:\n    files: \"${input}/*.csv\"\n    format: csv\n"
        "=== caller/mine/x.csv\na\n1\n");
    f.caller_folder = path_join(&f.arena, f.folder, "caller");
    f.params[f.param_count++] = (struct setting_value){"input", "mine"};
    assert_int_equal(fixture_load(&f), 0);
    char *text = fixture_problems(&f);
    assert_true(str_starts(text, "leat.yaml:4:12: --input mine is not in the project's folder"));
    assert_non_null(
        strstr(text, arena_printf(&f.arena, "Did you mean --input %s/caller/mine?", f.folder)));
    fixture_release(&f);
}

static void a_wrong_flag_is_named_by_the_flag(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f, YAML("params: {n: {type: integer, default: 1}}"));
    f.params[f.param_count++] = (struct setting_value){"n", "many"};
    assert_int_equal(fixture_load(&f), 0);
    assert_non_null(strstr(fixture_problems(&f), "--n is \"many\"; expected a whole number"));
    fixture_release(&f);
}

static void too_many_mistakes_are_counted_only(void **state)
{
    (void)state;
    struct str text = STR_INIT(1 << 20);
    str_append(&text, "=== leat.yaml\n");
    for (int i = 0; i < 700; i++)
        str_appendf(&text, "wrong%d: 1\n", i);
    struct fixture f;
    fixture_init(&f, str_text(&text));
    str_release(&text);
    assert_int_equal(fixture_load(&f), 0);
    assert_int_equal(f.problems.list.count, 500);
    assert_int_equal(f.problems.dropped, 200);
    fixture_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_config_are_named),
        cmocka_unit_test(in_sources_are_named),
        cmocka_unit_test(in_front_are_named),
        cmocka_unit_test(in_files_are_named),
        cmocka_unit_test(in_sql_are_named),
        cmocka_unit_test(in_binding_are_named),
        cmocka_unit_test(in_tests_are_named),
        cmocka_unit_test(ten_mistakes_are_named_at_once),
        cmocka_unit_test(a_path_that_is_only_there_for_the_caller_is_explained),
        cmocka_unit_test(a_wrong_flag_is_named_by_the_flag),
        cmocka_unit_test(too_many_mistakes_are_counted_only),
    };
    return cmocka_run_group_tests(tests, NULL, fixture_close_engine);
}
