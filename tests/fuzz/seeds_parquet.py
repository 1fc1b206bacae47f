#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""seeds_parquet.py DIR   Makes the first inputs of fuzz_parquet: small files of each encoding and codec, by pyarrow."""

import itertools
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

COLUMNS = {
    "bool": pa.array([i % 3 == 0 for i in range(40)]),
    "i64": pa.array([None if i % 9 == 4 else i * i for i in range(40)], pa.int64()),
    "f64": pa.array([i / 7 for i in range(40)]),
    "text": pa.array([None if i % 5 == 4 else f"label {i % 6}" for i in range(40)]),
    "fixed": pa.array([b"%03d" % (i % 7) for i in range(40)], pa.binary(3)),
    "lists": pa.array([[["k", str(i % 4)], ["m"] * (i % 3)] if i % 8 != 5 else None for i in range(40)]),
}
ENCODINGS = {
    "bool": ["PLAIN", "RLE"],
    "i64": ["PLAIN", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT", None],
    "f64": ["PLAIN", "BYTE_STREAM_SPLIT"],
    "text": ["PLAIN", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY", None],
    "fixed": ["PLAIN", "DELTA_BYTE_ARRAY", "BYTE_STREAM_SPLIT", None],
    "lists": [None],
}


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name, values in COLUMNS.items():
        for encoding, codec, version in itertools.product(ENCODINGS[name], ["none", "snappy", "zstd", "gzip"], ["1.0", "2.0"]):
            options = {"use_dictionary": False, "column_encoding": {name: encoding}} if encoding else {}
            pq.write_table(pa.table({name: values}), out / f"{name}-{encoding}-{codec}-{version}", compression=codec,
                           data_page_version=version, data_page_size=64, store_schema=False, **options)


main()
