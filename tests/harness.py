# SPDX-License-Identifier: Apache-2.0
"""Runs the program under test; shared by tests/cases and tests/system."""

import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent

# A process starts with the peak of the process that forked it, so a small one measures for us.
MEASURE = """
import os, resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "w") as f:
    f.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024))
os._exit(code if code >= 0 else 128 - code)
"""


@dataclass
class Result:
    """What one run left: exit code (128 + n after signal n), texts, and the peak if measured."""

    code: int
    out: str
    err: str
    peak_bytes: int | None = None

    def __str__(self):
        return f"exit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


def binary():
    """The program under test: $LEAT, else build/leat."""
    return Path(os.environ.get("LEAT") or REPO / "build/leat").resolve()


def release_binary():
    """The program as users get it, for whatever is measured: $LEAT_RELEASE, else build/leat."""
    return Path(os.environ.get("LEAT_RELEASE") or REPO / "build/leat").resolve()


def clean_env(home, extra=None):
    """An environment without the caller's settings of leat, its language or its zone."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LEAT", "LC_"))}
    env.update(HOME=str(home), LANG="C.UTF-8", TZ="UTC", REPO=str(REPO))
    env.setdefault("UBSAN_OPTIONS", "halt_on_error=1:print_stacktrace=1")
    env.update({k: str(v) for k, v in (extra or {}).items()})
    return env


def execute(argv, cwd, env, stdin="", timeout=60, peak_file=None):
    """Runs argv to its end. After `timeout` seconds it and its children are killed."""
    argv = [str(a) for a in argv]
    if peak_file:
        argv = [sys.executable, "-I", "-S", "-c", MEASURE, str(peak_file), *argv]
    process = subprocess.Popen(argv, cwd=cwd, env=env, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               start_new_session=True)
    try:
        out, err = process.communicate(stdin.encode(), timeout)
    except BaseException as e:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        if isinstance(e, subprocess.TimeoutExpired):
            raise AssertionError(f"still running after {timeout} s: {' '.join(argv)}\n"
                                 f"{err.decode(errors='replace')}") from None
        raise
    code = process.returncode if process.returncode >= 0 else 128 - process.returncode
    peak = int(Path(peak_file).read_text()) if peak_file else None
    return Result(code, out.decode(errors="replace"), err.decode(errors="replace"), peak)


QUESTION = re.compile(r"```sql\n(.*?)```\n\n```text\n(.*?)```", re.S)


def check_answers(leat, folder, readme, bless):
    """The README of a pipeline: each ### has a query and its answer, which must be what it prints; `bless` writes them."""
    text = readme.read_text()
    questions = QUESTION.findall(text)
    assert questions and len(questions) == text.count("\n### ")
    answers = [leat.ok("query", "-C", folder, sql).out for sql, _ in questions]
    if bless:
        left = iter(answers)
        readme.write_text(QUESTION.sub(lambda m: f"```sql\n{m[1]}```\n\n```text\n{next(left)}```", text))
        return
    for (sql, expected), answer in zip(questions, answers):
        assert answer == expected, sql
