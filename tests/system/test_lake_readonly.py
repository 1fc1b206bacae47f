# SPDX-License-Identifier: Apache-2.0
"""A warehouse in a read-only folder is read from a copy of the catalog in memory."""

import os
import shutil
import subprocess

import pytest
from lake_helpers import Tool, start

tool = Tool()


@pytest.fixture
def read_only(tmp_path):
    """read_only(folder) shows the folder read-only under another name."""
    mounts = []

    def show(folder):
        target = tmp_path / "shown"
        target.mkdir()
        if os.geteuid() != 0:
            target = folder
            folder.chmod(0o555)
            mounts.append(lambda: folder.chmod(0o755))
            return target
        for args in (["--bind", folder, target], ["-o", "remount,bind,ro", target]):
            if subprocess.run(["mount", *map(str, args)], capture_output=True).returncode != 0:
                pytest.skip("cannot mount here")
            if args[0] == "--bind":
                mounts.append(lambda: subprocess.run(["umount", str(target)], check=True))
        return target

    yield show
    for undo in mounts:
        undo()


def test_copy(tmp_path, read_only):
    folder = tmp_path / "w"
    tool(folder, "replace a.t SELECT 1 AS x")
    shown = read_only(folder)
    assert tool(shown, "tables", "read a.t", run="-") == [
        "snapshot 1 copy", "a.t table 1 changed 1", "x INTEGER", "1"]
    lines = tool.try_(shown, "replace a.t SELECT 2 AS x", run="r2")
    assert lines[0].startswith("error "), lines


def test_copy_with_wal(tmp_path, read_only):
    """What a killed writer left in the -wal counts."""
    folder = tmp_path / "w"
    process = start(folder, "killed")
    process.stdin.write("replace a.t SELECT 1 AS x\n")
    process.stdin.flush()
    assert [process.stdout.readline() for _ in range(2)] == ["open\n", "published 1\n"]
    process.kill()
    process.communicate()
    (folder / "catalog.sqlite-shm").unlink()
    assert (folder / "catalog.sqlite-wal").stat().st_size > 0
    shown = read_only(folder)
    assert tool(shown, "tables", "read a.t", run="-")[-1] == "1"


def test_beside_a_live_writer(tmp_path, read_only):
    folder = tmp_path / "w"
    process = start(folder, "writer")
    process.stdin.write("replace a.t SELECT 1 AS x\n")
    process.stdin.flush()
    assert [process.stdout.readline() for _ in range(2)] == ["open\n", "published 1\n"]
    shown = read_only(folder)
    assert tool(shown, "read a.t", run="-") == ["x INTEGER", "1"]
    process.stdin.write("replace a.t SELECT 2 AS x\n")
    process.stdin.flush()
    assert process.stdout.readline() == "published 2\n"
    assert tool(shown, "read a.t", run="-") == ["x INTEGER", "2"]
    process.communicate("")


def test_a_copied_folder_is_a_warehouse(tmp_path):
    tool(tmp_path / "w", "replace a.t SELECT 1 AS x")
    shutil.copytree(tmp_path / "w", tmp_path / "copy")
    shutil.rmtree(tmp_path / "w")
    assert tool(tmp_path / "copy", "read a.t", run="-") == ["x INTEGER", "1"]
