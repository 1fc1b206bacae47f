#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""seeds.py DIR   Makes the first inputs of the fuzzers from the files of tests/cases/typing: DIR/<target>/<case>."""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "cases"))
import inputs

MAX_BYTES = 4096  # longer ones only slow the fuzzers down
TARGETS = {"csv": ("csv", "table"), "tsv": ("csv", "table"), "json": ("json", "table"),
           "jsonl": ("json", "table"), "txt": ("fixed", "table")}
TABLE_FORMATS = {"csv": 0, "tsv": 0, "json": 2, "jsonl": 2, "txt": 3}
ENCODINGS = {"latin-1": 2, "windows-1252": 3, "utf-16le": 4, "utf-16be": 5}
DELIMITERS = {",": 1, ";": 2, "\t": 3, "|": 4, "^": 5}
QUOTES = {'"': 1, "'": 2, "none": 3}
DIALECTS = ('{"delimiter": ";", "decimal": ",", "encoding": "utf-8", "quote": "\\"", "header": true}',
            '{"records": "data.items"}', '{"widths": [[0, 3], [4, -1]], "skip": 2, "footer": 1}',
            "DECIMAL(38,10)", "TIMESTAMP WITH TIME ZONE", "STRUCT(a INTEGER, b VARCHAR[])")


def options(source, ending):
    """What the case declares, as fuzz.c reads it."""
    marks = "\0.,".index(source.get("decimal", "\0"))
    thousands = "\0\0,. ".index(source.get("thousands", "\0"))
    header = {None: 0, True: 1, False: 2}[source.get("header")]
    return bytes([ENCODINGS.get(source.get("encoding"), 0),
                  DELIMITERS.get(source.get("delimiter"), 1 if "records" in source else 0),
                  QUOTES.get(source.get("quote"), 1 if ending == "json" else 0),
                  header + 3 * (2 if source.get("comment") else 0), source.get("skip", 0),
                  source.get("footer", 0), marks + 3 * thousands, 7])


def endings(path):
    names = path.name.split(".")[1:]
    return (names[0], len(names) > 1 or names[0] == "zip") if names else ("", False)


def write(folder, name, data):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def seed(out, name, source, path):
    data = path.read_bytes()
    ending, is_packed = endings(path)
    if len(data) > MAX_BYTES:
        return
    declared = options(source, ending)
    if is_packed:
        write(out / "packed", name, declared + data)
    for target in TARGETS.get(ending, ()):
        format_byte = bytes([TABLE_FORMATS[ending]]) if target == "table" else b""
        write(out / target, name, declared + format_byte + data)


def main():
    out = Path(sys.argv[1])
    for path in inputs.all_cases():
        with tempfile.TemporaryDirectory(prefix="leat-seed-") as tmp:
            for name, source in inputs.make(path, Path(tmp)).items():
                for i, file in enumerate(inputs.files(Path(tmp), source)):
                    seed(out, f"{path.stem}-{name}-{i}", source, file)
    for i, text in enumerate(DIALECTS):
        write(out / "dialect", f"dialect-{i}", bytes([i]) + text.encode())


if __name__ == "__main__":
    main()
