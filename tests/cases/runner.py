# SPDX-License-Identifier: Apache-2.0
"""Runs the steps of a case, and writes back what they printed."""

import shlex

import case as cases
import harness


class Mismatch(Exception):
    """The program did not do what the case says."""


class Runner:
    """Runs the steps of one case in `tmp`: work/ is the current folder, bin/ has `leat`."""

    def __init__(self, tmp, bless):
        self.tmp, self.bless = tmp, bless
        self.work = tmp / "work"
        for name in ("work", "bin", "home"):
            (tmp / name).mkdir()
        self.env = harness.clean_env(tmp / "home")
        self.edits = []  # (line of the command or section, section kind, new arg, new lines)

    def run(self, steps):
        for step in steps:
            head = step.head
            if head.kind == "file":
                path = self.work / head.arg
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(head.text)
            elif head.kind == "env":
                name, _, value = head.arg.partition("=")
                self.env[name] = value
            else:
                self.command(step)
        return self.edits

    def command(self, step):
        peak = step.parts.get("peak")
        binary = harness.release_binary() if peak else harness.binary()
        link = self.tmp / "bin/leat"
        link.unlink(missing_ok=True)
        link.symlink_to(binary)
        env = self.env | {"PATH": f"{link.parent}:{self.env['PATH']}"}
        argv = [link, *shlex.split(step.head.arg)]
        if step.head.kind == "sh":
            argv = ["sh", "-c", f"{step.head.arg}\n{step.head.text}"]
        elif not binary.exists():
            raise Mismatch(f"there is no program at {binary}: run make, or set LEAT")
        stdin = step.parts["stdin"].text if "stdin" in step.parts else ""
        result = harness.execute(argv, self.work, env, stdin, 60,
                                 self.tmp / "peak" if peak else None)
        self.judge(step, result)

    def judge(self, step, result):
        exit_code = int(step.parts["exit"].arg) if "exit" in step.parts else 0
        wrong = []
        if result.code != exit_code:
            wrong.append(("exit", f"exit code {result.code}, expected {exit_code}"))
        for kind, actual in (("stdout", result.out), ("stderr", result.err)):
            if kind == "stderr" and kind not in step.parts:
                continue
            expected = step.parts[kind].text if kind in step.parts else ""
            message = cases.compare(expected, actual.replace(str(self.work), "[ROOT]"))
            if message:
                wrong.append((kind, f"{kind}: {message}"))
        if self.bless and wrong:
            self.note_edits(step, result, [kind for kind, _ in wrong])
            return
        if peak := step.parts.get("peak"):
            if result.peak_bytes > cases.size_bytes(peak.arg):
                wrong.append(("peak", f"peak {result.peak_bytes / 1e6:.1f} MB, allowed {peak.arg}"))
        if wrong:
            tail = "" if "stderr" in step.parts else f"\n--- stderr\n{result.err}"
            raise Mismatch(f"line {step.head.number}: {step.head.kind} {step.head.arg}\n"
                           + "\n".join(message for _, message in wrong) + tail)

    def note_edits(self, step, result, kinds):
        if result.code != 0 and "stderr" not in step.parts:
            kinds.append("stderr")
        for kind in kinds:
            old = step.parts.get(kind)
            if kind == "exit":
                arg, lines = str(result.code), []
            else:
                actual = (result.out if kind == "stdout" else result.err)
                actual = actual.replace(str(self.work), "[ROOT]")
                arg, lines = "", cases.blessed(old.text if old else "", actual)
            self.edits.append((step, kind, old, arg, lines))


def write_edits(path, text, edits):
    """Replaces changed sections, and adds new ones after the last section of their command."""
    lines = text.splitlines()
    places = []
    for order, (step, kind, old, arg, new) in enumerate(edits):
        block = [f"--- {kind} {arg}".rstrip(), *new]
        sections = [step.head, *step.parts.values()]
        if old:
            start, end = old.number - 1, old.number + len(old.lines)
        else:
            last = max(sections, key=lambda s: s.number)
            start = end = last.number + len(last.lines)
        while start < end and not lines[end - 1].strip():
            end -= 1  # keep the blank lines between sections
        while start == end and start > 0 and not lines[start - 1].strip():
            start = end = start - 1
        places.append((start, order, end, block))
    for start, _, end, block in sorted(places, reverse=True):
        lines[start:end] = block
    path.write_text("\n".join(lines) + "\n")
