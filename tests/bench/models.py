# SPDX-License-Identifier: Apache-2.0
"""1,000 generated models, the same for every program: 100 make rows, each of the others reads one of the layer before."""

LAYERS, WIDTH = 10, 100


def models():
    """(name, SQL, name of the model it reads or None), in an order in which each follows what it reads."""
    for i in range(LAYERS * WIDTH):
        if i < WIDTH:
            yield f"m_{i:04}", f"SELECT range AS id, range * {i + 1} AS x FROM range(100)", None
        else:
            yield f"m_{i:04}", f"SELECT id, x + {i} AS x FROM {{}} WHERE id <> {i % 100}", f"m_{i - WIDTH:04}"


def statements(schema):
    """(name, SQL with the names of tables written out)"""
    for name, sql, reads in models():
        yield name, sql.format(f"{schema}.{reads}")


def write_leat(folder):
    (folder / "models/bench").mkdir(parents=True)
    (folder / "leat.yaml").write_text("name: bench\n")
    for name, sql in statements("bench"):
        (folder / f"models/bench/{name}.sql").write_text(f"/*---\nmaterialized: table\n---*/\n{sql}\n")


def write_dbt(folder):
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(
        "name: bench\nversion: '1.0'\nprofile: bench\nmodels:\n  bench:\n    +materialized: table\n"
        "flags:\n  send_anonymous_usage_stats: false\n")
    (folder / "profiles.yml").write_text(
        "bench:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: bench.duckdb, threads: 2}\n")
    for name, sql, reads in models():
        (folder / f"models/{name}.sql").write_text(sql.format(f"{{{{ ref('{reads}') }}}}") + "\n")
