# SPDX-License-Identifier: Apache-2.0
"""What README.md (and src/lake/README.md, in the same words) says about opening the warehouse with other tools is run as it stands."""

import re
import subprocess
import sys

import harness
import pytest
from lake_helpers import EXTENSIONS, Tool, connect

README = (harness.REPO / "src/lake/README.md").read_text()


def test_the_front_page_says_the_same():
    start, end = README.index("```sql"), README.rindex("```python")
    assert README[start:end] in (harness.REPO / "README.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


@pytest.fixture
def folder(tmp_path):
    Tool()(tmp_path / "warehouse", "replace energy.daily SELECT 1 AS old",
           "replace energy.daily SELECT range AS x FROM range(10)")
    return tmp_path


def test_duckdb(folder, monkeypatch):
    monkeypatch.chdir(folder)
    con = connect()
    first, second = blocks("sql")[0].strip().splitlines()
    con.sql(first.replace("INSTALL ducklake; INSTALL sqlite; ", ""))  # no network here
    assert con.sql(second).fetchall() == [(i,) for i in range(10)]


@pytest.mark.parametrize("block", blocks("python"), ids=["polars", "pandas"])
def test_python(folder, block):
    assert len(block.strip().splitlines()) == 2
    load = "".join(f"duckdb.sql(\"LOAD '{EXTENSIONS / name}.duckdb_extension'\"); "
                   for name in ("sqlite_scanner", "ducklake"))
    code = f"import duckdb; {load}\n{block}\nprint(type(frame).__module__, frame['x'].sum())"
    out = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    module, total = out.stdout.split()
    assert module.startswith(("polars", "pandas")) and total == "45"
