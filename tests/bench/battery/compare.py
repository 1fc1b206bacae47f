# SPDX-License-Identifier: Apache-2.0
"""compare.py OURS THEIRS: the same files, times, columns and cells; numbers to 1e-12 of their value. Ends with 1 if not."""

import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq


def files_of(folder):
    return {p.relative_to(folder).as_posix(): p for p in Path(folder).rglob("*.parquet")}


def same(a, b):
    if a.null_count != b.null_count or not a.is_null().equals(b.is_null()):
        return False
    if str(a.type) == "double":
        x, y = (np.asarray(c.fill_null(0)) for c in (a, b))
        return np.all(np.abs(x - y) <= 1e-12 * np.abs(x))
    return a.cast("string").to_pylist() == b.cast("string").to_pylist()


ours, theirs = map(files_of, sys.argv[1:])
wrong = sorted(ours.keys() ^ theirs.keys())
cells = 0
for path in sorted(ours.keys() & theirs.keys()):
    a, b = (pq.read_table(p, use_threads=False) for p in (ours[path], theirs[path]))
    names = [name for name in a.column_names if name != "carried"]
    if names != b.column_names or a.num_rows != b.num_rows:
        wrong.append(f"{path}: columns {b.column_names}, {b.num_rows} rows")
        continue
    wrong += [f"{path}: {name}" for name in names if not same(a[name].combine_chunks(), b[name].combine_chunks())]
    cells += a.num_rows * (len(names) - 1)
print(f"{len(ours)} files, {cells:,} cells" + (f"; {len(wrong)} DIFFER, such as {wrong[:3]}" if wrong else ""))
sys.exit(bool(wrong))
