# SPDX-License-Identifier: Apache-2.0
"""models_duckdb.py database|parquet|ducklake FOLDER: builds the generated models with DuckDB in one process.

database: tables in one DuckDB file. parquet: in memory, each also copied to a Parquet file. ducklake: through the
official extension with its catalog in SQLite, one commit a model, as any tool that publishes model by model does.
"""

import sys
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from models import statements  # noqa: E402

kind, folder = sys.argv[1:3]
con = duckdb.connect(f"{folder}/plain.duckdb" if kind == "database" else ":memory:")
if kind == "ducklake":
    from duckdb_extension_ducklake import __file__ as ducklake
    from duckdb_extension_sqlite_scanner import __file__ as sqlite
    for package, name in ((sqlite, "sqlite_scanner"), (ducklake, "ducklake")):
        con.execute(f"LOAD '{next(Path(package).parent.rglob(f'{name}.duckdb_extension'))}'")
    con.execute(f"ATTACH 'ducklake:sqlite:{folder}/catalog.sqlite' AS lake "
                f"(DATA_PATH '{folder}/data/', DATA_INLINING_ROW_LIMIT 0)")
    con.execute("USE lake")
con.execute("CREATE SCHEMA bench")
for name, sql in statements("bench"):
    con.execute(f"CREATE TABLE bench.{name} AS {sql}")
    if kind == "parquet":
        con.execute(f"COPY bench.{name} TO '{folder}/{name}.parquet' (FORMAT parquet)")
con.close()
