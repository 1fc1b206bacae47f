# SPDX-License-Identifier: Apache-2.0
"""The data files of a case of typing/, without running leat: for the comparison with DuckDB, and as seeds of the fuzzers."""

import os
import subprocess
from pathlib import Path

import case as cases
import yaml

REPO = Path(__file__).resolve().parent.parent.parent
FOLDER = REPO / "tests/cases/typing"


def all_cases():
    return sorted(FOLDER.glob("*.case"))


def make(path, folder):
    """Does the steps of the case up to its first run in `folder`; returns the sources of p/leat.yaml by name."""
    _, steps = cases.parse(path.read_text())
    env = os.environ | {"REPO": str(REPO)}
    for step in steps:
        head = step.head
        if head.kind == "file":
            target = folder / head.arg
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(head.text)
        elif head.kind == "sh":
            subprocess.run(["sh", "-c", f"{head.arg}\n{head.text}"], cwd=folder, env=env, check=True)
        else:
            break
    project = folder / "p/leat.yaml"
    return yaml.safe_load(project.read_text())["sources"] if project.exists() else {}


def files(folder, source):
    """The files of a source of a case, in order."""
    return sorted(p for p in (folder / "p").glob(source["files"]) if p.is_file())
