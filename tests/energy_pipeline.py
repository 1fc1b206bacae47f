# SPDX-License-Identifier: Apache-2.0
"""What the tests of pipelines/energy share."""

import re
import shutil

import harness

PIPELINE = harness.REPO / "pipelines/energy"


def copy_pipeline(target):
    """The pipeline as it is in git, without what runs left in it."""
    shutil.copytree(PIPELINE, target, ignore=shutil.ignore_patterns("warehouse", "output", ".leat*", ".cache"))
    return target


def would_run(leat, folder, *args):
    """{node: reason} of what `leat run` would do."""
    plan = leat.ok("run", "--dry-run", "-C", folder, *args).out.splitlines()
    steps = [re.split(r" {2,}", line, maxsplit=2) for line in plan[2:]]
    return {node: reason for node, what, reason in steps if what == "run"}


def files_of(folder):
    """{path: (inode, mtime)} of all files below a folder."""
    return {p.relative_to(folder).as_posix(): (p.stat().st_ino, p.stat().st_mtime_ns)
            for p in folder.rglob("*") if p.is_file()}
