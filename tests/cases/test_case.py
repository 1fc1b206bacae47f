# SPDX-License-Identifier: Apache-2.0
"""The case runner itself, where a .case file cannot show it: what must fail, and --bless."""

import case as cases
import pytest
from runner import Mismatch, Runner, write_edits


def run(tmp_path, text, bless=False):
    _, steps = cases.parse(text)
    return Runner(tmp_path, bless).run(steps)


@pytest.mark.parametrize("expected, actual, same", [
    ("a\n...\nd\n", "a\nb\nc\nd\n", True),
    ("a\n...\nd\n", "a\nd\n", True),
    ("...\nb\n...\nb\n", "b\n", False),
    ("a [..] ms\n", "a 12 ms\n", True),
    ("a [..] ms\n", "a 12 s\n", False),
    ("a.c\n", "abc\n", False),
    ("a\n", "a\nb\n", False),
    ("", "", True),
])
def test_compare(expected, actual, same):
    assert (cases.compare(expected, actual) is None) == same


@pytest.mark.parametrize("text", [
    "--- sh echo a\n",
    "--- sh echo a\n--- stdout\nb\n",
    "--- sh exit 1\n",
    "--- sh echo x >&2\n--- stderr\n",
])
def test_difference_fails(tmp_path, text):
    with pytest.raises(Mismatch):
        run(tmp_path, text)


def test_peak_is_that_of_the_command(tmp_path, monkeypatch):
    monkeypatch.setenv("LEAT_RELEASE", "/bin/true")
    ballast = bytearray(80_000_000)
    ballast[::4096] = b"x" * len(ballast[::4096])
    run(tmp_path, "--- run\n--- peak 20MB\n")


@pytest.mark.parametrize("text", ["--- stdout\na\n", "nothing\n",
                                  "--- sh true\n--- exit 0\n--- exit 0\n"])
def test_wrong_case_is_told(text):
    with pytest.raises(cases.CaseError):
        cases.parse(text)


def test_bless(tmp_path):
    text = ("Title\n\n--- sh echo new; echo 5 ms; echo --- run\n--- stdout\nold\n[..] ms\n\n"
            "--- sh echo bad >&2; exit 4\n\n--- sh echo end\n--- stdout\nend\n")
    path = tmp_path / "x.case"
    write_edits(path, text, run(tmp_path, text, bless=True))
    assert path.read_text() == (
        "Title\n\n--- sh echo new; echo 5 ms; echo --- run\n--- stdout\nnew\n[..] ms\n\\--- run\n\n"
        "--- sh echo bad >&2; exit 4\n--- exit 4\n--- stderr\nbad\n\n--- sh echo end\n--- stdout\nend\n")
