# SPDX-License-Identifier: Apache-2.0
"""Fixtures for tests that run the whole program.

    def test_it(leat, project, referee):
        p = project({"leat.yaml": "name: demo\\n", "models/a/b.sql": "SELECT 1 AS x\\n"})
        leat.ok("run", "-C", p)
        assert referee(p / "warehouse").sql("SELECT sum(x) FROM w.a.b").fetchall() == [(1,)]
"""

import json
import os
import subprocess
from pathlib import Path

import duckdb
import harness
import pytest

EXTENSIONS = harness.REPO / ".deps/duckdb-ext"


class Leat:
    """The program, run in `cwd`. `env` adds to a clean environment."""

    def __init__(self, path, cwd, home):
        self.path, self.cwd, self.home = path, cwd, home

    def __call__(self, *args, env=None, cwd=None, stdin="", timeout=60, peak=False):
        """Runs to the end: a harness.Result, with peak_bytes if `peak`."""
        return harness.execute([self.path, *args], cwd or self.cwd,
                               harness.clean_env(self.home, env), stdin, timeout,
                               self.home / "peak" if peak else None)

    def ok(self, *args, **kwargs):
        """As a call, and it must succeed."""
        result = self(*args, **kwargs)
        assert result.code == 0, f"leat {' '.join(map(str, args))}: {result}"
        return result

    def start(self, *args, env=None, cwd=None):
        """Starts it and returns the Popen, for tests that stop or kill it."""
        return subprocess.Popen([self.path, *map(str, args)], cwd=cwd or self.cwd,
                                env=harness.clean_env(self.home, env), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def make_leat(path, tmp_path_factory):
    if not path.exists():
        pytest.fail(f"there is no program at {path}: run make")
    home = tmp_path_factory.mktemp("home")
    return Leat(path, home, home)


@pytest.fixture
def leat(tmp_path_factory):
    """The program under test: $LEAT, else build/leat."""
    return make_leat(harness.binary(), tmp_path_factory)


@pytest.fixture
def leat_release(tmp_path_factory):
    """The release build, for whatever measures time or memory."""
    return make_leat(harness.release_binary(), tmp_path_factory)


@pytest.fixture
def leat_faults(tmp_path_factory):
    """A build with -Dfaults=true: $LEAT_FAULTY, else build-san/leat."""
    path = Path(os.environ.get("LEAT_FAULTY") or harness.REPO / "build-san/leat").resolve()
    return make_leat(path, tmp_path_factory)


@pytest.fixture
def project(tmp_path, referee, leat_release):
    """project({path: text or bytes}, name="project") writes the files and returns their folder.
    Whatever warehouse the test leaves there must read the same through the official extension."""
    folders = []

    def write(files, name="project"):
        for path, content in files.items():
            target = tmp_path / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
        folders.append(tmp_path / name)
        return tmp_path / name

    yield write
    for folder in folders:
        if (folder / "warehouse/catalog.sqlite").exists():
            compare_with_referee(referee(folder / "warehouse"), leat_release, folder)


def compare_with_referee(con, leat, folder):
    """Rows and a hash over all their values, of every table."""
    for schema, table in con.sql(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_catalog = 'w' AND table_type = 'BASE TABLE'").fetchall():
        sums = "SELECT count(*)::VARCHAR AS n, sum(hash(t)::HUGEINT)::VARCHAR AS h FROM "
        name = f'"{schema}"."{table}" t'
        ours = json.loads(leat.ok("query", sums + name, "-C", folder, "-o", "jsonl").out)
        assert con.sql(f"{sums} w.{name}").fetchall() == [(ours["n"], ours["h"])], name


@pytest.fixture
def referee():
    """referee(warehouse) is a connection of Python's duckdb that sees the warehouse as `w`,
    through the official ducklake extension, read-only."""
    connections = []

    def attach(warehouse, snapshot=None):
        con = duckdb.connect(config={"autoinstall_known_extensions": False,
                                     "autoload_known_extensions": False})
        connections.append(con)
        con.sql("SET TimeZone = 'UTC'")
        for name in ("sqlite_scanner", "ducklake"):
            con.sql(f"LOAD '{EXTENSIONS / name}.duckdb_extension'")
        at = f", SNAPSHOT_VERSION {int(snapshot)}" if snapshot is not None else ""
        con.sql(f"ATTACH 'ducklake:sqlite:{warehouse}/catalog.sqlite' AS w "
                f"(DATA_PATH '{warehouse}/data/', OVERRIDE_DATA_PATH true, READ_ONLY{at})")
        return con

    yield attach
    for con in connections:
        con.close()


@pytest.fixture(scope="session")
def shared_data():
    """Folder of real data: $LEAT_SHARED_DATA, else ../shared/data beside the clone."""
    path = Path(os.environ.get("LEAT_SHARED_DATA") or harness.REPO.parent / "shared/data")
    if not path.is_dir():
        pytest.skip(f"no real data at {path} (set LEAT_SHARED_DATA)")
    return path
