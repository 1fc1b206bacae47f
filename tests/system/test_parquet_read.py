# SPDX-License-Identifier: Apache-2.0
"""src/parquet/ reads what pyarrow writes: each encoding, codec, type and pattern of nulls, value by value."""

import datetime
import decimal
import itertools
import math
import os
import random
import struct
import subprocess
from pathlib import Path

import pytest

from harness import binary

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

ROWS = 1200
NULLS = {
    "none": lambda i: False,
    "all": lambda i: True,
    "some": lambda i: i % 7 == 3,
    "runs": lambda i: i // 100 % 3 == 1,
    "first": lambda i: i < 500,
}
TYPES = {
    "bool": pa.bool_(),
    "i32": pa.int32(),
    "i64": pa.int64(),
    "f32": pa.float32(),
    "f64": pa.float64(),
    "text": pa.string(),
    "fixed": pa.binary(7),
}
ENCODINGS = {
    "PLAIN": list(TYPES),
    "RLE": ["bool"],
    "DELTA_BINARY_PACKED": ["i32", "i64"],
    "DELTA_LENGTH_BYTE_ARRAY": ["text"],
    "DELTA_BYTE_ARRAY": ["text", "fixed"],
    "BYTE_STREAM_SPLIT": ["i32", "i64", "f32", "f64", "fixed"],
    "dictionary": ["i32", "i64", "f32", "f64", "text", "fixed"],
}
CODECS = ["none", "snappy", "zstd", "gzip"]


def tool():
    given = os.environ.get("PARQUET_READ_TOOL")
    return Path(given) if given else binary().parent / "tests/unit/parquet/parquet_read_tool"


def run(*args, ok=True):
    done = subprocess.run([tool(), *map(str, args)], capture_output=True, text=True, timeout=60)
    assert not ok or done.returncode == 0, done.stderr
    assert done.returncode in (0, 1), done.stderr
    return done


def bytes_of(value):
    """A value as the file has it: little endian, text as it is."""
    if isinstance(value, bool):
        return bytes([value])
    if isinstance(value, str):
        return value.encode()
    return value


def entries(values, type_, definition=0, repetition=0, level=0):
    """(repetition, definition, value) of one value of a nullable type, by the rules of the format."""
    if values is None:
        yield repetition, definition, None
        return
    if pa.types.is_list(type_):
        if not values:
            yield repetition, definition + 1, None
            return
        for i, value in enumerate(values):
            yield from entries(value, type_.value_type, definition + 2, repetition if i == 0 else level + 1, level + 1)
        return
    yield repetition, definition + 1, values


def plain(value, type_):
    formats = {pa.int32(): "<i", pa.int64(): "<q", pa.float32(): "<f", pa.float64(): "<d"}
    return struct.pack(formats[type_], value) if type_ in formats else bytes_of(value)


def leaf_type(type_):
    while pa.types.is_list(type_):
        type_ = type_.value_type
    return type_


def check_column(file, column, values, type_, ways=("dump", "rows")):
    """Both ways of reading a column give these values."""
    leaf = leaf_type(type_)
    expected = []
    for value in values:
        for repetition, definition, item in entries(value, type_):
            text = "-" if item is None else plain(item, leaf).hex()
            expected.append(f"{repetition} {definition} {text}")
    for way in ways:
        found = run(way, file, column).stdout.split("\n")[:-1]
        assert len(found) == len(expected), way
        wrong = [i for i in range(len(found)) if found[i] != expected[i]]
        assert not wrong, f"{way}, entry {wrong[0]}: {found[wrong[0]]}, not {expected[wrong[0]]}"


def random_value(chance, name):
    if name == "bool":
        return chance.random() < 0.4
    if name in ("i32", "i64"):
        bits = chance.choice([4, 12, 31 if name == "i32" else 63])
        return chance.randint(-(1 << bits), (1 << bits) - 1)
    if name == "f32":
        return struct.unpack("<f", struct.pack("<f", chance.uniform(-1e6, 1e6)))[0]
    if name == "f64":
        return chance.choice([0.0, -0.0, math.inf, 1.5, chance.uniform(-1e300, 1e300)])
    if name == "text":
        return chance.choice(["", "a", "über", "sensor/", "sensor/a/"]) + str(chance.randint(0, 500)) * chance.randint(0, 3)
    return chance.choice([b"1234567", b"12345ab", bytes(7), bytes(chance.randint(0, 255) for _ in range(7))])


def write(file, columns, encoding="PLAIN", **options):
    table = pa.table(columns)
    if encoding == "dictionary":
        options = {"use_dictionary": True} | options
    elif encoding is not None:
        options = {"use_dictionary": False, "column_encoding": {name: encoding for name in columns}} | options
    pq.write_table(table, file, **options)


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_flat(tmp_path, encoding, codec, version):
    chance = random.Random(f"{encoding}{codec}{version}")
    for name, nulls in itertools.product(ENCODINGS[encoding], NULLS):
        values = [None if NULLS[nulls](i) else random_value(chance, name) for i in range(ROWS)]
        file = tmp_path / f"{name}-{nulls}.parquet"
        write(file, {"x": pa.array(values, TYPES[name])}, encoding, compression=codec, data_page_version=version,
              data_page_size=1000, write_page_checksum=nulls == "some")
        check_column(file, "x", values, TYPES[name])


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("name", ["i64", "text", "fixed", "f64"])
def test_dictionary_that_overflows(tmp_path, name, version):
    """Pages with codes first, then pages with values."""
    chance = random.Random(name)
    values = [random_value(chance, name) if i % 11 else None for i in range(20000)]
    if name == "text":
        values = [f"{i * 7919 % 16000:07}" if i % 5 else "often" for i in range(20000)]
    file = tmp_path / "x.parquet"
    write(file, {"x": pa.array(values, TYPES[name])}, "dictionary", data_page_version=version, data_page_size=3000,
          dictionary_pagesize_limit=20000)
    encodings = pq.read_metadata(file).row_group(0).column(0).encodings
    assert name in ("fixed", "f64") or "PLAIN" in encodings
    check_column(file, "x", values, TYPES[name])


def random_list(chance, depth, name, width):
    if chance.random() < 0.1:
        return None
    if depth == 0:
        return random_value(chance, name)
    return [random_list(chance, depth - 1, name, width) for _ in range(chance.randint(0, width))]


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("name", ["i32", "text"])
@pytest.mark.parametrize("encoding", ["PLAIN", "dictionary"])
def test_lists(tmp_path, encoding, name, depth, version):
    """Lists with nulls and empty ones at every level; pages that end inside of a row in version 1."""
    chance = random.Random(f"{encoding}{name}{depth}")
    values = [random_list(chance, depth, name, 4) for _ in range(ROWS)]
    type_ = TYPES[name]
    for _ in range(depth):
        type_ = pa.list_(type_)
    file = tmp_path / "x.parquet"
    write(file, {"x": pa.array(values, type_)}, None if encoding == "PLAIN" else encoding,
          use_dictionary=encoding == "dictionary", data_page_version=version, data_page_size=1500, row_group_size=500)
    check_column(file, "x", values, type_)


@pytest.mark.parametrize("count", [2, 200, 300, 70000])
def test_lists_of_labels(tmp_path, count):
    """Rows of few entries without nulls, codes of 1, 2 and 4 bytes; also rows longer than the short way takes."""
    chance = random.Random(count)
    names = [f"label {i}" for i in range(count)]
    known = [[[chance.choice(names) for _ in range(2)] for _ in range(chance.randint(1, 9))] for _ in range(5000)]
    first = [[name, name] for name in names]
    values = [[pair] for pair in first] + [known[chance.randint(0, 4999) if i % 3 else i % 16] for i in range(20000)]
    type_ = pa.list_(pa.list_(pa.string()))
    file = tmp_path / "x.parquet"
    write(file, {"x": pa.array(values, type_)}, "dictionary", data_page_size=30000, dictionary_pagesize_limit=1 << 24)
    check_column(file, "x", values, type_)


@pytest.mark.parametrize("encoding", ["PLAIN", "dictionary"])
def test_long_rows(tmp_path, encoding):
    """A row of more entries than a batch, and rows of one entry."""
    values = [[i % 250 for i in range(50000)], [], [1], None, [2], list(range(9000))] + [[i] for i in range(10000)]
    type_ = pa.list_(pa.int64())
    file = tmp_path / "x.parquet"
    write(file, {"x": pa.array(values, type_)}, None if encoding == "PLAIN" else encoding,
          use_dictionary=encoding == "dictionary", data_page_size=10000)
    check_column(file, "x", values, type_)


def test_dictionary_that_overflows_in_lists(tmp_path):
    chance = random.Random(5)
    values = [[f"{chance.randint(0, 3000):08}" for _ in range(chance.randint(0, 5))] for _ in range(10000)]
    file = tmp_path / "x.parquet"
    write(file, {"x": pa.array(values, pa.list_(pa.string()))}, "dictionary", data_page_size=2000,
          dictionary_pagesize_limit=4000)
    check_column(file, "x", values, pa.list_(pa.string()))


def test_required_columns_and_structs(tmp_path):
    inner = pa.struct([pa.field("a", pa.int32(), nullable=False), pa.field("b", pa.list_(pa.string()))])
    schema = pa.schema([pa.field("id", pa.int64(), nullable=False), pa.field("s", inner),
                        pa.field("m", pa.map_(pa.string(), pa.int64()))])
    rows = [{"id": i, "s": None if i % 5 == 0 else {"a": i, "b": None if i % 3 == 0 else ["x"] * (i % 4)},
             "m": [(f"k{k}", k) for k in range(i % 3)]} for i in range(500)]
    file = tmp_path / "x.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema), file)
    assert run("dump", file, "id").stdout.split() == [w for r in rows for w in ("0", "0", plain(r["id"], pa.int64()).hex())]
    found = run("dump", file, "s.a").stdout.split("\n")[:-1]
    assert found == [f"0 0 -" if r["s"] is None else f"0 1 {plain(r['s']['a'], pa.int32()).hex()}" for r in rows]
    found = run("rows", file, "s.b").stdout.split("\n")[:-1]
    expected = []
    for r in rows:
        part = [(0, 0, None)] if r["s"] is None else [(a, b + 1, c) for a, b, c in entries(r["s"]["b"], pa.list_(pa.string()))]
        expected += [f"{a} {b} {'-' if c is None else c.encode().hex()}" for a, b, c in part]
    assert found == expected
    keys = [line.split()[2] for line in run("dump", file, "m.key_value.key").stdout.split("\n")[:-1]]
    assert keys == [k for r in rows for k in ([x.encode().hex() for x, _ in r["m"]] or ["-"])]


def test_logical_types(tmp_path):
    day, instant = datetime.date(2024, 6, 5), datetime.datetime(2024, 6, 5, 1, 2, 3, 456789)
    columns = {
        "date": pa.array([day], pa.date32()),
        "ms": pa.array([instant], pa.timestamp("ms", "UTC")),
        "us": pa.array([instant], pa.timestamp("us")),
        "ns": pa.array([instant], pa.timestamp("ns", "UTC")),
        "dec": pa.array([decimal.Decimal("123.45")], pa.decimal128(9, 2)),
        "dec38": pa.array([decimal.Decimal("-1.5")], pa.decimal128(38, 10)),
        "u8": pa.array([200], pa.uint8()),
    }
    file = tmp_path / "x.parquet"
    pq.write_table(pa.table(columns), file, version="2.6", store_decimal_as_integer=False)
    nodes = {line.split()[0]: line.split()[1:] for line in run("schema", file).stdout.split("\n")[:-1]}
    assert {name: nodes[name][5:] for name in columns} == {
        "date": ["6", "0", "0", "0", "0"],
        "ms": ["8", "1", "1", "0", "0"],
        "us": ["8", "2", "0", "0", "0"],
        "ns": ["8", "3", "1", "0", "0"],
        "dec": ["5", "0", "0", "9", "2"],
        "dec38": ["5", "0", "0", "38", "10"],
        "u8": ["10", "0", "0", "0", "0"],
    }
    assert run("dump", file, "dec").stdout == f"0 1 {12345:08x}\n"
    assert run("dump", file, "date").stdout == f"0 1 {struct.pack('<i', (day - datetime.date(1970, 1, 1)).days).hex()}\n"


def test_int96(tmp_path):
    file = tmp_path / "x.parquet"
    table = pa.table({"t": pa.array([datetime.datetime(2024, 6, 5, 12)], pa.timestamp("ns"))})
    pq.write_table(table, file, use_deprecated_int96_timestamps=True)
    assert run("schema", file).stdout.split("\n")[1].split()[2] == "3"
    assert run("dump", file, "t").stdout == f"0 1 {struct.pack('<qi', 12 * 3600 * 10**9, 2460467).hex()}\n"


def test_no_rows(tmp_path):
    file = tmp_path / "x.parquet"
    pq.write_table(pa.table({"x": pa.array([], pa.string())}), file)
    assert run("dump", file, "x").stdout == ""
    assert run("rows", file, "x").stdout == ""


@pytest.mark.parametrize("codec, why", [("lz4", "LZ4"), ("brotli", "Brotli")])
def test_foreign(tmp_path, codec, why):
    file = tmp_path / "x.parquet"
    pq.write_table(pa.table({"x": [1, 2, 3]}), file, compression=codec)
    assert run("dump", file, "x").stdout == f"foreign: it is compressed with {why}\n"


def test_foreign_encryption(tmp_path):
    file = tmp_path / "x.parquet"
    pq.write_table(pa.table({"x": [1]}), file)
    data = file.read_bytes()
    file.write_bytes(b"PARE" + data[4:-4] + b"PARE")
    assert run("dump", file, "x").stdout == "foreign: its footer is encrypted\n"


def test_columns_are_read_alone(tmp_path):
    """The bytes of other columns may be anything."""
    file = tmp_path / "x.parquet"
    pq.write_table(pa.table({"a": list(range(1000)), "b": [f"t{i}" for i in range(1000)]}), file)
    chunk = pq.read_metadata(file).row_group(0).column(0)
    data = bytearray(file.read_bytes())
    start = chunk.dictionary_page_offset or chunk.data_page_offset
    data[start : start + chunk.total_compressed_size] = b"\xff" * chunk.total_compressed_size
    file.write_bytes(data)
    check_column(file, "b", [f"t{i}" for i in range(1000)], pa.string())
    assert "x.parquet: column a, row group 1, page 1: " in run("dump", file, "a", ok=False).stderr


def test_checksum(tmp_path):
    file = tmp_path / "x.parquet"
    pq.write_table(pa.table({"a": [float(i) for i in range(1000)]}), file, write_page_checksum=True, compression="none",
                   use_dictionary=False)
    data = bytearray(file.read_bytes())
    data[500] ^= 1
    file.write_bytes(data)
    assert "page 1: its bytes have the checksum" in run("dump", file, "a", ok=False).stderr


@pytest.mark.parametrize("codec", ["none", "snappy", "zstd"])
def test_any_byte_wrong(tmp_path, codec):
    """Whatever is damaged, the answer is values or a sentence, never a signal."""
    chance = random.Random(codec)
    file = tmp_path / "x.parquet"
    table = pa.table({"a": [[["k", str(i % 9)], ["m"]] for i in range(300)]})
    pq.write_table(table, file, compression=codec, store_schema=False)
    data = file.read_bytes()
    for _ in range(60):
        damaged = bytearray(data)
        for _ in range(chance.randint(1, 3)):
            damaged[chance.randrange(len(data))] = chance.randrange(256)
        file.write_bytes(damaged[: len(data) if chance.random() < 0.9 else chance.randrange(len(data))])
        done = run(chance.choice(["dump", "rows"]), file, "a", ok=False)
        assert done.returncode == 0 or "x.parquet" in done.stderr or "column a" in done.stderr
