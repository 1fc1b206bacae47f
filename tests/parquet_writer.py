# SPDX-License-Identifier: Apache-2.0
"""src/parquet's writer from Python, through Arrow's C data interface (tests/unit/parquet/write_shim.c)."""

import ctypes
import os
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
CODECS = {"none": 0, "snappy": 1, "zstd": 6}


class Failed(Exception):
    pass


class ShimOptions(ctypes.Structure):
    _fields_ = [
        ("codec", ctypes.c_int), ("level", ctypes.c_int),
        ("row_group_rows", ctypes.c_int64), ("row_group_bytes", ctypes.c_int64), ("memory_bytes", ctypes.c_int64),
        ("field_ids", ctypes.POINTER(ctypes.c_int32)),
        ("sorting", ctypes.POINTER(ctypes.c_int32)), ("sorting_count", ctypes.c_size_t),
        ("key_values", ctypes.POINTER(ctypes.c_char_p)), ("key_value_count", ctypes.c_size_t),
    ]


@dataclass
class ColumnWritten:
    path: str
    size_bytes: int
    value_count: int
    null_count: int
    contains_nan: int
    is_min_exact: bool
    is_max_exact: bool
    min: str | None
    max: str | None


@dataclass
class Written:
    row_count: int
    size_bytes: int
    footer_bytes: int
    row_group_count: int
    columns: dict


def shim_path():
    """$LEAT_PARQUET_SHIM, else the one of the plain build."""
    return Path(os.environ.get("LEAT_PARQUET_SHIM") or REPO / "build/tests/unit/parquet/libwrite_shim.so")


def load():
    shim = ctypes.CDLL(str(shim_path()))
    shim.shim_answer.restype = ctypes.c_char_p
    shim.shim_write.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p,
                                ctypes.POINTER(ShimOptions)]
    shim.shim_write_dense.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t,
                                      ctypes.POINTER(ShimOptions)]
    return shim


def options_of(codec="zstd", level=0, row_group_rows=0, row_group_bytes=0, memory_bytes=0, field_ids=None,
               sorting=(), key_values=None):
    ids = (ctypes.c_int32 * len(field_ids))(*field_ids) if field_ids else None
    order = [int(v) for item in sorting for v in item]
    pairs = [v.encode() for item in (key_values or {}).items() for v in item]
    return ShimOptions(CODECS[codec], level, row_group_rows, row_group_bytes, memory_bytes, ids,
                       (ctypes.c_int32 * max(1, len(order)))(*order), len(sorting),
                       (ctypes.c_char_p * max(1, len(pairs)))(*pairs), len(pairs) // 2)


class Exported:
    """A schema and batches of pyarrow as C structs, for as long as this object lives."""

    def __init__(self, schema, batches):
        self.schema = ctypes.create_string_buffer(72)
        schema._export_to_c(ctypes.addressof(self.schema))
        self.arrays = [ctypes.create_string_buffer(80) for _ in batches]
        for batch, array in zip(batches, self.arrays):
            batch._export_to_c(ctypes.addressof(array))
        self.pointers = (ctypes.c_void_p * max(1, len(batches)))(*[ctypes.addressof(a) for a in self.arrays])

    def __del__(self):
        for struct, at in [(self.schema, 56)] + [(a, 64) for a in self.arrays]:
            release = ctypes.c_void_p.from_buffer(struct, at).value
            if release:
                ctypes.CFUNCTYPE(None, ctypes.c_void_p)(release)(ctypes.addressof(struct))


def parse(answer):
    lines = answer.decode().rstrip("\n").split("\n")
    columns = {}
    for line in lines[1:]:
        path, size, values, nulls, nan, min_exact, max_exact, low, high = line.split("\t")
        path = path.replace("\x1f", ".")
        columns[path] = ColumnWritten(path, int(size), int(values), int(nulls), int(nan), min_exact == "1",
                                      max_exact == "1", None if low == "\x01" else low,
                                      None if high == "\x01" else high)
    return Written(*[int(v) for v in lines[0].split("\t")], columns)


def write(table, path, batch_rows=None, **options):
    """Writes a pyarrow table, in its chunks or in batches of `batch_rows`."""
    batches = table.to_batches(max_chunksize=batch_rows)
    exported = Exported(table.schema, batches)
    shim = load()
    shim_options = options_of(**options)
    if shim.shim_write(ctypes.addressof(exported.schema), exported.pointers, len(batches), str(path).encode(),
                       ctypes.byref(shim_options)):
        raise Failed(shim.shim_answer().decode())
    return parse(shim.shim_answer())


def write_dense(batch, folder, count, **options):
    """Writes a record batch without offsets as `count` files, all from one writer."""
    exported = Exported(batch.schema, [batch])
    shim = load()
    shim_options = options_of(**options)
    if shim.shim_write_dense(ctypes.addressof(exported.schema), exported.pointers[0], str(folder).encode(), count,
                             ctypes.byref(shim_options)):
        raise Failed(shim.shim_answer().decode())
