# SPDX-License-Identifier: Apache-2.0
"""The referee must read a warehouse that the official extension wrote, also after a move."""

import harness


def test_referee_reads(referee, tmp_path):
    import duckdb

    here = tmp_path / "here"
    here.mkdir()
    con = duckdb.connect()
    for name in ("sqlite_scanner", "ducklake"):
        con.sql(f"LOAD '{harness.REPO}/.deps/duckdb-ext/{name}.duckdb_extension'")
    con.sql(f"ATTACH 'ducklake:sqlite:{here}/catalog.sqlite' AS w (DATA_PATH '{here}/data/')")
    con.sql("CREATE TABLE w.t AS SELECT range AS x FROM range(100000)")
    con.close()
    here.rename(tmp_path / "there")
    got = referee(tmp_path / "there").sql("SELECT sum(x) FROM w.t").fetchall()
    assert got == [(4999950000,)]
