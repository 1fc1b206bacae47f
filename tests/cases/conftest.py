# SPDX-License-Identifier: Apache-2.0
"""Collects *.case files; README.md has their format, runner.py runs them."""

import os
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import case as cases
import harness
from runner import Mismatch, Runner, write_edits


def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".case":
        return CaseFile.from_parent(parent, path=file_path)
    return None


class CaseFile(pytest.File):
    def collect(self):
        yield CaseItem.from_parent(self, name=self.path.stem)


class CaseItem(pytest.Item):
    def runtest(self):
        bless = self.config.getoption("--bless") or os.environ.get("BLESS") == "1"
        text = self.path.read_text()
        _, steps = cases.parse(text)
        with tempfile.TemporaryDirectory(prefix="leat-case-") as tmp:
            edits = Runner(Path(tmp).resolve(), bless).run(steps)
        if edits:
            write_edits(self.path, text, edits)

    def repr_failure(self, excinfo, style=None):
        if excinfo.errisinstance((Mismatch, cases.CaseError, AssertionError)):
            return f"{self.path}: {excinfo.value}"
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, 0, str(self.path.relative_to(harness.REPO))
