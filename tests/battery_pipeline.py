# SPDX-License-Identifier: Apache-2.0
"""What the tests of series, grids and pipelines/battery share."""

import hashlib
import json
import shutil

import duckdb
import harness
import pyarrow as pa
import pyarrow.parquet as pq

PIPELINE = harness.REPO / "pipelines/battery"
DAY = 1717545600  # 2024-06-05T00:00:00Z

CONFIG = """name: meters
params:
  output: {type: path, default: out/}
sources:
  samples:
    files: data/**/*.parquet
    series: {time: t, unit: UNIT, value: v, labels: [folder, name]}
"""
MODEL = """/*---
materialized: grid
grid:
  samples: raw.samples
  path: "${output}/{folder}/{time:%Y/%m/%d/%H}.parquet"
  every: 5s
  timezone: UTC
  fill: FILL
checks:
  - name: samples in = samples used + duplicates
    sql: SELECT * FROM this WHERE samples <> used + duplicates
---*/
SELECT series, folder, name AS column_name FROM raw.samples_series
"""


def grid_project(unit="s", fill="{method: previous, max_gap: 10m, flag: bitmask}"):
    """Files of a project that makes a grid of samples with the labels `folder` and `name`."""
    return {"leat.yaml": CONFIG.replace("UNIT", unit), "models/grid/coverage.sql": MODEL.replace("FILL", fill)}


def write_samples(path, rows, time=None, value=None, **options):
    """Rows are (time, folder, name, value); times of int64 count from DAY's own unit as given."""
    columns = list(zip(*rows)) if rows else [[], [], [], []]
    types = [time or pa.int64(), pa.string(), pa.string(), value or pa.string()]
    arrays = [pa.array(column, type) for column, type in zip(columns, types)]
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(arrays, names=["t", "folder", "name", "v"]), path, **options)
    return path


def read_file(path):
    """{column: values} of one file."""
    return pq.ParquetFile(path).read().to_pydict()


def read_grid(output):
    """{path below the folder: {column: values}}"""
    return {p.relative_to(output).as_posix(): read_file(p) for p in sorted(output.rglob("*.parquet"))}


def carried(cells):
    """{column: the buckets that are carried}, by the bitmask."""
    names = [name for name in cells if name not in ("time", "carried")]
    return {name: [b for b, mask in enumerate(cells["carried"]) if mask >> i & 1] for i, name in enumerate(names)}


def present(cells, name):
    """{bucket: value} where it is not null."""
    return {b: v for b, v in enumerate(cells[name]) if v is not None}


def hashes(output):
    """{path: hash of the bytes} of all files."""
    return {p.relative_to(output).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in sorted(output.rglob("*")) if p.is_file()}


def files_of(folder):
    """{path: (inode, mtime)} of all files below a folder."""
    return {p.relative_to(folder).as_posix(): (p.stat().st_ino, p.stat().st_mtime_ns)
            for p in folder.rglob("*") if p.is_file()}


def query(leat, folder, sql, *args):
    """Rows as dicts."""
    out = leat.ok("query", sql, "-C", folder, "-o", "jsonl", *args).out
    return [json.loads(line) for line in out.splitlines()]


def copy_pipeline(target):
    """The pipeline as it is in git, without what runs left in it."""
    shutil.copytree(PIPELINE, target, ignore=shutil.ignore_patterns("warehouse", "output", ".leat*", ".cache"))
    return target


def parquet_rows(files):
    listed = ", ".join(f"'{f}'" for f in files)
    return duckdb.sql(f"SELECT count(*) FROM read_parquet([{listed}])").fetchone()[0]
