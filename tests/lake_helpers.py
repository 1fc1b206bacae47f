# SPDX-License-Identifier: Apache-2.0
"""Drives src/lake/ by tests/unit/lake/lake_tool.c, and asks the official extension about the result."""

import os
import sqlite3
import subprocess
from pathlib import Path

import duckdb
import harness
import pytest

EXTENSIONS = harness.REPO / ".deps/duckdb-ext"


def tool_path(has_faults=False):
    """$LEAT_LAKE_TOOL, else the one built beside the program under test."""
    given = os.environ.get("LEAT_LAKE_TOOL")
    faulty = os.environ.get("LEAT_FAULTY") or harness.REPO / "build-san/leat"
    leat = Path(faulty).resolve() if has_faults else harness.binary()
    return Path(given) if given else leat.parent / "tests/unit/lake/lake_tool"


def start(folder, run, env=None):
    """`env` with LEAT_FAULT… takes the build that has fault points."""
    path = tool_path(any(key.startswith("LEAT_FAULT") for key in env or {}))
    if not path.exists():
        pytest.fail(f"there is no {path}: run make")
    environ = harness.clean_env(folder, env)
    environ.setdefault("ASAN_OPTIONS", "detect_leaks=0")  # libduckdb keeps some memory for good
    return subprocess.Popen([path, str(folder), run], stdin=subprocess.PIPE, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ)


class Tool:
    """tool(folder, "line", …, run="r1") runs a script and gives the lines printed."""

    def __call__(self, folder, *lines, run="r1", env=None):
        """Everything must succeed."""
        out = self.try_(folder, *lines, run=run, env=env)
        assert not [line for line in out if line.startswith("error")], "\n".join(out)
        return out

    def try_(self, folder, *lines, run="r1", env=None):
        """Errors are lines "error KIND message | hint"; a kill is only seen in what is not printed."""
        process = start(folder, run, env)
        out, err = process.communicate("\n".join(lines) + "\n", timeout=60)
        assert process.returncode in (0, 1, -9), f"exit {process.returncode}\n{out}\n{err}"
        return [line for line in out.splitlines() if line != "open"]

    start = staticmethod(start)


def connect():
    con = duckdb.connect(config={"autoinstall_known_extensions": False,
                                 "autoload_known_extensions": False})
    con.sql("SET TimeZone = 'UTC'")
    for name in ("sqlite_scanner", "ducklake"):
        con.sql(f"LOAD '{EXTENSIONS / name}.duckdb_extension'")
    return con


def attach(folder, writes=False):
    """The warehouse as `w` through the official extension."""
    con = connect()
    mode = "" if writes else ", READ_ONLY"
    con.sql(f"ATTACH 'ducklake:sqlite:{folder}/catalog.sqlite' AS w "
            f"(DATA_PATH '{folder}/data/', OVERRIDE_DATA_PATH true{mode})")
    return con


def catalog(folder):
    """Every ducklake_* table as a list of rows."""
    con = sqlite3.connect(f"file:{folder}/catalog.sqlite?mode=ro", uri=True)
    names = [r[0] for r in con.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'ducklake_*'")]
    tables = {n: con.execute(f'SELECT * FROM "{n}"').fetchall() for n in names}
    con.close()
    return tables
