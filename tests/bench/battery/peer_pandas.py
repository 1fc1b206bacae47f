# SPDX-License-Identifier: Apache-2.0
"""peer_pandas.py IN OUT: pyarrow reads dictionary codes, NumPy and pandas work on the codes, a day at a time.

It learns the columns day by day, so its files are those of leat only where the first day has all series, as the real data do; to
know them all it would have to read everything twice.
"""

import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from common import BUCKETS, EVERY, GAP, TEXT, input_files, natural, place_of, write

DAY, BUCKETS_A_DAY = 86400, 17280
COLUMNS = ["timestamp", "payload_type", "value", "tags"]
DICTIONARIES = ["payload_type", "value", "tags.list.element.list.element"]
series_by_key = {}  # (payload_type, texts of the tags) → number
places = []         # by number: (folder, column)
words, word_codes = [], {}


def series_number(kind, texts):
    key = (kind, tuple(texts))
    number = series_by_key.setdefault(key, len(series_by_key))
    if number == len(places):
        places.append(place_of(kind, list(zip(texts[::2], texts[1::2]))))
    return number


def series_codes(table):
    """A number a row. Rows with the same codes of payload_type and tags are found by a hash of the codes."""
    kinds, tags = table["payload_type"].combine_chunks(), table["tags"].combine_chunks()
    inner = tags.values
    leaf = inner.values
    codes = leaf.indices.to_numpy().astype(np.uint64)
    ends = inner.offsets.to_numpy()[tags.offsets.to_numpy()]
    position = np.arange(len(codes), dtype=np.uint64) - np.repeat(ends[:-1], np.diff(ends)).astype(np.uint64)
    mixed = (codes + np.uint64(1)) * (np.uint64(0x9E3779B97F4A7C15) * (position + np.uint64(3)) | np.uint64(1))
    mixed ^= mixed >> np.uint64(31)
    key = np.add.reduceat(mixed, ends[:-1]) * np.uint64(31) + kinds.indices.to_numpy().astype(np.uint64)
    code, keys = pd.factorize(key)
    first = np.zeros(len(keys), np.int64)
    first[code[::-1]] = np.arange(len(code))[::-1]
    names, kind_names = leaf.dictionary.to_pylist(), kinds.dictionary.to_pylist()
    flat, kind_codes = leaf.indices, kinds.indices
    numbers = [series_number(kind_names[kind_codes[int(row)].as_py()],
                             [names[c] for c in flat.slice(ends[row], ends[row + 1] - ends[row]).to_pylist()]) for row in first]
    return np.array(numbers)[code]


def values_of(table):
    """Numbers; a text is the number of its word, in the order of bytes within the file's own words."""
    value = table["value"].combine_chunks()
    texts = value.dictionary.to_pylist()
    numbers = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").to_numpy(dtype=float, copy=True)
    for i in np.flatnonzero(np.isnan(numbers)):
        if texts[i] not in word_codes:
            word_codes[texts[i]] = len(words)
            words.append(texts[i])
        numbers[i] = word_codes[texts[i]]
    return numbers[value.indices.to_numpy()]


def read(path):
    """(key, value) of the distinct samples; key = second * 4096 + series. Of different values the greater."""
    table = pq.read_table(path, columns=COLUMNS, read_dictionary=DICTIONARIES, use_threads=False).unify_dictionaries()
    return distinct(table["timestamp"].to_numpy() * 4096 + series_codes(table), values_of(table))


def distinct(key, value):
    order = np.argsort(key, kind="stable")
    key, value = key[order], value[order]
    starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    return key[starts], np.maximum.reduceat(value, starts)


def grid_of(key, value, day):
    """Dense means (the last for text) by series and bucket of the day; NaN where there is none."""
    series, bucket = key & 4095, (key // 4096 - day * DAY) // EVERY
    cell = series * BUCKETS_A_DAY + bucket
    order = np.argsort(cell, kind="stable")  # keeps the order of time, so sums are those of everybody
    cell, value = cell[order], value[order]
    starts = np.flatnonzero(np.r_[True, cell[1:] != cell[:-1]])
    counts = np.diff(np.r_[starts, len(cell)])
    means = np.bincount(np.repeat(np.arange(len(starts)), counts), weights=value) / counts
    is_text = np.array([name in TEXT for _, name in places])[cell[starts] // BUCKETS_A_DAY]
    means[is_text] = value[starts + counts - 1][is_text]
    grid = np.full((len(places), GAP + BUCKETS_A_DAY), np.nan)
    grid.reshape(-1)[cell[starts] // BUCKETS_A_DAY * (GAP + BUCKETS_A_DAY) + GAP + cell[starts] % BUCKETS_A_DAY] = means
    return grid


def fill(row):
    """Carries each value on, at most GAP buckets."""
    at = np.where(np.isnan(row), -1, np.arange(len(row)))
    np.maximum.accumulate(at, out=at)
    is_old = (np.arange(len(row)) - at > GAP) | (at < 0)
    filled = row[at]
    filled[is_old] = np.nan
    return filled


def write_day(output, grid, day):
    by_folder = {}
    for number, (folder, name) in enumerate(places):
        by_folder.setdefault(folder, []).append((natural(name), name, number))
    for folder, columns in by_folder.items():
        columns.sort()
        rows = grid[[number for *_, number in columns]]
        has_samples = ~np.isnan(rows[:, GAP:]).all(axis=0)
        filled = np.array([fill(row) for row in rows])[:, GAP:]
        for hour in range(24):
            part = slice(hour * BUCKETS, (hour + 1) * BUCKETS)
            if has_samples[part].any():
                write(output, folder, day * 24 + hour, {
                    name: as_arrow(name, filled[i, part]) for i, (_, name, _) in enumerate(columns)})


def as_arrow(name, values):
    if name not in TEXT:
        return pa.array(values, from_pandas=True)
    return pa.array([None if np.isnan(v) else words[int(v)] for v in values], pa.string())


def main(folder, output):
    days = {}
    for path in input_files(folder):
        days.setdefault(path.rsplit("/", 1)[0], []).append(path)
    rest, tail, before = [], None, None
    for paths in days.values():
        parts = rest + [read(path) for path in paths]
        key, value = distinct(*(np.concatenate(part) for part in zip(*parts)))
        day = int(np.median(key // 4096)) // DAY
        is_later = key // 4096 >= (day + 1) * DAY
        assert key[0] // 4096 >= day * DAY, "samples of a day that is written already"
        rest = [(key[is_later], value[is_later])]
        grid = grid_of(key[~is_later], value[~is_later], day)
        if before == day - 1:
            grid[:len(tail), :GAP] = tail
        tail, before = grid[:, -GAP:].copy(), day
        write_day(output, grid, day)
    assert not len(rest[0][0])


main(*sys.argv[1:])
