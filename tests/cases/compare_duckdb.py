#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the data of every case of typing/ through leat and through DuckDB's own readers with their defaults, and writes
what they give into docs/design/typing.md. Run by hand, with build/leat or $LEAT:

    .deps/venv/bin/python tests/cases/compare_duckdb.py
"""

import json
import multiprocessing
import re
import subprocess
import sys
import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import harness
import inputs

PAGE = inputs.REPO / "docs/design/typing.md"
BEGIN, END = "<!-- compare_duckdb: begin -->", "<!-- compare_duckdb: end -->"
READERS = {"json": "read_json", "jsonl": "read_json", "parquet": "read_parquet"}  # others: read_csv
NUMBER = re.compile(r"(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL.*|DOUBLE|FLOAT)$")
ROWS_SHOWN, CELL_CHARS, MESSAGE_CHARS = 2, 26, 80
# What a case is about needs two runs, or no file of its own.
SKIPPED = ("lock_", "round_trip_")


def ask_duckdb(table, answer):
    """Runs in a child: its memory is bounded, and it may die of the file. The zone of the session is that of leat."""
    con = duckdb.connect(config={"memory_limit": "1GB", "threads": 1})
    con.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
    try:
        columns = con.sql(f"FROM {table}")
        rows = con.execute(f"SELECT COLUMNS(*)::VARCHAR FROM {table}").fetchall()
        answer.send({"names": columns.columns, "types": [str(t) for t in columns.types], "rows": rows})
    except Exception as e:  # whatever it says of the file
        answer.send({"error": f"{type(e).__name__}: {e}"})


def in_child(table):
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=ask_duckdb, args=(table, theirs))
    child.start()
    theirs.close()
    try:
        return ours.recv()
    except EOFError:
        return {"error": "it dies"}
    finally:
        child.join()


def run(argv, cwd):
    env = harness.clean_env(cwd)
    return subprocess.run([str(a) for a in argv], cwd=cwd, env=env, capture_output=True, text=True,
                          errors="replace", timeout=120)


def by_leat(folder, name, keeps_rejects):
    """What leat makes of the case's project: names, types and rows as text, or {"error": message}."""
    leat = harness.binary()
    done = run([leat, "run", "-C", "p"], folder)
    if done.returncode != 0:
        return {"error": leat_message(done.stderr, folder)}
    types = run([leat, "query", "-C", "p", "-o", "jsonl", f"FROM (DESCRIBE raw.{name})"], folder)
    rows = run([leat, "query", "-C", "p", "-o", "jsonl", f"SELECT COLUMNS(*)::VARCHAR FROM raw.{name}"], folder)
    if rows.returncode != 0:
        return {"error": leat_message(rows.stderr, folder)}
    columns = [json.loads(line) for line in types.stdout.split("\n") if line]
    return {"names": [c["column_name"] for c in columns], "types": [c["column_type"] for c in columns],
            "rows": [list(json.loads(line).values()) for line in rows.stdout.split("\n") if line],
            "rejected": reject_count(folder) if keeps_rejects else 0}


def reject_count(folder):
    count = run([harness.binary(), "query", "-C", "p", "-o", "csv", "SELECT count(*) FROM leat.rejects"], folder)
    return int(count.stdout.split()[-1])


def leat_message(text, folder):
    lines = [line.strip().replace(f"{folder}/p/", "") for line in text.splitlines() if line.strip()]
    lines = [line for line in lines if not re.match(r"raw\.\w+  FAILED|failed:", line)] or ["error"]
    places = [line[3:] for line in lines if line.startswith("at ")]
    return ": ".join([*places[:1], lines[0].removeprefix("error: ")])


def by_duckdb(source, paths, folder):
    """What DuckDB's own reader gives; only declared types are told to it, everything else is its default."""
    ending = paths[0].name.split(".")[1] if paths else "csv"
    reader = READERS.get(ending, "read_csv")
    arguments = [json.dumps([str(p) for p in paths] or str(folder / "p" / source["files"])).replace('"', "'")]
    types = {c: about["type"] for c, about in source.get("columns", {}).items()}
    if types and reader == "read_csv":
        arguments.append("types={" + ", ".join(f"'{c}': '{t}'" for c, t in types.items()) + "}")
    result = in_child(f"{reader}({', '.join(arguments)})")
    if "error" in result:
        message = result["error"].split("\n")[0].replace(f"{folder}/p/", "")
        result["error"] = re.sub(r"^\w+: (?=[\w ]+Error: )", "", message)
    return result


def bare(moment):
    return moment.removesuffix("+00").removesuffix(" 00:00:00")


def is_equal(ours, our_type, theirs, their_type):
    """Whether two cells, as text, are the same value."""
    if ours is None or theirs is None or ours == theirs:
        return ours == theirs
    if NUMBER.match(our_type) and NUMBER.match(their_type):
        return Decimal(ours) == Decimal(theirs)
    if our_type != "VARCHAR" and their_type != "VARCHAR":
        return bare(ours) == bare(theirs)
    # Text has every character of the file, so nothing is lost in it.
    return their_type == "VARCHAR" and our_type != "VARCHAR"


def column_pairs(ours, theirs):
    """Indexes of our columns with theirs: by name, else by place."""
    if sorted(n.lower() for n in ours["names"]) == sorted(n.lower() for n in theirs["names"]):
        places = {n.lower(): i for i, n in enumerate(theirs["names"])}
        return [(i, places[n.lower()]) for i, n in enumerate(ours["names"])]
    if len(ours["names"]) == len(theirs["names"]):
        return [(i, i) for i in range(len(ours["names"]))]
    return None


def first_difference(ours, theirs, pairs):
    """(row, our column, their column) of the first cell that is another value, or None."""
    for row, (mine, other) in enumerate(zip(ours["rows"], theirs["rows"])):
        for i, j in pairs:
            if not is_equal(mine[i], ours["types"][i], other[j], theirs["types"][j]):
                return row, i, j
    return None


def verdict(ours, theirs):
    """(result, place of the difference)"""
    if "error" in ours or "error" in theirs:
        if "error" in ours and "error" in theirs:
            return "same: error", None
        return ("differs: no error", None) if "error" in ours else ("differs: error", None)
    pairs = column_pairs(ours, theirs)
    if ours.get("rejected") and len(theirs["rows"]) == len(ours["rows"]) + ours["rejected"]:
        return "differs: no reject", None
    if len(theirs["rows"]) < len(ours["rows"]):
        return "differs: row lost", None
    if pairs is None or len(theirs["rows"]) > len(ours["rows"]):
        return "differs: value changed", None
    place = first_difference(ours, theirs, pairs)
    if place:
        return "differs: value changed", place
    is_text = any(ours["types"][i] != "VARCHAR" and theirs["types"][j] == "VARCHAR" for i, j in pairs)
    return "same, but text" if is_text and ours["rows"] else "same", None


def is_told_more(source):
    """Whether the case declares what DuckDB with its defaults cannot know."""
    columns = source.get("columns", {}).values()
    return bool(set(source) - {"files", "land", "columns", "on_reject", "max_rejects"}) or \
        any({"format", "timezone"} & set(about) for about in columns)


def cell(text, limit=CELL_CHARS):
    if text is None:
        return "null"
    text = text if len(text) <= limit else text[:limit - 1] + "…"
    text = json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"') or '""'
    text = "".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in text)
    return "`" + text.replace("`", "'").replace("|", "\\|") + "`"


def shown(result, column, row):
    if "error" in result:
        message = result["error"]
        if len(message) > MESSAGE_CHARS:
            message = message[:MESSAGE_CHARS].rsplit(" ", 1)[0] + " …"
        return message.replace("|", "\\|").replace("<", "&lt;").replace("`", "'")
    rows = result["rows"]
    column = min(column, len(result["types"]) - 1)
    start = max(0, min(row - ROWS_SHOWN + 1, len(rows) - ROWS_SHOWN))
    values = " · ".join(cell(r[column]) for r in rows[start:start + ROWS_SHOWN]) or "no row"
    count = f" ({len(rows)} rows)" if len(rows) > ROWS_SHOWN else ""
    rejected = f", {result['rejected']} rejected" if result.get("rejected") else ""
    return f"{cell(result['types'][column])[1:-1]}: {values}{count}{rejected}"


def compare(path):
    with tempfile.TemporaryDirectory(prefix="leat-compare-") as tmp:
        folder = Path(tmp).resolve()
        (name, source), = inputs.make(path, folder).items()
        ours = by_leat(folder, name, source.get("on_reject") == "keep")
        theirs = by_duckdb(source, inputs.files(folder, source), folder)
    result, place = verdict(ours, theirs)
    if result in ("differs: value changed", "differs: row lost", "differs: error") and is_told_more(source):
        result = "differs: not told"
    row, i, j = place or (0, 0, 0)
    return result, f"| {path.stem} | {shown(ours, i, row)} | {shown(theirs, j, row)} | {result} |"


def main():
    lines, counts = [], Counter()
    for path in inputs.all_cases():
        if path.stem.startswith(SKIPPED):
            continue
        result, line = compare(path)
        print(line, flush=True)
        counts[result] += 1
        lines.append(line)
    total = ", ".join(f"{count} {result}" for result, count in counts.most_common())
    table = [f"{len(lines)} cases: {total}.", "", "| case | leat | DuckDB | |", "|---|---|---|---|", *lines]
    page = PAGE.read_text()
    start, end = page.index(BEGIN) + len(BEGIN), page.index(END)
    PAGE.write_text(page[:start] + "\n" + "\n".join(table) + "\n" + page[end:])
    print(total)


if __name__ == "__main__":
    main()
