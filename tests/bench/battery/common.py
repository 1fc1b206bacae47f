# SPDX-License-Identifier: Apache-2.0
"""What all peers do alike: which files there are, what a series is called, and how a file is written."""

import re
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

EVERY, GAP, BUCKETS = 5, 120, 720  # seconds, buckets, buckets an hour
TEXT = {"system_state"}
TIME = pa.timestamp("us", tz="UTC")


def input_files(folder):
    return sorted(str(p) for p in Path(folder).rglob("*.parquet"))


def place_of(payload_type, tags):
    """(folder, column) of a series."""
    label = {k: v for k, v in tags}
    if "module" in label:
        folder = f"{label['phase']}_{label['module']}"
    else:
        folder = f"phase_{label['phase']}" if "phase" in label else "system"
    parts = [f"{key}_{label[key]}" for key in ("battery", "cell", "sensor") if key in label]
    what = re.sub("^(battery_sensor|battery|cell)_", "", payload_type) if "battery" in label else payload_type
    return folder, "_".join([*parts, what, *([label["debug_value_key"]] if "debug_value_key" in label else [])])


def natural(name):
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def path_of(output, folder, hour):
    """`hour` counts since 1970."""
    path = Path(output) / folder / time.strftime("%Y/%m/%d/%H.parquet", time.gmtime(hour * 3600))
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def write(output, folder, hour, columns):
    """One file; `columns` are Arrow arrays of 720 values by name. (With dictionaries: 2.9 ms of CPU a file, not 1.7.)"""
    start = hour * 3600
    times = pa.array(range(start * 10**6, (start + 3600) * 10**6, EVERY * 10**6), pa.int64()).cast(TIME)
    pq.write_table(pa.table({"time": times, **columns}), path_of(output, folder, hour), compression="zstd",
                   use_dictionary=False)
