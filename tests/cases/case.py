# SPDX-License-Identifier: Apache-2.0
"""The format of a case (see README.md): reading, comparing, writing."""

import re
from dataclasses import dataclass, field

SECTION = re.compile(r"--- (file|env|run|sh|stdin|stdout|stderr|exit|peak)\b ?(.*)")
UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9}


class CaseError(Exception):
    """The case file itself is wrong."""


@dataclass
class Section:
    kind: str
    arg: str
    lines: list[str]
    number: int  # line of the header in the file

    @property
    def text(self):
        """Content without the blank lines at its end, which only separate sections."""
        lines = [re.sub(r"^\\(\\*--- )", r"\1", line) for line in self.lines]
        while lines and not lines[-1].strip():
            lines.pop()
        return "".join(line + "\n" for line in lines)


@dataclass
class Step:
    """One command with the sections that follow it, or a file or setting to put in place."""

    head: Section
    parts: dict[str, Section] = field(default_factory=dict)


def parse(text):
    """Returns (title, steps)."""
    title, sections = [], []
    for number, line in enumerate(text.splitlines(), 1):
        m = SECTION.match(line)
        if m:
            sections.append(Section(m[1], m[2].strip(), [], number))
        elif sections:
            sections[-1].lines.append(line)
        else:
            title.append(line)
    steps = []
    for s in sections:
        if s.kind in ("file", "env", "run", "sh"):
            steps.append(Step(s))
        elif not steps or steps[-1].head.kind not in ("run", "sh"):
            raise CaseError(f"line {s.number}: \"--- {s.kind}\" must follow a run or sh section")
        elif s.kind in steps[-1].parts:
            raise CaseError(f"line {s.number}: a second \"--- {s.kind}\" for one command")
        else:
            steps[-1].parts[s.kind] = s
    if not any(s.head.kind in ("run", "sh") for s in steps):
        raise CaseError("no run or sh section")
    return "\n".join(title).strip(), steps


def size_bytes(text):
    m = re.fullmatch(r"(\d+) ?(KB|MB|GB)", text)
    if not m:
        raise CaseError(f"peak \"{text}\" is not a number with KB, MB or GB")
    return int(m[1]) * UNITS[m[2]]


def line_matches(expected, actual):
    if "[..]" not in expected:
        return expected == actual
    return re.fullmatch(".*".join(re.escape(p) for p in expected.split("[..]")), actual) is not None


def first_difference(expected, actual):
    """None if the lines match, else the index of the first expected line that cannot be met."""
    # reachable[j]: the expected lines so far match the first j actual lines.
    reachable = [True] + [False] * len(actual)
    for i, line in enumerate(expected):
        if line.strip() == "...":
            first = reachable.index(True)
            reachable = [j >= first for j in range(len(actual) + 1)]
        else:
            reachable = [False] + [reachable[j] and line_matches(line, actual[j])
                                   for j in range(len(actual))]
        if True not in reachable:
            return i
    return None if reachable[-1] else len(expected)


def compare(expected, actual):
    """Texts to a message that shows both, or None."""
    want, got = expected.splitlines(), actual.rstrip().splitlines()
    at = first_difference(want, got)
    if at is None:
        return None
    missing = want[at] if at < len(want) else "(end)"
    return f"first expected line not met: {missing}\n--- expected\n{expected}--- printed\n{actual}"


def blessed(expected, actual):
    """The actual text, with the old wildcard lines kept where they still match."""
    old = [line for line in expected.splitlines() if "[..]" in line]
    lines = []
    for line in actual.rstrip().splitlines():
        keep = next((o for o in old if line_matches(o, line)), None)
        lines.append(keep or re.sub(r"^(\\*--- )", r"\\\1", line))
    return lines
