# SPDX-License-Identifier: Apache-2.0
"""Records of text that do not fit: kept or refused, listed, exported, mended, taken in once."""

import gzip
import json
import signal
import zipfile

import pytest

KEEP = "    on_reject: keep\n"


def yaml(options=KEEP, files="data/*.csv"):
    return f"name: rejects\nsources:\n  sales:\n    files: {files}\n{options}"


def types(**columns):
    return "    columns: {" + ", ".join(f"{n}: {{type: '{t}'}}" for n, t in columns.items()) + "}\n"


TYPED = KEEP + types(id="bigint", amount="decimal(10,2)")
GOOD = "id,shop,amount\n1,a,1.50\n2,b,2.50\n"
BAD = "id,shop,amount\n3,c,x\n4,d,4.50\n5,e\n6.5,f,6.50\n"


def query(referee, folder, sql):
    con = referee(folder / "warehouse")
    rows = con.sql(sql).fetchall()
    con.close()
    return rows


def sales(referee, folder):
    return query(referee, folder, "SELECT id FROM w.raw.sales ORDER BY id")


def export(leat, folder, tmp_path, name="out.csv", *args):
    file = tmp_path / name
    leat.ok("rejects", "sales", "--output", file, *args, "-C", folder)
    return file


def test_kept_with_their_places(leat, project, referee):
    folder = project({"leat.yaml": yaml(TYPED), "data/a.csv": GOOD, "data/b.csv": BAD})
    result = leat.ok("run", "-C", folder)
    assert "6 rows in, 3 out, 3 rejected" in result.err, result
    assert sales(referee, folder) == [(1,), (2,), (4,)]
    found = query(referee, folder, "SELECT source, file, record, line, byte_offset, column_name, "
                                   "text, raw FROM w.leat.rejects ORDER BY record")
    assert found == [
        ("raw.sales", "data/b.csv", 1, 2, 15, "amount", "x", "3,c,x"),
        ("raw.sales", "data/b.csv", 3, 4, 30, None, "", "5,e"),
        ("raw.sales", "data/b.csv", 4, 5, 34, "id", "6.5", "6.5,f,6.50"),
    ]
    listed = leat.ok("rejects", "-C", folder, "-o", "jsonl")
    lines = [json.loads(line) for line in listed.out.splitlines()]
    assert [line["record"] for line in lines] == [1, 3, 4]
    assert "3 records are rejected" in leat.ok("rejects", "-C", folder).err
    assert "3 records of raw.sales are rejected" in leat.ok("rejects", "sales", "-C", folder).err


def test_refused_with_their_places(leat, project):
    folder = project({"leat.yaml": yaml(types(id="bigint", amount="decimal(10,2)")),
                      "data/a.csv": GOOD, "data/b.csv": BAD})
    result = leat("run", "-C", folder)
    assert result.code == 1, result
    assert "3 records of raw.sales do not fit" in result.err, result
    assert "b.csv:2 amount" in result.err and "on_reject: keep" in result.err, result
    assert leat("query", "FROM raw.sales", "-C", folder).code != 0


def test_most_that_are_kept(leat, project):
    folder = project({"leat.yaml": yaml(TYPED + "    max_rejects: 2\n"), "data/b.csv": BAD})
    result = leat("run", "-C", folder)
    assert result.code == 1 and "more than 2 records" in result.err, result
    (folder / "leat.yaml").write_text(yaml(TYPED + "    max_rejects: 3\n"))
    leat.ok("run", "-C", folder)


def test_figures_in_the_log_and_the_history(leat, project):
    folder = project({"leat.yaml": yaml(TYPED), "data/b.csv": BAD})
    result = leat.ok("run", "-C", folder, "--log-format", "json")
    events = [json.loads(line) for line in result.err.splitlines()]
    done = next(e for e in events if e["event"] == "node_done")
    assert (done["rows_in"], done["rows"], done["rows_rejected"]) == (4, 1, 3)
    summary = next(e for e in events if e["event"] == "summary")
    assert (summary["rows_in"], summary["rows_out"], summary["rows_rejected"]) == (4, 1, 3)
    rows = leat.ok("query", "SELECT rows_in, rows_out, rows_rejected FROM leat.run_nodes",
                   "-C", folder, "-o", "csv")
    assert rows.out.splitlines()[1] == "4,1,3"


def test_replaced_with_each_publish(leat, project, referee):
    folder = project({"leat.yaml": yaml(TYPED) + "  other: {files: other/*.csv, on_reject: keep, "
                                                 "columns: {x: {type: bigint}}}\n",
                      "data/b.csv": BAD, "other/a.csv": "x,y\n1,1\nq,2\n"})
    leat.ok("run", "-C", folder)
    counts = "SELECT source, count(*) FROM w.leat.rejects GROUP BY 1 ORDER BY 1"
    assert query(referee, folder, counts) == [("raw.other", 1), ("raw.sales", 3)]
    (folder / "data/b.csv").write_text("id,shop,amount\n3,c,x\n")
    leat.ok("run", "-C", folder)
    assert query(referee, folder, counts) == [("raw.other", 1), ("raw.sales", 1)]
    (folder / "data/b.csv").write_text(GOOD)
    (folder / "other/a.csv").write_text("x,y\n1,1\n")
    leat.ok("run", "-C", folder)
    assert query(referee, folder, counts) == []
    assert "no records are rejected" in leat.ok("rejects", "-C", folder).err


def test_export_mend_retry_once(leat, project, referee, tmp_path):
    folder = project({"leat.yaml": yaml(TYPED), "data/a.csv": GOOD, "data/b.csv": BAD})
    leat.ok("run", "-C", folder)
    file = export(leat, folder, tmp_path)
    assert file.read_text() == "id,shop,amount\n3,c,x\n5,e\n6.5,f,6.50\n"
    file.write_text("id,shop,amount\n3,c,3.50\n5,e,5.50\n6.5,f,6.50\n")  # the last stays
    result = leat.ok("retry", "sales", "--from", file, "-C", folder)
    assert "6 rows in, 5 out, 1 rejected" in result.err, result
    assert sales(referee, folder) == [(1,), (2,), (3,), (4,), (5,)]
    again = leat.ok("retry", "sales", "--from", file, "-C", folder)
    assert "already taken in" in again.err, again
    assert sales(referee, folder) == [(1,), (2,), (3,), (4,), (5,)]
    leat.ok("run", "--full-refresh", "-C", folder)  # there once more after a full read
    assert sales(referee, folder) == [(1,), (2,), (3,), (4,), (5,)]
    (folder / "data/c.csv").write_text("id,shop,amount\n7,g,7.50\n")
    leat.ok("run", "-C", folder)
    assert sales(referee, folder) == [(1,), (2,), (3,), (4,), (5,), (7,)]
    rest = export(leat, folder, tmp_path, "rest.csv")
    assert rest.read_text() == "id,shop,amount\n6.5,f,6.50\n"
    rest.write_text("id,shop,amount\n6,f,6.50\n")
    leat.ok("retry", "sales", "--from", rest, "-C", folder)
    assert (6,) in sales(referee, folder)
    assert query(referee, folder, "SELECT count(*) FROM w.leat.rejects") == [(0,)]


def test_mended_wrongly_can_be_mended_again(leat, project, referee, tmp_path):
    folder = project({"leat.yaml": yaml(TYPED), "data/b.csv": BAD})
    leat.ok("run", "-C", folder)
    first = export(leat, folder, tmp_path)
    first.write_text("id,shop,amount\n3,c,y\n5,e,5.50\n6,f,6.50\n")
    assert "4 rows in, 3 out, 1 rejected" in leat.ok("retry", "sales", "--from", first,
                                                      "-C", folder).err
    second = export(leat, folder, tmp_path, "second.csv")
    assert second.read_text().splitlines()[0] == "id,shop,amount"
    assert len(second.read_text().splitlines()) == 2
    second.write_text("id,shop,amount\n3,c,3.50\n")
    leat.ok("retry", "sales", "--from", second, "-C", folder)
    assert sales(referee, folder) == [(3,), (4,), (5,), (6,)]


def test_what_does_not_match_the_export(leat, project, tmp_path):
    folder = project({"leat.yaml": yaml(TYPED), "data/b.csv": BAD})
    leat.ok("run", "-C", folder)
    never = leat("retry", "sales", "--from", folder / "data/b.csv", "-C", folder)
    assert never.code != 0 and "never exported" in never.err, never
    file = export(leat, folder, tmp_path)
    assert leat("rejects", "sales", "--output", file, "-C", folder).code != 0  # it may be mended
    unchanged = leat.ok("retry", "sales", "--from", file, "-C", folder)
    assert "no record" in unchanged.err, unchanged
    file.write_text("id,shop,amount\n3,c,3.5\n")
    short = leat("retry", "sales", "--from", file, "-C", folder)
    assert short.code != 0 and "has 1 records, the export of raw.sales had 3" in short.err, short
    file.write_text("id,shop,amount\n3,c,3.5\n5,e,5\n6,f,6\n")
    (folder / "data/b.csv").write_text(BAD + "x,g,7.50\n")
    leat.ok("run", "-C", folder)
    late = leat("retry", "sales", "--from", file, "-C", folder)
    assert late.code != 0 and "others than when they were exported" in late.err, late


def test_usage(leat, project):
    folder = project({"leat.yaml": yaml(TYPED), "data/b.csv": BAD})
    assert leat("retry", "sales", "-C", folder).code == 2
    assert leat("retry", "--from", "x.csv", "-C", folder).code == 2
    assert leat("rejects", "--output", "x.csv", "-C", folder).code == 2
    assert leat("retry", "nothing", "--from", "x.csv", "-C", folder).code != 0
    assert "leat retry" in leat.ok("help", "retry").out


DIALECTS = {
    "semicolons": ("data/b.csv", yaml(TYPED + "    quote: \"'\"\n"), "id;shop;amount\n3;'c;c';x\n4;d;4.5\n",
                   "id;shop;amount\n3;'c;c';x\n", "id;shop;amount\n3;'c;c';3.5\n"),
    "tsv": ("data/b.tsv", yaml(TYPED, "data/*.tsv"), "id\tshop\tamount\n3\tc\tx\n4\td\t4.5\n",
            "id\tshop\tamount\n3\tc\tx\n", "id\tshop\tamount\n3\tc\t3.5\n"),
    "quotes and lines": ("data/b.csv", yaml(TYPED),
                         'id,shop,amount\n3,"c\nc ""x""",x\n4,d,4.5\n',
                         'id,shop,amount\n3,"c\nc ""x""",x\n',
                         'id,shop,amount\n3,"c\nc ""x""",3.5\n'),
    "crlf": ("data/b.csv", yaml(TYPED), "id,shop,amount\r\n3,c,x\r\n4,d,4.5\r\n",
             "id,shop,amount\n3,c,x\n", "id,shop,amount\r\n3,c,3.5\r\n"),
    "no header": ("data/b.csv", yaml(KEEP + "    header: false\n" + types(
        column1="bigint", column3="double")), "3,c,x\n4,d,4.5\n", "3,c,x\n", "3,c,3.5\n"),
    "latin-1": ("data/b.csv", yaml(TYPED + "    encoding: latin-1\n"),
                "id,shop,amount\n3,Zürich,x\n4,d,4.5\n".encode("latin-1"),
                "id,shop,amount\n3,Zürich,x\n", "id,shop,amount\n3,Zürich,3.5\n"),
    "gzip": ("data/b.csv.gz", yaml(TYPED, "data/*.csv.gz"),
             gzip.compress(b"id,shop,amount\n3,c,x\n4,d,4.5\n"),
             "id,shop,amount\n3,c,x\n", "id,shop,amount\n3,c,3.5\n"),
    "json lines": ("data/b.jsonl", yaml(TYPED, "data/*.jsonl"),
                   '{"id": 3, "shop": "c", "amount": "x"}\n{"id": 4, "shop": "d", "amount": 4.5}\n',
                   '{"id": 3, "shop": "c", "amount": "x"}\n',
                   '{"id": 3, "shop": "c", "amount": 3.5}\n'),
    "json": ("data/b.json", yaml(TYPED, "data/*.json"),
             '[{"id": 3,\n  "shop": "c", "amount": "x"},\n {"id": 4, "shop": "d", "amount": 4.5}]',
             '{"id": 3,   "shop": "c", "amount": "x"}\n',
             '{"id": 3, "shop": "c", "amount": 3.5}\n'),
    "fixed width": ("data/b.txt", yaml(TYPED + "    format: fixed_width\n", "data/*.txt"),
                    "id   shop amount\n---- ---- ------\n   3 c         x\n   4 d       4.5\n",
                    "id   shop amount\n   3 c         x\n", "id   shop amount\n   3 c       3.5\n"),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_goes_out_and_comes_back(leat, project, referee, tmp_path, name):
    path, config, text, exported, mended = DIALECTS[name]
    folder = project({"leat.yaml": config, path: text})
    leat.ok("run", "-C", folder)
    key = "column1" if name == "no header" else "id"
    value = "column3" if name == "no header" else "amount"
    both = f"SELECT {key}::INT, {value}::DOUBLE FROM w.raw.sales ORDER BY 1"
    assert query(referee, folder, both) == [(4, 4.5)]
    file = export(leat, folder, tmp_path, "out.txt")
    assert file.read_bytes().decode() == exported
    file.write_bytes(mended.encode())
    leat.ok("retry", "sales", "--from", file, "-C", folder)
    assert query(referee, folder, both) == [(3, 3.5), (4, 4.5)]
    if name == "latin-1":
        assert query(referee, folder, "SELECT shop FROM w.raw.sales WHERE id = 3") == [("Zürich",)]


def test_members_of_zip_files(leat, project, referee, tmp_path):
    folder = project({"leat.yaml": yaml(TYPED + "    member: '*.csv'\n", "data/*.zip")})
    (folder / "data").mkdir()
    with zipfile.ZipFile(folder / "data/a.zip", "w") as z:
        z.writestr("in/one.csv", GOOD)
        z.writestr("in/two.csv", BAD)
    leat.ok("run", "-C", folder)
    assert query(referee, folder, "SELECT DISTINCT file FROM w.leat.rejects") == [
        ("data/a.zip/in/two.csv",)]
    file = export(leat, folder, tmp_path)
    file.write_text(file.read_text().replace("3,c,x", "3,c,3.5"))
    leat.ok("retry", "sales", "--from", file, "-C", folder)
    assert sales(referee, folder) == [(1,), (2,), (3,), (4,)]


def test_bytes_that_are_not_utf8(leat, project, referee, tmp_path):
    folder = project({"leat.yaml": yaml(TYPED + "    encoding: utf-8\n"),
                      "data/a.csv": GOOD.encode() + b"3,Z\xfcrich,3.5\n"})
    leat.ok("run", "-C", folder)
    file = export(leat, folder, tmp_path)
    assert file.read_text() == "id,shop,amount\n3,Z\\xFCrich,3.5\n"
    file.write_text("id,shop,amount\n3,Zürich,3.5\n")
    leat.ok("retry", "sales", "--from", file, "-C", folder)
    assert query(referee, folder, "SELECT shop FROM w.raw.sales WHERE id = 3") == [("Zürich",)]


def test_equal_records_are_told_apart(leat, project, referee, tmp_path):
    folder = project({"leat.yaml": yaml(TYPED), "data/b.csv": "id,shop,amount\n" + "3,c,x\n" * 3})
    leat.ok("run", "-C", folder)
    file = export(leat, folder, tmp_path)
    file.write_text("id,shop,amount\n1,c,1\n3,c,x\n2,c,2\n")
    leat.ok("retry", "sales", "--from", file, "-C", folder)
    assert sales(referee, folder) == [(1,), (2,)]
    assert query(referee, folder, "SELECT record FROM w.leat.rejects") == [(2,)]


def test_two_dialects_are_exported_apart(leat, project, referee, tmp_path):
    folder = project({"leat.yaml": yaml(TYPED), "data/a.csv": "id,shop,amount\n3,c,x\n",
                      "data/b.csv": "id;shop;amount\n4;d;y\n"})
    leat.ok("run", "-C", folder)
    both = leat("rejects", "sales", "--output", tmp_path / "both.csv", "-C", folder)
    assert both.code != 0 and "--file data/a.csv" in both.err, both
    file = export(leat, folder, tmp_path, "b.csv", "--file", "data/b.csv")
    assert file.read_text() == "id;shop;amount\n4;d;y\n"
    file.write_text("id;shop;amount\n4;d;4\n")
    leat.ok("retry", "sales", "--from", file, "-C", folder)
    assert sales(referee, folder) == [(4,)]


def test_parts_of_large_files_keep_their_order(leat, project, referee):
    """More than 64 MB are read in parts by several threads; the rejects' places are those of the file."""
    count = 3_000_000
    bad = {1, 777_777, 2_000_001, count}
    lines = [f"{i},shop {i % 7} of many,{'x' if i in bad else f'{i % 1000}.25'}\n"
             for i in range(1, count + 1)]
    folder = project({"leat.yaml": yaml(TYPED), "data/a.csv": "id,shop,amount\n" + "".join(lines)})
    result = leat.ok("run", "-C", folder, "--threads", 2, "--memory", "1GB", timeout=300)
    assert f"{count:,} rows in, {count - 4:,} out, 4 rejected" in result.err, result
    assert query(referee, folder, "SELECT record, line FROM w.leat.rejects ORDER BY record") == [
        (i, i + 1) for i in sorted(bad)]
    con = referee(folder / "warehouse")
    files = con.sql("SELECT count(*) FROM __ducklake_metadata_w.ducklake_data_file "
                    "WHERE record_count > 10").fetchone()[0]
    con.close()
    assert files >= 2
    ordered = leat.ok("query", "SELECT count(*) FROM (SELECT id, lag(id) OVER () AS before "
                      "FROM raw.sales) WHERE before > id", "-C", folder, "-o", "csv", timeout=120)
    assert ordered.out.split() == ["count_star()", "0"]


# ---- kill -9 ----

POINTS = ("stage.before_sync", "stage.checked", "run.before_publish", "publish.begin",
          "publish.after_begin", "publish.before_commit", "publish.after_commit",
          "run.after_publish")


@pytest.mark.parametrize("point", POINTS)
def test_rows_and_rejects_change_together(leat_faults, project, referee, tmp_path, point):
    folder = project({"leat.yaml": yaml(TYPED), "data/b.csv": BAD})
    leat_faults.ok("run", "-C", folder)
    file = export(leat_faults, folder, tmp_path)
    file.write_text(file.read_text().replace("3,c,x", "3,c,3.5"))
    result = leat_faults("retry", "sales", "--from", file, "-C", folder,
                         env={"LEAT_FAULT": point})
    assert result.code == 128 + signal.SIGKILL, result
    total = "SELECT (SELECT count(*) FROM w.raw.sales), (SELECT count(*) FROM w.leat.rejects)"
    assert query(referee, folder, total) in ([(1, 3)], [(2, 2)])
    again = leat_faults.ok("retry", "sales", "--from", file, "-C", folder)
    assert query(referee, folder, total) == [(2, 2)], again
    assert sales(referee, folder) == [(3,), (4,)]
    con = referee(folder / "warehouse")
    known = {row[0] for row in con.sql(
        "SELECT path FROM __ducklake_metadata_w.ducklake_data_file").fetchall()}
    con.close()
    assert {p.name for p in (folder / "warehouse/data").rglob("*.parquet")} <= known
