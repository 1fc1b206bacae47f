# SPDX-License-Identifier: Apache-2.0
"""Every type of DuckDB goes through the warehouse unchanged, or is refused with the cast to write."""

import re

import pytest
from lake_helpers import Tool, attach, connect

tool = Tool()

# type → values (SQL) that must come back equal, through leat and through the extension
AS_IS = {
    "BOOLEAN": ["true", "false"],
    "TINYINT": ["-128", "127"],
    "SMALLINT": ["-32768", "32767"],
    "INTEGER": ["-2147483648", "2147483647"],
    "BIGINT": ["-9223372036854775808", "9223372036854775807", "9007199254740993"],
    "UTINYINT": ["0", "255"],
    "USMALLINT": ["65535"],
    "UINTEGER": ["4294967295"],
    "UBIGINT": ["18446744073709551615"],
    "FLOAT": ["1.1", "'nan'", "'inf'", "'-inf'", "'-0.0'", "1e-40"],
    "DOUBLE": ["0.1", "'nan'", "'-inf'", "1e308", "5e-324"],
    "DECIMAL(4,1)": ["999.9", "-0.1"],
    "DECIMAL(9,3)": ["-123456.789"],
    "DECIMAL(18,4)": ["99999999999999.9999"],
    "DECIMAL(38,10)": ["'1234567890123456789012345678.0123456789'"],
    "DECIMAL(38,38)": ["'0.00000000000000000000000000000000000001'"],
    "VARCHAR": ["'it''s'", "''", "'ąž€😀'", "chr(0) || 'a'", "repeat('x', 20000)", "E'tab\\tline\\n'"],
    "JSON": ["'{\"a\": [1, null]}'"],
    "BLOB": ["'\\x00\\xFF'::BLOB", "''::BLOB"],
    "UUID": ["'12345678-1234-1234-1234-123456789012'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"],
    "DATE": ["'2024-02-29'", "'0044-03-15 (BC)'", "'infinity'", "'-infinity'", "'5000000-01-01'"],
    "TIME": ["'12:34:56.123456'", "'24:00:00'"],
    "TIMESTAMP": ["'2024-01-01 00:00:00.123456'", "'infinity'", "'-infinity'", "'290000-01-01'"],
    "TIMESTAMP_NS": ["'2024-01-01 00:00:01.123456789'"],
    "TIMESTAMP WITH TIME ZONE": ["'2022-03-27 01:00:00+00'", "'infinity'", "'0001-01-01 00:00:00+00'"],
    "GEOMETRY": ["'POINT (1 2)'", "'POLYGON ((0 0, 1 0, 1 1, 0 0))'"],
    "INTEGER[]": ["[1, NULL, 3]", "[]"],
    "VARCHAR[][]": ["[['a'], [], NULL]"],
    "STRUCT(a INTEGER, \"select\" VARCHAR)": ["{'a': 1, 'select': 'x'}", "{'a': NULL, 'select': NULL}"],
    "MAP(VARCHAR, DECIMAL(5,2)[])": ["MAP {'k': [1.5, NULL]}", "MAP {}"],
    "STRUCT(x STRUCT(y MAP(DATE, INTEGER[])[]))": [
        "{'x': {'y': [MAP {'2024-01-01'::DATE: [1]}]}}"],
}
# type → (value, stored type, value as stored)
CAST = {
    "HUGEINT": ("'99999999999999999999999999999999999999'", "DECIMAL(38,0)",
                "99999999999999999999999999999999999999"),
    "UHUGEINT": ("12345678901234567890123", "DECIMAL(38,0)", "12345678901234567890123"),
    "TIMESTAMP_S": ("'2024-01-01 00:00:01'", "TIMESTAMP", "2024-01-01 00:00:01"),
    "TIMESTAMP_MS": ("'2024-01-01 00:00:01.123'", "TIMESTAMP", "2024-01-01 00:00:01.123"),
    "ENUM('a', 'b')": ("'b'", "VARCHAR", "b"),
    "BIT": ("'0101'", "VARCHAR", "0101"),
    "BIGNUM": ("'123456789012345678901234567890123456789012345'", "VARCHAR",
               "123456789012345678901234567890123456789012345"),
    "INTEGER[3]": ("[1, 2, 3]", "INTEGER[]", "[1, 2, 3]"),
    "STRUCT(a HUGEINT, b INTEGER[2], c ENUM('q'))": (
        "{'a': 1, 'b': [1, 2], 'c': 'q'}", "STRUCT(a DECIMAL(38,0), b INTEGER[], c VARCHAR)",
        "{'a': 1, 'b': [1, 2], 'c': q}"),
    "MAP(BIT, UHUGEINT)[]": ("[MAP {'01'::BIT: 5::UHUGEINT}]", "MAP(VARCHAR, DECIMAL(38,0))[]", "[{01=5}]"),
}
# type → (value, the type to write)
REFUSED = {
    "INTERVAL": ("'1 day'", "VARCHAR"),
    "TIME WITH TIME ZONE": ("'12:34:56+02'", "VARCHAR"),
    "TIME_NS": ("'12:34:56.123456789'", "TIME"),
    "UNION(a INTEGER, b VARCHAR)": ("union_value(a := 1)", "VARCHAR"),
    "VARIANT": ("1", "JSON"),
    "GEOMETRY('OGC:CRS84')": ("'POINT (1 2)'", "GEOMETRY"),
}
SKIPPED = {  # other names of the same types, and types that no column can have
    "NULL", "LIST", "STRUCT", "MAP", "ARRAY", "ENUM", "UNION", "DECIMAL", "ANY", "INVALID", "TABLE",
    "POINTER", "AGGREGATE_STATE", "LAMBDA", "TYPE", "INTEGER_LITERAL", "STRING_LITERAL", "VALIDITY"}


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """One warehouse with a table for each type that can be stored."""
    folder = tmp_path_factory.mktemp("types") / "w"
    lines = []
    for i, (kind, values) in enumerate(AS_IS.items()):
        rows = " UNION ALL ".join(f"SELECT {n} AS id, CAST({v} AS {kind}) AS x"
                                  for n, v in enumerate([*values, "NULL"]))
        lines.append(f"replace as_is.t{i} {rows}")
    for i, (kind, (value, _, _)) in enumerate(CAST.items()):
        lines.append(f"replace cast.t{i} SELECT CAST({value} AS {kind}) AS x")
    tool(folder, *lines)
    return folder


@pytest.fixture(scope="module")
def con(stored):
    return attach(stored)


@pytest.mark.parametrize("kind", AS_IS)
def test_as_is(con, kind):
    i = list(AS_IS).index(kind)
    for n, value in enumerate(AS_IS[kind]):
        got = con.sql(f"SELECT x::VARCHAR = (CAST({value} AS {kind}))::VARCHAR, "
                      f"x IS NOT DISTINCT FROM CAST({value} AS {kind}), typeof(x) "
                      f"FROM w.as_is.t{i} WHERE id = {n}").fetchall()
        assert got == [(True, True, kind)], value
    # What can be looked up by value is found: the statistics do not lie.
    for value in AS_IS[kind]:
        if "chr(0)" in value:  # the extension cannot look for it, whoever wrote it
            continue
        found = con.sql(f"SELECT count(*) FROM w.as_is.t{i} WHERE x = CAST({value} AS {kind})").fetchall()
        assert found[0][0] >= 1, value


def test_leat_reads_the_same(stored):
    lines = [f"read as_is.t{i}" for i in range(len(AS_IS))]
    out = iter(tool(stored, *lines, run="-"))
    con = connect()
    for kind, values in AS_IS.items():
        assert next(out) == f"id INTEGER\tx {kind}"
        for n, value in enumerate(values):
            text = con.sql(f"SELECT (CAST({value} AS {kind}))::VARCHAR").fetchall()[0][0]
            if kind.startswith("DECIMAL"):  # DuckDB leaves out the 0 of DECIMAL(n,n), leat does not
                text = re.sub(r"^(-?)\.", r"\g<1>0.", text)
            # The tool prints texts of C, line by line.
            assert next(out) == f"{n}\t" + text.split("\0")[0].replace("\n", "\\n")
        assert next(out) == f"{len(values)}\tNULL"


@pytest.mark.parametrize("kind", CAST)
def test_cast(con, kind):
    i = list(CAST).index(kind)
    _, to, text = CAST[kind]
    assert con.sql(f"SELECT typeof(x), x::VARCHAR FROM w.cast.t{i}").fetchall() == [(to, text)]


@pytest.mark.parametrize("kind", ["HUGEINT", "UHUGEINT"])
def test_overflow_is_an_error(tmp_path, kind):
    out = tool.try_(tmp_path / "w", f"replace a.t SELECT ('1' || repeat('0', 38))::{kind} AS x")
    assert out[0].startswith("error"), out
    assert not list((tmp_path / "w").glob("data/*/*/*"))


@pytest.mark.parametrize("kind", REFUSED)
def test_refused(tmp_path, kind):
    value, to = REFUSED[kind]
    out = tool.try_(tmp_path / "w", f'columns SELECT 1 AS a, CAST({value} AS {kind}) AS "my x"',
                    f"columns SELECT {{'f': [CAST({value} AS {kind})]}} AS s")
    assert out[0].startswith(f'error 2 column "my x" has type {kind}, which'), out
    assert f'CAST("my x" AS {to}) AS "my x"' in out[0]
    assert '"s.f.element"' in out[1] and f"to {to}" in out[1]
    # The cast to write does what it says.
    tool(tmp_path / "w", f"replace a.t SELECT CAST(CAST({value} AS {kind}) AS {to}) AS x")


def test_null_becomes_integer(tmp_path):
    tool(tmp_path / "w", "replace a.t SELECT NULL AS x")
    con = attach(tmp_path / "w")
    assert con.sql("SELECT typeof(x), x FROM w.a.t").fetchall() == [("INTEGER", None)]


def test_sum_of_bigint_is_exact(tmp_path):
    tool(tmp_path / "w", "replace a.t SELECT sum(x) AS s FROM (VALUES (9007199254740992::BIGINT), (1)) v(x)")
    con = attach(tmp_path / "w")
    assert con.sql("SELECT s::VARCHAR FROM w.a.t").fetchall() == [("9007199254740993",)]


def test_every_type_is_decided():
    names = {r[0] for r in connect().sql(
        "SELECT DISTINCT upper(logical_type) FROM duckdb_types() WHERE database_name = 'system'").fetchall()}
    decided = {k.split("(")[0].split("[")[0] for d in (AS_IS, CAST, REFUSED) for k in d}
    assert names - decided - SKIPPED == set()


def test_columns_of_one_name_refused(tmp_path):
    out = tool.try_(tmp_path / "w", 'columns SELECT 1 AS a, 2 AS "A"')
    assert out[0].startswith('error 2 two columns are called "A"'), out


def test_statistics_widen(tmp_path):
    """Bounds of the table hold for old and new rows, so filters find both."""
    tool(tmp_path / "w", "append a.t SELECT 5 AS i, 'm' AS s, '2024-01-01'::DATE AS d, 1.5 AS f",
         "append a.t SELECT -17 AS i, 'a' AS s, '12024-01-01'::DATE AS d, 9.5 AS f",
         "append a.t SELECT 1000 AS i, 'zz' AS s, '0044-01-01 (BC)'::DATE AS d, -9.5 AS f",
         "append a.t SELECT NULL::INTEGER AS i, NULL::VARCHAR AS s, NULL::DATE AS d, NULL::DECIMAL(2,1) AS f")
    con = attach(tmp_path / "w")
    for where in ("i = -17", "i = 1000", "i = 5", "s = 'a'", "s = 'zz'", "d = '12024-01-01'::DATE",
                  "d = '0044-01-01 (BC)'::DATE", "f = 9.5", "f = -9.5", "i IS NULL"):
        assert con.sql(f"SELECT count(*) FROM w.a.t WHERE {where}").fetchall() == [(1,)], where
