# SPDX-License-Identifier: Apache-2.0
"""The catalog that leat writes is the one the official extension writes."""

import sqlite3

import pytest
from lake_helpers import Tool, attach, catalog, connect

tool = Tool()

ROWS_1 = ("SELECT 1 AS a, 'x' AS b, {'x': 1, 'y': ['a']} AS s, 1.25::DECIMAL(10,2) AS d, "
          "TIMESTAMPTZ '2024-01-01 00:00:00+00' AS ts, MAP {'k': 1} AS m, 1.5::FLOAT AS f, true AS l "
          "UNION ALL SELECT 2, NULL, NULL, NULL, NULL, NULL, 'nan'::FLOAT, false")
ROWS_2 = ("SELECT -7 AS a, 'zz' AS b, {'x': 9, 'y': []::VARCHAR[]} AS s, 0.05::DECIMAL(10,2) AS d, "
          "TIMESTAMPTZ '0044-03-15 (BC) 12:00:00+00' AS ts, MAP {'a': 1} AS m, 'inf'::FLOAT AS f, "
          "false AS l")
# Columns that differ from program to program or run to run, by position.
FREE = {
    "ducklake_metadata": None,
    "ducklake_snapshot": [1],
    "ducklake_snapshot_changes": [2, 3],
    "ducklake_schema": [1],
    "ducklake_table": [1],
    "ducklake_view": [1],
    "ducklake_data_file": [5, 9, 10],  # leat compresses by zstd, the extension by snappy
    "ducklake_file_column_stats": [3],
    "ducklake_table_stats": [3],
}


def plain(tables):
    """Without uuids, times and file names; changes_made as a set, since its order has no meaning."""
    result = {}
    for name, rows in tables.items():
        free = FREE.get(name, [])
        if free is None or name.startswith("ducklake_inlined"):
            continue
        rows = [list(r) for r in rows]
        for row in rows:
            for i in free:
                row[i] = "*"
            if name == "ducklake_snapshot_changes":
                row[1] = sorted(row[1].split(","))
        result[name] = sorted(rows, key=repr)
    return result


def schema_of(folder):
    con = sqlite3.connect(f"{folder}/catalog.sqlite")
    rows = con.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' "
                       "AND name GLOB 'ducklake_*' ORDER BY name").fetchall()
    con.close()
    return rows


@pytest.fixture
def both(tmp_path):
    """Two warehouses with the same history: leat's and the extension's."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    theirs.mkdir()
    tool(ours,
         f"replace energy.t {ROWS_1}",
         f"append energy.t {ROWS_2}",
         "view energy.v SELECT (a + 1) AS a1 FROM energy.t",
         f"replace energy.t {ROWS_2}",
         "replace energy.t SELECT 1 AS a, 2 AS b",
         "view energy.v SELECT 2 AS b1",
         "together", "replace other.u SELECT 8 AS q", "end")
    con = connect()
    con.sql(f"ATTACH 'ducklake:sqlite:{theirs}/catalog.sqlite' AS w "
            f"(DATA_PATH '{theirs}/data/', DATA_INLINING_ROW_LIMIT 0)")
    con.sql("USE w")
    for statements in (
            ["CREATE SCHEMA energy", f"CREATE TABLE energy.t AS {ROWS_1}"],
            [f"INSERT INTO energy.t {ROWS_2}"],
            ["CREATE VIEW energy.v AS SELECT (a + 1) AS a1 FROM energy.t"],
            ["DELETE FROM energy.t", f"INSERT INTO energy.t {ROWS_2}"],
            ["CREATE OR REPLACE TABLE energy.t AS SELECT 1 AS a, 2 AS b"],
            ["CREATE OR REPLACE VIEW energy.v AS SELECT 2 AS b1"],
            ["CREATE SCHEMA other", "CREATE TABLE other.u AS SELECT 8 AS q"]):
        con.sql("BEGIN")
        for statement in statements:
            con.sql(statement)
        con.sql("COMMIT")
    con.close()
    return ours, theirs


def test_same_tables(both):
    ours, theirs = both
    assert schema_of(ours) == [row for row in schema_of(theirs) if "inlined_data_" not in row[0]
                               or row[0] == "ducklake_inlined_data_tables"]


def test_same_rows(both):
    ours, theirs = (plain(catalog(folder)) for folder in both)
    assert ours.keys() == theirs.keys()
    for name in ours:
        assert ours[name] == theirs[name], name


def test_metadata(tmp_path):
    tool(tmp_path / "w", "replace a.t SELECT 1 AS x")
    rows = dict(r[:2] for r in catalog(tmp_path / "w")["ducklake_metadata"])
    assert rows["version"] == "1.0"
    assert rows["encrypted"] == "false"
    assert rows["data_inlining_row_limit"] == "0"
    assert rows["data_path"] == f"{tmp_path}/w/data/"
    assert rows["created_by"].startswith("leat ")


def test_author_and_message(tmp_path):
    tool(tmp_path / "w", "replace a.t SELECT 1 AS x", run="run7")
    assert catalog(tmp_path / "w")["ducklake_snapshot_changes"][1][2:4] == ("tool", "run7")


def test_referee_reads_and_travels(both):
    ours, _ = both
    con = attach(ours)
    assert con.sql("SELECT sum(a) FROM w.energy.t").fetchall() == [(1,)]
    assert con.sql("SELECT * FROM w.energy.v").fetchall() == [(2,)]
    assert con.sql("SELECT sum(a), sum(d) FROM w.energy.t AT (VERSION => 2)").fetchall()[0][0] == -4
    assert con.sql("SELECT s.y[1], m['k'] FROM w.energy.t AT (VERSION => 1) WHERE a = 1"
                   ).fetchall() == [("a", 1)]
    assert con.sql("SELECT count(*), sum(a) FROM w.energy.t AT (VERSION => 4)").fetchall() == [(1, -7)]


def test_data_path_after_a_move(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    tool(here, "replace a.t SELECT 1 AS x")
    here.rename(there)
    assert tool(there, "read a.t", run="-") == ["x INTEGER", "1"]
    tool(there, "append a.t SELECT 2 AS x", run="r2")
    assert dict(r[:2] for r in catalog(there)["ducklake_metadata"])["data_path"] == f"{there}/data/"
    con = connect()
    con.sql(f"ATTACH 'ducklake:sqlite:{there}/catalog.sqlite' AS w (READ_ONLY)")
    assert con.sql("SELECT sum(x) FROM w.a.t").fetchall() == [(3,)]


def test_strange_names(tmp_path):
    schemas, names = ['we"ird', "q-1"], ["a/b.c, d", "..", "ąž", "sp ace", "it's", "x" * 200, "T"]

    def encode(name):
        return "".join(c if c.isalnum() else f"%{ord(c):02x}" for c in name)

    def quote(name):
        return '"' + name.replace('"', '""') + '"'

    every = [(s, n) for s in schemas for n in names]
    tool(tmp_path / "w", *[f"replace {encode(s)}.{encode(n)} SELECT {i} AS x"
                           for i, (s, n) in enumerate(every)])
    con = attach(tmp_path / "w")
    for i, (schema, name) in enumerate(every):
        assert con.sql(f"SELECT sum(x) FROM w.{quote(schema)}.{quote(name)}").fetchall() == [(i,)]
    assert not list((tmp_path / "w/data").glob("*/*/*/*"))


def test_names_without_regard_to_case(tmp_path):
    tool(tmp_path / "w", "replace energy.Daily SELECT 1 AS x", "replace ENERGY.daily SELECT 2 AS x")
    con = attach(tmp_path / "w")
    assert con.sql("SELECT sum(x) FROM w.energy.daily").fetchall() == [(2,)]
    assert len(catalog(tmp_path / "w")["ducklake_table"]) == 1
