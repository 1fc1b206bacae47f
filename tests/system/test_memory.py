# SPDX-License-Identifier: Apache-2.0
"""The memory limit is the bound of the whole process, in a real control group."""

import os
import subprocess
from pathlib import Path

import harness
import pytest

V1 = Path("/sys/fs/cgroup/memory")
V2 = Path("/sys/fs/cgroup")
LIMIT = 512 << 20


@pytest.fixture
def group():
    """A control group of 512 MB, v1 or v2: (folder, v1?)."""
    is_v1 = (V1 / "memory.limit_in_bytes").exists()
    folder = (V1 if is_v1 else V2) / f"leat-test-{os.getpid()}"
    try:
        folder.mkdir()
        (folder / ("memory.limit_in_bytes" if is_v1 else "memory.max")).write_text(str(LIMIT))
    except OSError as e:
        pytest.skip(f"no control group to be had: {e}")
    yield folder, is_v1
    folder.rmdir()


def run_in(group, leat, *args, timeout=300):
    folder, is_v1 = group
    command = ["bash", "-c", f'echo $$ > {folder}/cgroup.procs; exec "$@"', "bash", leat.path, *args]
    result = subprocess.run([str(a) for a in command], capture_output=True, text=True,
                            timeout=timeout, env=harness.clean_env(leat.home), check=False)
    peak = "memory.max_usage_in_bytes" if is_v1 else "memory.peak"
    return result, int((folder / peak).read_text()) if (folder / peak).exists() else 0


def test_energy_pipeline(leat_release, group, tmp_path):
    result, peak = run_in(group, leat_release, "run", "-C", harness.REPO / "pipelines/energy",
                          "--output", tmp_path / "out", "--warehouse", tmp_path / "warehouse")
    assert result.returncode == 0, result.stderr
    assert peak <= LIMIT
    assert "peak" in result.stderr


def test_large_sort_spills(leat_release, group, project):
    """20 million rows of text, 1.3 GB in memory, sorted: it must spill, not die."""
    folder = project({"leat.yaml": "name: sort\n", "models/m/sorted.sql":
                      "SELECT md5(i::VARCHAR) AS k, i FROM range(20000000) t(i) ORDER BY k\n"})
    result, peak = run_in(group, leat_release, "run", "-C", folder)
    assert result.returncode == 0, result.stderr
    assert peak <= LIMIT
    assert not list((folder / "warehouse/temp").glob("*"))


def test_limit_is_found_in_the_group(leat_release, group, project):
    folder = project({"leat.yaml": "name: m\nmemory: 4GB\n", "models/m/a.sql": "SELECT 1 AS x\n"})
    result, _ = run_in(group, leat_release, "run", "-C", folder)
    assert result.returncode == 0, result.stderr
    assert "512" in result.stderr, "a limit beyond the container's is told"
