# SPDX-License-Identifier: Apache-2.0
"""Files of src/parquet's writer in pyarrow, DuckDB, Polars and pandas: same values, types and null counts."""

import datetime as dt
import decimal
import hashlib
import math
import random
import resource
import subprocess
import sys

import pytest

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
duckdb = pytest.importorskip("duckdb")
pl = pytest.importorskip("polars")
pd = pytest.importorskip("pandas")

import parquet_writer as writer  # noqa: E402

if not writer.shim_path().exists():
    pytest.skip("needs the plain build: run make and ninja -C build", allow_module_level=True)

CODECS = ["none", "snappy", "zstd"]
NULLS = {
    "none": lambda i, rnd: False,
    "all": lambda i, rnd: True,
    "every other": lambda i, rnd: i % 2 == 0,
    "some": lambda i, rnd: rnd.random() < 0.1,
    "most": lambda i, rnd: rnd.random() < 0.9,
    "long runs": lambda i, rnd: i // 100 % 3 == 1,
    "the first": lambda i, rnd: i == 0,
}
DAY = dt.datetime(2024, 6, 5)
FLOATS = [0.0, -0.0, math.inf, -math.inf, math.nan, 1.5, -2.25, 5e-324, 1.7976931348623157e308]


def edge_int(bits, signed):
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    return lambda i, rnd: (low, high, 0, rnd.randint(low, high), rnd.randint(low, high))[i % 5]


def digits(precision, scale):
    def make(i, rnd):
        top = 10**precision - 1
        value = (top, -top, 0, rnd.randint(-top, top))[i % 4]
        return decimal.Decimal((int(value < 0), tuple(int(d) for d in str(abs(value))), -scale))
    return make


def text(i, rnd):
    return ("", "a", "žmogus", "x" * (i % 300), f"{i}", "日本語" * (i % 7), "\U0001f600\x00z")[i % 7]


COLUMNS = {
    "bool": (pa.bool_(), lambda i, rnd: rnd.random() < 0.5),
    "bool runs": (pa.bool_(), lambda i, rnd: i // 500 % 2 == 0),
    "int8": (pa.int8(), edge_int(8, True)), "uint8": (pa.uint8(), edge_int(8, False)),
    "int16": (pa.int16(), edge_int(16, True)), "uint16": (pa.uint16(), edge_int(16, False)),
    "int32": (pa.int32(), edge_int(32, True)), "uint32": (pa.uint32(), edge_int(32, False)),
    "int64": (pa.int64(), edge_int(64, True)), "uint64": (pa.uint64(), edge_int(64, False)),
    "counter": (pa.int64(), lambda i, rnd: 1 << 40 | i),
    "ids": (pa.int32(), lambda i, rnd: i * 7 + rnd.randint(0, 6)),
    "few": (pa.int32(), lambda i, rnd: rnd.choice([3, -1, 1 << 30])),
    "float": (pa.float32(), lambda i, rnd: rnd.choice([0.0, -0.0, math.inf, math.nan, 1.5, -2.25])),
    "double": (pa.float64(), lambda i, rnd: rnd.choice(FLOATS)),
    "measured": (pa.float64(), lambda i, rnd: round(3.3 + (i // 12 % 9) / 100, 2)),
    "walk": (pa.float64(), lambda i, rnd: 20 + math.sin(i / 50) + rnd.random() / 1000),
    "float walk": (pa.float32(), lambda i, rnd: 20 + math.sin(i / 50)),
    "noise": (pa.float64(), lambda i, rnd: rnd.random()),
    "decimal1": (pa.decimal128(1, 0), digits(1, 0)), "decimal9": (pa.decimal128(9, 3), digits(9, 3)),
    "decimal10": (pa.decimal128(10, 0), digits(10, 0)), "decimal18": (pa.decimal128(18, 18), digits(18, 18)),
    "decimal19": (pa.decimal128(19, 2), digits(19, 2)), "decimal38": (pa.decimal128(38, 10), digits(38, 10)),
    "text": (pa.string(), text), "large text": (pa.large_string(), text),
    "state": (pa.string(), lambda i, rnd: rnd.choice(["idle", "charging", "discharging"])),
    "binary": (pa.binary(), lambda i, rnd: rnd.randbytes(i % 9)),
    "fixed": (pa.binary(16), lambda i, rnd: rnd.randbytes(16)),
    "date": (pa.date32(), lambda i, rnd: dt.date(1970, 1, 1) + dt.timedelta(days=rnd.randint(-200000, 200000))),
    "time": (pa.time64("us"), lambda i, rnd: dt.time(i % 24, i % 60, 59, i % 1000000)),
    "timestamp": (pa.timestamp("us"), lambda i, rnd: DAY + dt.timedelta(microseconds=rnd.randint(-6 * 10**16, 10**16))),
    "instant": (pa.timestamp("us", "UTC"), lambda i, rnd: DAY + dt.timedelta(seconds=5 * i)),
    "millis": (pa.timestamp("ms"), lambda i, rnd: DAY + dt.timedelta(milliseconds=i * i)),
    "list": (pa.list_(pa.int32()), lambda i, rnd: [None if k == 2 else k for k in range(i % 5)]),
    "lists": (pa.list_(pa.list_(pa.string())), lambda i, rnd: [["a"] * k for k in range(i % 4)] + [None] * (i % 2)),
    "struct": (pa.struct([("a", pa.int64()), ("b", pa.list_(pa.struct([("x", pa.string())])))]),
               lambda i, rnd: {"a": None if i % 3 == 0 else i, "b": [{"x": str(i)}, None] * (i % 3)}),
    "map": (pa.map_(pa.string(), pa.float64()), lambda i, rnd: [(f"k{k}", k / 3) for k in range(i % 3)]),
}


def make(rows, nulls, seed=7):
    rnd = random.Random(seed)
    return pa.table({
        name: pa.array([None if NULLS[nulls](i, rnd) else value(i, rnd) for i in range(rows)], kind)
        for name, (kind, value) in COLUMNS.items()})


def plain(value):
    """A value in one form for all readers; NaN and -0.0 stay what they are."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, dt.datetime):
        return (value.astimezone(dt.timezone.utc) if value.tzinfo else value).replace(tzinfo=None)
    return value


def pairs(value):
    """Maps as sorted lists of pairs: Polars gives them as dictionaries."""
    if isinstance(value, dict):
        return sorted(value.items())
    return None if value is None else sorted((v["key"], v["value"]) if isinstance(v, dict) else tuple(v) for v in value)


def same(name, got, want):
    got, want = got.to_pylist(), want.to_pylist()
    if name == "map":
        got, want = [pairs(v) for v in got], [pairs(v) for v in want]
    assert len(got) == len(want)
    assert repr([plain(v) for v in got]) == repr([plain(v) for v in want]), name


def check_pyarrow(path, table):
    back = pq.read_table(path)
    for name in table.column_names:
        kind = pa.string() if name == "large text" else table.schema.field(name).type
        assert back.schema.field(name).type.equals(kind), name
        assert back[name].null_count == table[name].null_count
        same(name, back[name], table[name])


def in_utc():
    conn = duckdb.connect()
    conn.execute("SET TimeZone = 'UTC'")
    return conn


def check_duckdb(path, table):
    with in_utc() as conn:
        back = conn.execute(f"SELECT * FROM '{path}'").to_arrow_table()
        types = dict(conn.execute(f"SELECT column_name, column_type FROM (DESCRIBE FROM '{path}')").fetchall())
        counts = conn.execute(f"SELECT count(*) - count(COLUMNS(*)) FROM '{path}'").fetchone()
    expected = {"bool": "BOOLEAN", "int8": "TINYINT", "uint8": "UTINYINT", "int16": "SMALLINT", "uint64": "UBIGINT",
                "decimal1": "DECIMAL(1,0)", "decimal38": "DECIMAL(38,10)", "text": "VARCHAR", "binary": "BLOB",
                "date": "DATE", "time": "TIME", "timestamp": "TIMESTAMP", "instant": "TIMESTAMP WITH TIME ZONE",
                "list": "INTEGER[]", "map": "MAP(VARCHAR, DOUBLE)", "float": "FLOAT", "double": "DOUBLE"}
    assert {k: types[k] for k in expected} == expected
    for count, name in zip(counts, table.column_names):
        assert count == table[name].null_count, name
        same(name, back[name], table[name])


def check_polars(path, table):
    back = pl.read_parquet(path)
    assert back.schema["instant"] == pl.Datetime("us", "UTC") and back.schema["decimal38"] == pl.Decimal(38, 10)
    assert back.schema["int8"] == pl.Int8 and back.schema["uint64"] == pl.UInt64 and back.schema["time"] == pl.Time
    for name in table.column_names:
        assert back[name].null_count() == table[name].null_count, name
        if name != "map":
            same(name, back[name].to_arrow(), table[name])
        else:
            assert [pairs(v) for v in back[name].to_list()] == [pairs(v) for v in table[name].to_pylist()]


def check_pandas(path, table):
    back = pd.read_parquet(path, dtype_backend="pyarrow")
    for name in table.column_names:
        assert int(pa.array(back[name]).null_count) == table[name].null_count
        same(name, pa.array(back[name]), table[name])
    assert len(pd.read_parquet(path)) == len(table)


def check_all(path, table):
    for check in check_pyarrow, check_duckdb, check_polars, check_pandas:
        check(path, table)


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("nulls", NULLS)
def test_every_type_in_every_reader(tmp_path, codec, nulls):
    table = make(600, nulls)
    written = writer.write(table, tmp_path / "a.parquet", codec=codec)
    check_all(tmp_path / "a.parquet", table)
    assert written.row_count == 600 and written.row_group_count == 1
    assert written.size_bytes == (tmp_path / "a.parquet").stat().st_size
    for name, column in written.columns.items():
        if name in table.column_names:
            assert (column.value_count, column.null_count) == (600, table[name].null_count), name


@pytest.mark.parametrize("rows", [0, 1, 7, 8, 9, 64, 65, 129, 700])
def test_row_counts(tmp_path, rows):
    table = make(rows, "some")
    assert writer.write(table, tmp_path / "a.parquet").row_count == rows
    check_all(tmp_path / "a.parquet", table)


@pytest.mark.parametrize("group_rows", [1, 63, 64, 100, 1000])
@pytest.mark.parametrize("codec", CODECS)
def test_row_groups(tmp_path, group_rows, codec):
    rows = 40 if group_rows == 1 else 1000
    table = make(rows, "some")
    written = writer.write(table, tmp_path / "a.parquet", row_group_rows=group_rows, codec=codec, batch_rows=77)
    assert written.row_group_count == -(-rows // group_rows)
    assert pq.ParquetFile(tmp_path / "a.parquet").metadata.num_row_groups == written.row_group_count
    check_all(tmp_path / "a.parquet", table)


def test_many_pages_have_indexes(tmp_path):
    rows = 70000
    table = pa.table({
        "up": pa.array(range(rows), pa.int64()),
        "noise": pa.array([random.Random(i).random() for i in range(rows)]),
        "half": pa.array([None if i < rows // 2 else i % 100 for i in range(rows)], pa.int32()),
        "text": pa.array([f"{i % 13}" * (i % 50) for i in range(rows)]),
        "list": pa.array([[i] * (i % 3) for i in range(rows)], pa.list_(pa.int64())),
    })
    writer.write(table, tmp_path / "a.parquet")
    meta = pq.ParquetFile(tmp_path / "a.parquet").metadata
    for i in range(meta.num_columns):
        assert meta.row_group(0).column(i).has_offset_index and meta.row_group(0).column(i).has_column_index
    back = pq.read_table(tmp_path / "a.parquet", page_checksum_verification=False)
    for name in table.column_names:
        assert back[name].to_pylist() == table[name].to_pylist()
    small = pl.scan_parquet(tmp_path / "a.parquet").filter(pl.col("up").is_between(30000, 30010)).collect()
    assert small["up"].to_list() == list(range(30000, 30011))
    assert duckdb.sql(f"SELECT count(*), sum(half) FROM '{tmp_path}/a.parquet' WHERE up > 69000").fetchone() == (
        999, sum(i % 100 for i in range(69001, rows)))


def test_long_texts(tmp_path):
    table = pa.table({"s": pa.array(["x" * n for n in (0, 1, 5_000_000, 3, 1 << 20, 100)] + ["y"] * 300),
                      "b": pa.array([b"\xff" * n for n in (1, 100, 3)] + [None] * 303)})
    for codec in CODECS:
        written = writer.write(table, tmp_path / f"{codec}.parquet", codec=codec)
        assert pq.read_table(tmp_path / f"{codec}.parquet").equals(table)
        assert duckdb.sql(f"SELECT sum(length(s)), max(octet_length(b)) FROM '{tmp_path}/{codec}.parquet'").fetchone() == (
            5_000_000 + (1 << 20) + 404, 100)
        assert pl.read_parquet(tmp_path / f"{codec}.parquet")["s"].to_list() == table["s"].to_pylist()
    assert (written.columns["b"].min, written.columns["b"].max) == ("FF", None)  # nothing is above 64 bytes of FF


def test_bounds_are_those_of_the_values(tmp_path):
    table = make(1000, "some")
    writer.write(table, tmp_path / "a.parquet")
    meta = pq.ParquetFile(tmp_path / "a.parquet").metadata.row_group(0)
    by_path = {meta.column(i).path_in_schema: meta.column(i).statistics for i in range(meta.num_columns)}
    for name in ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "decimal9", "decimal18",
                 "decimal19", "decimal38", "date", "time", "timestamp", "state", "measured", "bool"):
        values = [v for v in table[name].to_pylist() if v is not None]
        assert (by_path[name].min, by_path[name].max) == (min(values), max(values)), name
        assert by_path[name].null_count == table[name].null_count


def test_not_a_number_and_zeros(tmp_path):
    nan, inf = math.nan, math.inf
    table = pa.table({"mixed": [nan, 1.0, -2.0], "only": [nan] * 3, "zeros": [0.0, -0.0, 0.0], "far": [inf, -inf, nan],
                      "none": pa.array([None] * 3, pa.float64()), "plain": [1.0, 2.0, None]})
    written = writer.write(table, tmp_path / "a.parquet").columns
    assert [(c.min, c.max, c.contains_nan) for c in written.values()] == [
        ("-2.0", "1.0", 1), (None, None, 1), ("-0.0", "0.0", 0), ("-inf", "inf", 1), (None, None, 0), ("1.0", "2.0", 0)]
    meta = pq.ParquetFile(tmp_path / "a.parquet").metadata.row_group(0)
    assert [meta.column(i).statistics.has_min_max for i in range(6)] == [False, False, True, False, False, True]
    assert math.copysign(1, meta.column(2).statistics.min) == -1 and math.copysign(1, meta.column(2).statistics.max) == 1
    assert duckdb.sql(f"SELECT count(*) FROM '{tmp_path}/a.parquet' WHERE mixed > 100").fetchone() == (1,)  # NaN is above all


def test_bounds_of_long_texts_are_cut(tmp_path):
    table = pa.table({
        "s": ["a" * 64, "b" * 65], "u": ["ž" * 40, "ž" * 50], "top": ["\U0010ffff" * 30, "\U0010ffff" * 20],
        "gap": ["x" * 61 + "\ud7ff" + "y" * 9, "x"], "z": pa.array([b"\xfe" + b"\xff" * 80, b"\x00" * 65])})
    written = writer.write(table, tmp_path / "a.parquet").columns
    assert [(c.is_min_exact, c.is_max_exact) for c in written.values()] == [
        (True, False), (False, False), (False, False), (True, False), (False, False)]
    assert written["s"].max == "b" * 63 + "c" and written["u"].max == "ž" * 31 + "ſ"
    assert written["top"].max is None and written["top"].min == "\U0010ffff" * 16
    assert written["gap"].max == "x" * 61 + "\ue000"
    assert (written["z"].min, written["z"].max) == ("00" * 64, "FF")
    path = tmp_path / "a.parquet"
    for name in ("s", "u", "gap", "top"):
        for value in table[name].to_pylist():
            assert duckdb.execute(f"SELECT count(*) FROM '{path}' WHERE {name} = ?", [value]).fetchone() == (1,)
            assert pq.read_table(path, filters=[(name, "==", value)]).num_rows == 1
            assert pl.scan_parquet(path).filter(pl.col(name) == value).collect().height == 1
        assert duckdb.sql(f"SELECT min({name}), max({name}) FROM '{path}'").fetchone() == (
            min(table[name].to_pylist()), max(table[name].to_pylist()))


def test_what_is_told_equals_what_duckdb_tells(tmp_path):
    conn = in_utc()
    conn.execute("""CREATE TABLE t AS SELECT i, i::TINYINT ti, i::UBIGINT u, (i - 50)::FLOAT / 7 f, (i - 50)::DOUBLE / 3 d,
        (i - 3)::DECIMAL(9,2) d9, (i - 3)::DECIMAL(38,10) d38, 'x' || i s, ('a\\x00\\xff' || i)::BLOB bl,
        DATE '2020-01-01' + i::INTEGER dt, DATE '0044-03-15 (BC)' bc, TIME '00:00:01.5' + to_seconds(i) tm,
        TIMESTAMP '2020-01-01 00:00:00.125' + to_hours(i) ts, (TIMESTAMP '2020-01-01' + to_hours(i))::TIMESTAMPTZ tz,
        TIMESTAMP '1969-12-31 23:59:59.5' neg, '-infinity'::TIMESTAMP ninf, 'infinity'::DATE pinf, i % 2 = 0 b,
        [i, i + 1] l, {'a': i, 'b': [{'x': i}]} st, MAP {'k' || i: i} m FROM range(100) r(i)""")
    told = conn.execute(f"COPY t TO '{tmp_path}/d.parquet' (FORMAT parquet, RETURN_STATS)").fetchone()[4]
    ours = writer.write(conn.execute("FROM t").to_arrow_table(), tmp_path / "a.parquet").columns
    assert {p.replace('"', ""): (v["min"], v["max"], int(v["null_count"]), int(v["num_values"])) for p, v in told.items()} == {
        p: (c.min, c.max, c.null_count, c.value_count) for p, c in ours.items()}


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("codec", CODECS)
def test_the_same_rows_give_the_same_bytes(tmp_path, codec):
    table = make(3000, "some")
    digests = set()
    for i, batch_rows in enumerate((None, 1, 7, 64, 100, 1023)):
        part = table if batch_rows is None else pa.concat_tables([table.slice(0, 5), table.slice(5)])
        path = tmp_path / f"{i}.parquet"
        writer.write(part, path, batch_rows=batch_rows, codec=codec, row_group_rows=1100, row_group_bytes=200_000, level=5)
        digests.add(digest(path))
    assert len(digests) == 1


def test_row_groups_end_by_bytes_wherever_batches_end(tmp_path):
    table = pa.table({"s": ["x" * (i % 1000) for i in range(20000)], "i": pa.array(range(20000), pa.int32())})
    digests = set()
    for i, batch_rows in enumerate((None, 1, 777)):
        written = writer.write(table, tmp_path / f"{i}.parquet", batch_rows=batch_rows, row_group_bytes=1_000_000)
        assert 9 <= written.row_group_count <= 12
        digests.add(digest(tmp_path / f"{i}.parquet"))
    assert len(digests) == 1
    assert pq.read_table(tmp_path / "0.parquet").equals(table)


@pytest.mark.parametrize("codec,level", [("none", 0), ("snappy", 0), ("zstd", 1), ("zstd", 9)])
def test_a_writer_used_again_gives_the_same_bytes(tmp_path, codec, level):
    rnd = random.Random(1)
    batch = pa.record_batch({
        "time": pa.array([1_719_792_000_000_000 + 5_000_000 * i for i in range(720)], pa.timestamp("us", "UTC")),
        "volts": pa.array([None if i % 50 == 0 else round(3.3 + i // 40 / 100, 2) for i in range(720)]),
        "noise": pa.array([rnd.random() for _ in range(720)]),
        "flag": pa.array([i % 100 == 0 for i in range(720)]), "state": pa.array(["on" if i < 300 else "off" for i in range(720)]),
        "mask": pa.array([i // 90 for i in range(720)], pa.int8())})
    writer.write_dense(batch, tmp_path, 20, codec=codec, level=level)
    assert len({digest(tmp_path / f"{i}.parquet") for i in range(20)}) == 1
    assert pq.read_table(tmp_path / "19.parquet").to_batches()[0].equals(batch)
    writer.write(pa.Table.from_batches([batch]), tmp_path / "a.parquet", codec=codec, level=level)
    assert digest(tmp_path / "a.parquet") == digest(tmp_path / "0.parquet")


def test_slices_of_arrays(tmp_path):
    table = make(500, "some").combine_chunks()
    part = pa.Table.from_batches([table.to_batches()[0].slice(3, 333)])
    writer.write(part, tmp_path / "a.parquet")
    check_pyarrow(tmp_path / "a.parquet", part)


def test_metadata(tmp_path):
    table = pa.table({"a": [1, 2], "s": [{"x": 1, "y": [1]}, None]},
                     schema=pa.schema([pa.field("a", pa.int64(), nullable=False),
                                       ("s", pa.struct([("x", pa.int64()), ("y", pa.list_(pa.int64()))]))]))
    writer.write(table, tmp_path / "a.parquet", field_ids=[7, 8, 9, 10, 11], sorting=[(0, True, False)],
                 key_values={"unit": "V", "empty": ""})
    file = pq.ParquetFile(tmp_path / "a.parquet")
    schema = file.schema_arrow
    ids = [schema.field("a").metadata, schema.field("s").metadata, schema.field("s").type.field("x").metadata,
           schema.field("s").type.field("y").metadata, schema.field("s").type.field("y").type.value_field.metadata]
    assert [int(i[b"PARQUET:field_id"]) for i in ids] == [7, 8, 9, 10, 11]
    assert not schema.field("a").nullable and schema.field("s").nullable
    assert schema.metadata == {b"unit": b"V", b"empty": b""}
    assert file.metadata.created_by.startswith("leat version ")
    order = file.metadata.row_group(0).sorting_columns
    assert [(o.column_index, o.descending, o.nulls_first) for o in order] == [(0, True, False)]
    rows = duckdb.sql(f"SELECT name, field_id FROM parquet_schema('{tmp_path}/a.parquet') WHERE field_id IS NOT NULL").fetchall()
    assert rows == [("a", 7), ("s", 8), ("x", 9), ("y", 10), ("element", 11)]


def test_what_cannot_be_written(tmp_path):
    path = tmp_path / "a.parquet"
    with pytest.raises(writer.Failed, match="at least one column"):
        writer.write(pa.table({}), path)
    with pytest.raises(writer.Failed, match='column "s.x" has a type that Parquet files cannot hold'):
        writer.write(pa.table({"s": pa.array([{"x": dt.timedelta(1)}])}), path)
    with pytest.raises(writer.Failed, match='column "d".*with a dictionary'):
        writer.write(pa.table({"d": pa.array(["a"]).dictionary_encode()}), path)
    schema = pa.schema([pa.field("a", pa.int64(), nullable=False)])
    batch = pa.record_batch([pa.array([1, None])], schema=schema)
    with pytest.raises(writer.Failed, match='column "a" has a null, but was declared to have none'):
        writer.write(pa.Table.from_batches([batch]), path)
    far = pa.table({"t": pa.array([2**62], pa.timestamp("s"))})
    with pytest.raises(writer.Failed, match='column "t": a timestamp is too far away'):
        writer.write(far, path)
    assert not path.exists()
    path.write_text("mine")
    with pytest.raises(writer.Failed, match=r"exists: could not create file .*File exists"):
        writer.write(make(1, "none"), path)
    assert path.read_text() == "mine"
    with pytest.raises(writer.Failed, match="not_found"):
        writer.write(make(1, "none"), tmp_path / "no/a.parquet")


def test_a_full_disk_leaves_an_error_and_no_file(tmp_path):
    script = f"""
import resource, signal, sys
sys.path.insert(0, {str(writer.REPO / "tests")!r})
import pyarrow as pa, parquet_writer as writer
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
table = pa.table({{"a": pa.array(range(10**6), pa.int64()), "s": [str(i * 7919) for i in range(10**6)]}})
try:
    writer.write(table, {str(tmp_path / "a.parquet")!r}, codec="none")
except writer.Failed as e:
    print(e)
"""
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True).stdout
    assert "could not write file" in out and "File too large" in out
    assert not (tmp_path / "a.parquet").exists()


def test_memory_is_reserved(tmp_path):
    table = pa.table({"s": ["x" * 1000 + str(i) for i in range(100_000)]})
    with pytest.raises(writer.Failed, match="memory_limit: .*writing Parquet"):
        writer.write(table, tmp_path / "a.parquet", memory_bytes=128 << 20, row_group_bytes=1 << 30)
    assert not (tmp_path / "a.parquet").exists()
    writer.write(table, tmp_path / "a.parquet", memory_bytes=128 << 20, row_group_bytes=8 << 20)
    assert pq.read_table(tmp_path / "a.parquet").equals(table)


def test_memory_does_not_grow_with_rows(tmp_path):
    table = pa.table({"i": pa.array(range(200_000), pa.int64()), "x": [i / 7 for i in range(200_000)]})
    peaks = []
    for copies in (1, 2, 20):
        writer.write(pa.concat_tables([table] * copies), tmp_path / f"{copies}.parquet")
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    assert peaks[2] - peaks[1] < 4096  # KB
