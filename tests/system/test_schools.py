# SPDX-License-Identifier: Apache-2.0
"""School files as they are published: fixed width with a footer, TSV with suppressed cells, CSV.
Every value is compared with an independent reading by Python."""

import csv
import json
from collections import Counter
from decimal import Decimal

import pytest

LIST, DEMOGRAPHICS = "RoadMapProjectSchoolList.txt", "student_demographics_2016-17.txt"
SEATTLE, BY_SCHOOL = "teacher_percent_seattle_2017-2022.csv", "student_teacher_by_school_2016-17.csv"
SUPPRESSED = {"N<10", ">95%"}


@pytest.fixture
def schools(shared_data):
    folder = shared_data / "schools"
    for name in (LIST, DEMOGRAPHICS, SEATTLE, BY_SCHOOL):
        if not (folder / name).exists():
            pytest.skip(f"no {folder / name}")
    return folder


@pytest.fixture
def load(leat, project, referee, schools):
    """load(file, options) is ({column: type}, rows, dialect) of the landed table."""
    def run(name, options=""):
        p = project({"leat.yaml": f"name: schools\nsources:\n  s:\n    files: {schools / name}\n{options}"})
        result = leat.ok("run", "-C", p)
        source = json.loads(leat.ok("ls", "--sources", "-C", p, "-o", "jsonl").out)
        w = referee(p / "warehouse")
        types = {c[0]: c[1] for c in w.sql("DESCRIBE w.raw.s").fetchall()}
        rows = w.sql("FROM w.raw.s").fetchall()
        w.close()
        assert (source["rows"], source["rejects"], source["lock"]) == (len(rows), 0, "locked"), result
        assert f"{len(rows):,} rows in, {len(rows):,} out" in result.err
        return types, rows, source["dialect"]
    return run


def read(path, delimiter=","):
    with open(path, encoding="utf-8-sig", newline="") as f:
        names, *rows = csv.reader(f, delimiter=delimiter)
    return names, rows


def read_fixed(path):
    """By the line of dashes, up to the first empty line."""
    names, dashes, *lines = path.read_bytes().decode("utf-8-sig").split("\n")
    widths = [len(word) for word in dashes.split()]
    starts = [sum(widths[:i]) + i for i in range(len(widths))]
    rows = []
    for line in lines:
        if not line.strip():
            break
        rows.append([line[start:start + width].rstrip() for start, width in zip(starts, widths)])
    return names.split(), rows


def value(text, kind, nulls=()):
    """As the type of the column says; a type that loses a digit is not compared as equal."""
    if text == "" or text in nulls:
        return None
    if kind == "BIGINT":
        assert str(int(text)) == text
        return int(text)
    if kind.startswith("DECIMAL"):
        scale = int(kind.rstrip(")").split(",")[1])
        assert len(text.partition(".")[2]) <= scale
        return Decimal(text)
    assert kind == "VARCHAR", kind
    return text


def check_equal(types, rows, names, given, nulls=()):
    assert list(types) == names
    assert len(rows) == len(given)
    expected = [tuple(value(t, kind, nulls) for t, kind in zip(row, types.values())) for row in given]
    assert Counter(rows) == Counter(expected)


def columns(types, kind):
    return {name for name, found in types.items() if found == kind}


def test_fixed_width_list(load, schools):
    types, rows, dialect = load(LIST, "    format: fixed_width\n")
    names, given = read_fixed(schools / LIST)
    assert len(given) == 194
    assert dialect == "fixed width, 13 columns, decimal ., utf-8, header, 5 lines of footer, byte order mark"
    check_equal(types, rows, names, given)
    # One school has the word NULL in its columns, so these are text.
    assert columns(types, "VARCHAR") == {"StreetAddress", "City", "State", "ZIP", "Lat", "Long"}
    assert columns(types, "BIGINT") == set(names) - columns(types, "VARCHAR")


def test_fixed_width_list_with_declared_null(load, schools):
    types, rows, _ = load(LIST, "    format: fixed_width\n    nulls: ['NULL']\n")
    names, given = read_fixed(schools / LIST)
    check_equal(types, rows, names, given, nulls=["NULL"])
    assert (types["ZIP"], types["Lat"], types["Long"]) == ("BIGINT", "DECIMAL(18,6)", "DECIMAL(18,6)")
    assert sum(row[names.index("Lat")] is None for row in rows) == 1


def test_demographics_keep_suppressed_cells(load, schools):
    types, rows, dialect = load(DEMOGRAPHICS, "    format: tsv\n")
    names, given = read(schools / DEMOGRAPHICS, "\t")
    assert dialect == 'delimiter tab, quote ", decimal ., utf-8, header'
    check_equal(types, rows, names, given)
    assert len(rows) == 2445 and sum(row[names.index("TotalEnrollment")] for row in rows) == 1_111_363
    assert {types["NumberFosterCare"], types["PercentFreeorReducedPricedMeals"]} == {"VARCHAR"}
    words = Counter(v for row in rows for v in row if v in SUPPRESSED)
    assert words == {"N<10": 2224, ">95%": 41}
    # Codes with a leading zero stay as they are, and so do blanks that belong to a value.
    assert (types["CountyNumber"], types["CountyDistrictNumber"]) == ("VARCHAR", "VARCHAR")
    assert {"01", "09"} <= {row[names.index("CountyNumber")] for row in rows}
    assert "PK-6      " in {row[names.index("GradeSpan")] for row in rows}


def test_demographics_with_suppressed_cells_as_nulls(load, schools):
    types, rows, _ = load(DEMOGRAPHICS, "    format: tsv\n    nulls: ['N<10', '>95%']\n")
    names, given = read(schools / DEMOGRAPHICS, "\t")
    check_equal(types, rows, names, given, nulls=SUPPRESSED)
    assert (types["NumberFosterCare"], types["PercentFreeorReducedPricedMeals"]) == ("BIGINT", "DECIMAL(18,2)")
    assert sum(row[names.index("NumberFosterCare")] is None for row in rows) == 2224


def test_demographics_declared_as_numbers_set_suppressed_rows_aside(leat, project, referee, schools):
    """Nothing is lost where a type is declared: rows in = rows out + rejected, each reject with its text."""
    p = project({"leat.yaml": f"""\
name: schools
sources:
  s:
    files: {schools / DEMOGRAPHICS}
    format: tsv
    on_reject: keep
    max_rejects: 3000
    columns: {{NumberFosterCare: {{type: bigint}}}}
"""})
    result = leat.ok("run", "-C", p)
    assert "2,445 rows in, 221 out, 2,224 rejected" in result.err
    w = referee(p / "warehouse")
    assert w.sql("SELECT column_name, text, count(*), count(DISTINCT record) FROM w.leat.rejects GROUP BY ALL"
                 ).fetchall() == [("NumberFosterCare", "N<10", 2224, 2224)]
    names, given = read(schools / DEMOGRAPHICS, "\t")
    raw = ["\t".join(row) for row in given if row[names.index("NumberFosterCare")] == "N<10"]
    assert [r[0] for r in w.sql("SELECT raw FROM w.leat.rejects ORDER BY record").fetchall()] == raw
    w.close()


def test_seattle_teachers(load, schools):
    types, rows, dialect = load(SEATTLE)
    names, given = read(schools / SEATTLE)
    assert dialect == 'delimiter ,, quote ", decimal ., utf-8, header'
    check_equal(types, rows, names, given)
    assert types == {"SchoolYr": "DECIMAL(18,1)", "SchoolName": "VARCHAR", "DemographicCategory": "VARCHAR",
                     "TeacherPercent": "DECIMAL(18,4)"}
    # No word is a null by itself; the empty cell is.
    assert sum(row[1] == "NULL" for row in rows) == 78 and sum(row[3] is None for row in rows) == 260


def test_seattle_teachers_with_declared_null(load, schools):
    types, rows, _ = load(SEATTLE, "    nulls: ['NULL']\n")
    names, given = read(schools / SEATTLE)
    check_equal(types, rows, names, given, nulls=["NULL"])
    assert sum(row[1] is None for row in rows) == 78


def test_students_and_teachers_by_school(load, schools):
    types, rows, _ = load(BY_SCHOOL)
    names, given = read(schools / BY_SCHOOL)
    check_equal(types, rows, names, given)
    assert columns(types, "BIGINT") == {"demographic_count", "total"} and types["percent"] == "DECIMAL(18,2)"
    districts = {f"{district} School District" for district in ("Auburn", "Kent", "Renton")}
    assert len(rows) == 1372 and {row[1] for row in rows} == districts
