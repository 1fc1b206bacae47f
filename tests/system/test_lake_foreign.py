# SPDX-License-Identifier: Apache-2.0
"""Other programs write to the warehouse through the official extension; leat goes on with it."""

import pytest
from lake_helpers import Tool, attach, catalog

tool = Tool()


@pytest.fixture
def folder(tmp_path):
    """Table energy.t: a 0…9, b 'x0'…'x9'."""
    tool(tmp_path / "w", "replace energy.t SELECT range::INTEGER AS a, 'x' || range AS b FROM range(10)")
    return tmp_path / "w"


@pytest.fixture
def foreign(folder):
    """foreign("SQL", …) runs statements in the extension."""

    def run(*statements, inline=0):
        con = attach(folder, writes=True)
        con.sql("USE w")
        if inline:
            con.sql(f"CALL w.set_option('data_inlining_row_limit', {inline})")
        for statement in statements:
            con.sql(statement)
        con.close()

    return run


def read(folder, table="energy.t", at=None):
    lines = tool(folder, f"read {table}" + (f" {at}" if at is not None else ""), run="-")
    return lines[0], lines[1:]


def agree(folder, table="energy.t", at=None):
    """leat's rows, which must be those of the extension, in the same order."""
    con = attach(folder)
    version = f" AT (VERSION => {at})" if at is not None else ""
    columns = [c[0] for c in con.sql(f"DESCRIBE SELECT * FROM w.{table}{version}").fetchall()]
    text = ", ".join(f'"{c}"::VARCHAR' for c in columns)
    theirs = ["\t".join("NULL" if v is None else v for v in row)
              for row in con.sql(f"SELECT {text} FROM w.{table}{version}").fetchall()]
    con.close()
    ours = read(folder, table, at)[1]
    assert sorted(ours) == sorted(theirs)
    return ours


def test_inserted(folder, foreign):
    foreign("INSERT INTO energy.t VALUES (10, 'new')")
    assert len(agree(folder)) == 11
    assert len(agree(folder, at=1)) == 10


def test_deleted(folder, foreign):
    foreign("DELETE FROM energy.t WHERE a IN (3, 4)")
    rows = agree(folder)
    assert [r.split("\t")[0] for r in rows] == ["0", "1", "2", "5", "6", "7", "8", "9"]
    assert tool(folder, "tables", run="-")[1] == "energy.t table 8 changed 2"


def test_deleted_twice_and_time_travel(folder, foreign):
    foreign("DELETE FROM energy.t WHERE a = 3", "DELETE FROM energy.t WHERE a = 4",
            "UPDATE energy.t SET b = 'upd' WHERE a = 5", "DELETE FROM energy.t WHERE a > 7")
    newest = max(r[0] for r in catalog(folder)["ducklake_snapshot"])
    counts = [len(agree(folder, at=at)) for at in range(1, newest + 1)]
    assert counts == [10, 9, 8, 8, 6]


def test_columns_added_renamed_dropped_retyped(folder, foreign):
    foreign("ALTER TABLE energy.t ADD COLUMN n INTEGER DEFAULT 17",
            "ALTER TABLE energy.t ADD COLUMN \"it's\" VARCHAR",
            "ALTER TABLE energy.t RENAME a TO a2",
            "INSERT INTO energy.t VALUES (100, 'y', 5, 'q')",
            "ALTER TABLE energy.t DROP COLUMN b",
            "ALTER TABLE energy.t ALTER a2 TYPE BIGINT",
            "ALTER TABLE energy.t ADD COLUMN b DATE",
            "DELETE FROM energy.t WHERE a2 = 1")
    newest = max(r[0] for r in catalog(folder)["ducklake_snapshot"])
    for at in range(1, newest + 1):
        agree(folder, at=at)
    head, rows = read(folder)
    assert head == "a2 BIGINT\tn INTEGER\tit's VARCHAR\tb DATE"
    assert rows[0] == "0\t17\tNULL\tNULL"
    assert rows[-1] == "100\t5\tq\tNULL"


def test_merged_files_and_time_travel(folder, foreign):
    foreign("INSERT INTO energy.t VALUES (10, 'p')", "INSERT INTO energy.t VALUES (11, 'q')",
            "CALL ducklake_merge_adjacent_files('w')")
    assert [len(agree(folder, at=at)) for at in (1, 2, 3, 4)] == [10, 11, 12, 12]


def test_merged_files_after_a_rename(folder, foreign):
    foreign("INSERT INTO energy.t VALUES (10, 'p')", "ALTER TABLE energy.t RENAME a TO c",
            "INSERT INTO energy.t VALUES (11, 'q')", "CALL ducklake_merge_adjacent_files('w')")
    assert [len(agree(folder, at=at)) for at in (1, 2, 3, 4, 5)] == [10, 11, 11, 12, 12]


def test_leat_appends_to_a_changed_table(folder, foreign):
    foreign("ALTER TABLE energy.t RENAME a TO c", "DELETE FROM energy.t WHERE c = 0")
    tool(folder, "append energy.t SELECT 50::INTEGER AS c, 'z' AS b", run="r2")
    assert agree(folder)[-1] == "50\tz"
    con = attach(folder)
    assert con.sql("SELECT sum(c), count(*) FROM w.energy.t").fetchall() == [(95, 10)]


def test_leat_replaces_what_others_left(folder, foreign):
    foreign("INSERT INTO energy.t VALUES (10, 'new')", "DELETE FROM energy.t WHERE a = 0",
            "ALTER TABLE energy.t SET PARTITIONED BY (a)", "COMMENT ON TABLE energy.t IS 'c'")
    tool(folder, "replace energy.t SELECT 1::INTEGER AS a, 'q' AS b", run="r2")
    assert agree(folder) == ["1\tq"]
    foreign("INSERT INTO energy.t VALUES (2, 'r')", "DELETE FROM energy.t WHERE a = 1")
    assert agree(folder) == ["2\tr"]


def test_the_extension_writes_on(folder, foreign):
    tool(folder, "replace energy.t SELECT 1::INTEGER AS a, 'q' AS b, {'x': 1} AS s", run="r2")
    foreign("INSERT INTO energy.t VALUES (2, 'r', {'x': 2})", "CREATE TABLE energy.mine AS FROM energy.t",
            "CREATE VIEW energy.v AS SELECT a + 1 AS c FROM energy.t",
            "UPDATE energy.t SET b = 'u' WHERE a = 1", "DROP TABLE energy.mine",
            "CREATE SCHEMA s", "CREATE TABLE s.k(i INT)", "INSERT INTO s.k FROM range(5)")
    assert agree(folder) == ["2\tr\t{'x': 2}", "1\tu\t{'x': 1}"]
    assert len(agree(folder, "s.k")) == 5
    tool(folder, "append energy.t SELECT 3::INTEGER AS a, 's' AS b, {'x': 1} AS s", run="r3")
    assert len(agree(folder)) == 3


def test_row_ids_stay_unique(folder, foreign):
    foreign("INSERT INTO energy.t VALUES (10, 'p')")
    tool(folder, "append energy.t SELECT 11::INTEGER AS a, 'z' AS b", run="r2")
    con = attach(folder)
    assert con.sql("SELECT count(DISTINCT rowid) = count(*) FROM w.energy.t").fetchall() == [(True,)]


def refusal(folder, table="energy.t"):
    lines = tool.try_(folder, f"read {table}", run="-")
    assert len(lines) == 1 and lines[0].startswith("error "), lines
    return lines[0]


def test_inlined_rows_refused(folder, foreign):
    foreign("INSERT INTO energy.t VALUES (10, 'in')", inline=10)
    message = refusal(folder)
    assert '"energy.t"' in message and "snapshot 2" in message
    assert "ducklake_flush_inlined_data" in message
    assert len(agree(folder, at=1)) == 10
    foreign("CALL ducklake_flush_inlined_data('w')")
    assert len(agree(folder)) == 11


def test_inlined_deletes_refused(folder, foreign):
    foreign("DELETE FROM energy.t WHERE a = 1", inline=10)
    assert any(n.startswith("ducklake_inlined_delete") for n in catalog(folder))
    assert "ducklake_flush_inlined_data" in refusal(folder)
    foreign("CALL ducklake_flush_inlined_data('w')")
    assert len(agree(folder)) == 9


def test_leat_replaces_inlined_rows(folder, foreign):
    foreign("INSERT INTO energy.t VALUES (10, 'in')", inline=10)
    tool(folder, "replace energy.t SELECT 1::INTEGER AS a, 'q' AS b", run="r2")
    assert agree(folder) == ["1\tq"]


def test_field_ids_survive_a_new_table(folder, foreign):
    """The table is made anew, the files carry the old table's numbers of its columns."""
    foreign("ALTER TABLE energy.t DROP COLUMN b", "ALTER TABLE energy.t ADD COLUMN b VARCHAR")
    foreign("INSERT INTO energy.t VALUES (10, 'in')", inline=10)
    tool(folder, "replace energy.t SELECT 1::INTEGER AS a, 'q' AS b", run="r2")
    assert agree(folder) == ["1\tq"]
    foreign("INSERT INTO energy.t VALUES (2, 'r')")
    tool(folder, "replace energy.t SELECT {'x': 5} AS s, [1] AS l", run="r3")
    assert agree(folder) == ["{'x': 5}\t[1]"]


def test_leat_does_not_append_beside_inlined_rows(folder, foreign):
    foreign("INSERT INTO energy.t VALUES (10, 'in')", inline=10)
    lines = tool.try_(folder, "base 1", "append energy.t SELECT 1::INTEGER AS a, 'q' AS b", run="r2")
    assert lines[0].startswith("error 11"), lines


def test_changed_nested_fields_refused(folder, foreign):
    tool(folder, "replace energy.n SELECT {'x': 1} AS s", run="r2")
    foreign("ALTER TABLE energy.n ADD COLUMN s.y INTEGER")
    message = refusal(folder, "energy.n")
    assert "struct" in message and '"energy.n"' in message
    # Renaming the whole column changes nothing inside it.
    tool(folder, "replace energy.o SELECT {'x': 1} AS s", run="r3")
    foreign("ALTER TABLE energy.o RENAME s TO s2")
    assert read(folder, "energy.o") == ("s2 STRUCT(x INTEGER)", ["{'x': 1}"])


def test_nested_field_dropped_refused(folder, foreign):
    tool(folder, "replace energy.n SELECT {'x': 1, 'y': 2} AS s", run="r2")
    foreign("ALTER TABLE energy.n DROP COLUMN s.y")
    assert "struct" in refusal(folder, "energy.n")
    foreign("CREATE OR REPLACE TABLE energy.n AS SELECT {'x': 1} AS s")
    assert agree(folder, "energy.n") == ["{'x': 1}"]


def test_name_mapping_refused(folder, foreign):
    path = folder.parent / "stranger.parquet"
    foreign(f"COPY (SELECT 1 AS a, 'y' AS b) TO '{path}' (FORMAT parquet)",
            f"CALL ducklake_add_data_files('w', 't', '{path}', schema => 'energy')")
    assert "name mapping" in refusal(folder)


def test_types_only_the_extension_makes(folder, foreign):
    foreign("CREATE TABLE energy.h(h HUGEINT, i INTERVAL, z TIMETZ, s TIMESTAMP_S, m TIMESTAMP_MS, "
            "u UHUGEINT, l HUGEINT[])",
            "INSERT INTO energy.h VALUES (5, '1 day', '10:00:00+02', '2024-01-01', '2024-01-01', 7, [1])")
    assert read(folder, "energy.h")[0].startswith("h HUGEINT\ti INTERVAL\tz TIME WITH TIME ZONE")
    agree(folder, "energy.h")


def test_conflict_when_changed_meanwhile(folder, foreign):
    foreign("INSERT INTO energy.t VALUES (10, 'p')")
    for word in ("replace", "append"):
        lines = tool.try_(folder, "base 1", f"{word} energy.t SELECT 1::INTEGER AS a, 'q' AS b", run="r2")
        assert lines[0].startswith("error 11 table \"energy.t\" was changed in snapshot 2"), lines
    assert len(agree(folder)) == 11
    assert not list(folder.glob("data/energy/t/leat-r2-*"))


@pytest.mark.parametrize("statement", [
    "DROP TABLE energy.t", "ALTER TABLE energy.t ADD COLUMN q INT", "DELETE FROM energy.t WHERE a = 1",
    "ALTER TABLE energy.t RENAME TO t2", "UPDATE energy.t SET a = 2"])
def test_every_change_conflicts(folder, foreign, statement):
    foreign(statement)
    lines = tool.try_(folder, "base 1", "replace energy.t SELECT 1::INTEGER AS a, 'q' AS b", run="r2")
    assert lines[0].startswith("error 11"), lines


def test_no_conflict_with_other_tables(folder, foreign):
    foreign("CREATE TABLE energy.other AS SELECT 1 AS x", "INSERT INTO energy.other VALUES (2)")
    tool(folder, "base 1", "replace energy.t SELECT 1::INTEGER AS a, 'q' AS b", run="r2")


def test_table_becomes_view_and_back(folder, foreign):
    tool(folder, "view energy.t SELECT 5 AS five", run="r2")
    assert attach(folder).sql("SELECT * FROM w.energy.t").fetchall() == [(5,)]
    assert len(agree(folder, at=1)) == 10
    tool(folder, "replace energy.t SELECT 6 AS six", run="r3")
    assert agree(folder) == ["6"]


def test_locked_by_a_foreign_transaction(folder):
    """What leat publishes is never lost or half there when somebody else writes at the same time."""
    con = attach(folder, writes=True)
    con.sql("BEGIN")
    con.sql("INSERT INTO w.energy.t VALUES (77, 'foreign')")
    tool(folder, "replace energy.k SELECT 1 AS x", run="r2")
    try:
        con.sql("COMMIT")
    except Exception as e:
        assert "lock" in str(e) or "conflict" in str(e).lower()
    con.close()
    assert agree(folder, "energy.k") == ["1"]
    agree(folder)
