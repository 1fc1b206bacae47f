# SPDX-License-Identifier: Apache-2.0
"""What leat writes as CSV and as JSON lines, leat reads back: equal types, equal values."""

import json

import pytest

# column: type in the warehouse, type that the model gives (or the same), values
COLUMNS = {
    "truth": ("BOOLEAN", None, ["true", "false"]),
    "i8": ("TINYINT", None, ["-128", "127"]),
    "i16": ("SMALLINT", None, ["-32768", "32767"]),
    "i32": ("INTEGER", None, ["-2147483648", "2147483647"]),
    "i64": ("BIGINT", None, ["-9223372036854775808", "9223372036854775807"]),
    "u8": ("UTINYINT", None, ["0", "255"]),
    "u16": ("USMALLINT", None, ["0", "65535"]),
    "u32": ("UINTEGER", None, ["0", "4294967295"]),
    "u64": ("UBIGINT", None, ["0", "18446744073709551615"]),
    "i128": ("DECIMAL(38,0)", "HUGEINT", ["-99999999999999999999999999999999999999",
                                          "99999999999999999999999999999999999999"]),
    "real": ("FLOAT", None, ["3.4028235e38", "-1.17549435e-38", "0.1", "16777216", "'1e-45'"]),
    "double": ("DOUBLE", None, ["1.7976931348623157e308", "5e-324", "0.1", "-2.2250738585072014e-308",
                                "123456789012345680", "'-0.0'", "1e22", "9007199254740993"]),
    "d1": ("DECIMAL(1,1)", None, ["0.5", "-0.9", "0"]),
    "d4": ("DECIMAL(4,2)", None, ["-0.05", "99.99", "1.50"]),
    "d18": ("DECIMAL(18,9)", None, ["123456789.123456789", "-0.000000001"]),
    "d38": ("DECIMAL(38,10)", None, ["9999999999999999999999999999.9999999999", "-0.0000000001"]),
    "all38": ("DECIMAL(38,38)", None, ["'0.12345678901234567890123456789012345678'"]),
    "day": ("DATE", None, ["'0001-01-01'", "'9999-12-31'", "'2024-02-29'"]),
    "moment": ("TIMESTAMP", None, ["'0001-01-01 00:00:00'", "'9999-12-31 23:59:59.999999'",
                                   "'2024-02-29 00:00:00.5'"]),
    "moment_s": ("TIMESTAMP", "TIMESTAMP_S", ["'2024-02-29 10:00:01'"]),
    "moment_ms": ("TIMESTAMP", "TIMESTAMP_MS", ["'2024-02-29 10:00:01.123'"]),
    "instant": ("TIMESTAMP WITH TIME ZONE", None, ["'2022-03-27 00:59:59.999999+00'",
                                                   "'2022-10-30 03:30:00+03'"]),
    "clock": ("TIME", None, ["'00:00:00'", "'23:59:59.999999'"]),
    "uuid": ("UUID", None, ["'12345678-1234-5678-9abc-def012345678'"]),
    "word": ("VARCHAR", None, ["''", "'a,b;c'", "'\"quoted\"'", "'it''s'", "'two' || chr(10) || 'lines'",
                               "'cr' || chr(13) || 'lf' || chr(13) || chr(10)", "'🙂 ąčę 日本'", "'007'",
                               "'NULL'", "'null'", "'NaN'", "' blanks '", "'back\\slash'",
                               "'tab' || chr(9) || chr(1)", "'#'", "'true'", "'2024-01-01'",
                               "'{\"a\": 1}'"]),
    "code": ("VARCHAR", None, ["'007'", "'08'", "'1e5'"]),
    "number": ("VARCHAR", None, ["'7'", "'-12'"]),
    "mood": ("VARCHAR", "ENUM('so so', 'good')", ["'so so'", "'good'"]),
    "bytes": ("BLOB", None, ["''::BLOB", "'\\x00\\xFF\\x0A,'::BLOB", "'plain \\x22\\x5C'::BLOB"]),
    "list": ("INTEGER[]", None, ["[1, NULL, -3]", "[]"]),
    "exact": ("DECIMAL(38,10)[]", None, ["['9999999999999999999999999999.9999999999', '-0.5']"]),
    "lists": ("VARCHAR[][]", None, ["[['a,b', '\"', NULL, ''], [], NULL]", "[['x' || chr(10), '\\']]"]),
    "array": ("INTEGER[]", "INTEGER[2]", ["[1, 2]"]),
    "struct": ('STRUCT(a INTEGER, "b c" STRUCT(t TIMESTAMP WITH TIME ZONE, d DATE[]))', None,
               ["{'a': 1, 'b c': {'t': '2024-01-01 00:00:00+00', 'd': ['2024-02-29']}}",
                "{'a': NULL, 'b c': NULL}"]),
    "map": ("MAP(VARCHAR, DOUBLE)", None, ["MAP {'k,\"1\"': 0.1, '': NULL}", "MAP {}"]),
    "numbers": ("MAP(INTEGER, VARCHAR[])", None, ["MAP {7: ['x'], -1: []}"]),
}
ROWS = max(len(values) for _, _, values in COLUMNS.values()) + 1  # and one of nulls
EVERYTHING = "\nUNION ALL\n".join(
    "SELECT " + ", ".join([f"{row} AS n"] + [
        f"CAST({values[row % len(values)] if row < ROWS - 1 else 'NULL'} AS {made or stored}) AS \"{name}\""
        for name, (stored, made, values) in COLUMNS.items()])
    for row in range(ROWS))
WRITER = {
    "leat.yaml": "name: writer\n",
    "models/t/everything.sql": f"""/*---
materialized: table
outputs:
  - csv: ../files/everything.csv
    order_by: n
  - jsonl: ../files/everything.jsonl
    order_by: n
---*/
{EVERYTHING}
""",
}
FORMATS = ["csv", "jsonl"]


def content(leat, folder, table, casts=None):
    """Of each row and column: the type and the value's text, as `casts` or as it is."""
    parts = []
    for name in COLUMNS:
        value = f'"{name}"'
        if casts:
            # DuckDB reads decimals in JSON as doubles, and escapes only in JSON.
            is_json = casts[name].startswith(("STRUCT", "MAP")) or casts[name].endswith("[]")
            if is_json and "DECIMAL" not in casts[name]:
                value = f"CAST({value} AS JSON)"
            value = f"CAST({value} AS {casts[name]})"
        parts.append(f'typeof({value}) AS "type of {name}", CAST({value} AS VARCHAR) AS "{name}"')
    sql = f"SELECT n, {', '.join(parts)} FROM {table} ORDER BY n"
    return [json.loads(line) for line in leat.ok("query", sql, "-C", folder, "-o", "jsonl").out.splitlines()]


@pytest.fixture
def written(leat, project):
    folder = project(WRITER, "writer")
    leat.ok("run", "-C", folder)
    rows = content(leat, folder, "t.everything")
    assert len(rows) == ROWS
    for name, (stored, _, values) in COLUMNS.items():
        assert {row[f"type of {name}"] for row in rows} == {stored}, name
        assert len({row[name] for row in rows}) == len(values) + 1, name
    return rows


def source(ending, columns):
    text = f"name: reader\nsources:\n  back:\n    files: ../files/everything.{ending}\n"
    if columns:
        text += "    columns:\n"
        for name, (stored, _, _) in COLUMNS.items():
            text += f"      {name}: {{type: {json.dumps(stored)}}}\n"
    return {"leat.yaml": text}


@pytest.mark.parametrize("ending", FORMATS)
def test_declared(leat, project, written, ending):
    folder = project(source(ending, True), "reader")
    leat.ok("run", "-C", folder)
    rows = content(leat, folder, "raw.back")
    for row, expected in zip(rows, written, strict=True):
        for name in expected:
            assert (name, row[name]) == (name, expected[name])


# A BLOB is text until it is declared, and so on: what matters is that no value is another.
@pytest.mark.parametrize("ending", FORMATS)
def test_found_out(leat, project, written, ending):
    folder = project(source(ending, False), "reader")
    leat.ok("run", "-C", folder)
    casts = {name: stored for name, (stored, _, _) in COLUMNS.items()}
    rows = content(leat, folder, "raw.back", casts)
    for row, expected in zip(rows, written, strict=True):
        for name in expected:
            assert (name, row[name]) == (name, expected[name])


def test_types_found_out(leat, project, written):
    """The narrowest types, the same from both formats where JSON has a value of the kind."""
    found = {}
    for ending in FORMATS:
        folder = project(source(ending, False), f"reader_{ending}")
        leat.ok("run", "-C", folder)
        found[ending] = content(leat, folder, "raw.back")[0]
    for name, kind in {"truth": "BOOLEAN", "i8": "BIGINT", "i64": "BIGINT", "u64": "DECIMAL(38,0)",
                       "i128": "DECIMAL(38,0)", "d4": "DECIMAL(18,2)", "d18": "DECIMAL(18,9)",
                       "d38": "DECIMAL(38,10)", "day": "DATE", "moment": "TIMESTAMP",
                       "instant": "TIMESTAMP WITH TIME ZONE", "clock": "TIME", "uuid": "UUID",
                       "word": "VARCHAR", "code": "VARCHAR"}.items():
        for ending in FORMATS:
            assert (ending, name, found[ending][f"type of {name}"]) == (ending, name, kind)


def test_no_number(leat, project):
    """JSON has no NaN: an error that names the column, and CSV holds it."""
    model = "SELECT unnest(['nan', 'inf', '-inf', '1.5'])::DOUBLE AS x\n"
    folder = project({"leat.yaml": "name: w\n", "models/t/a.sql":
                      "/*---\nmaterialized: table\noutputs:\n  - jsonl: out/a.jsonl\n---*/\n" + model}, "json")
    result = leat("run", "-C", folder)
    assert result.code != 0 and 'column "x" holds NaN or infinity' in result.err
    folder = project({"leat.yaml": "name: w\n", "models/t/a.sql":
                      "/*---\nmaterialized: table\noutputs:\n  - csv: out/a.csv\n---*/\n" + model}, "csv")
    leat.ok("run", "-C", folder)
    assert (folder / "out/a.csv").read_text() == "x\nnan\ninf\n-inf\n1.5\n"
    back = project({"leat.yaml": "name: r\nsources:\n  a:\n    files: ../csv/out/a.csv\n"
                    "    columns: {x: {type: double}}\n"}, "back")
    leat.ok("run", "-C", back)
    sql = "SELECT string_agg(x, ' ') AS x FROM raw.a"
    assert json.loads(leat.ok("query", sql, "-C", back, "-o", "jsonl").out) == {"x": "nan inf -inf 1.5"}
