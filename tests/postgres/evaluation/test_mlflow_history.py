"""MLflow's own migrations, as they are in the installed wheel: what static reading says against a real upgrade."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import psycopg
from sqlalchemy import create_mock_engine

from schemaguard import config
from schemaguard.adapters.files.tree import DiskFiles
from schemaguard.adapters.postgres import introspect
from schemaguard.catalog.diff import difference
from schemaguard.commands.catalog import static_catalog
from schemaguard.commands.reading import Reading

# MLflow makes its first tables from its models, then upgrades them.
_UPGRADE = """
import sys
import sqlalchemy
from mlflow.store.db import utils
utils._initialize_tables(sqlalchemy.create_engine(sys.argv[1]))
"""
_FROM_PROTOBUF = {"runs.status", "status of runs", "runs_status_check of runs"}
"""Their length and labels come from the bytes of a protobuf descriptor: unknown is the right answer."""


def _first_tables() -> str:
    from mlflow.store.tracking.dbmodels.initial_models import Base

    statements: list[str] = []
    engine = create_mock_engine(
        "postgresql+psycopg://", lambda statement, *_: statements.append(str(statement.compile(dialect=engine.dialect)))
    )
    Base.metadata.create_all(engine, checkfirst=False)
    return ";\n".join(statements) + ";\n"


def test_the_static_catalog_of_mlflow_is_what_its_upgrade_makes(database: str, tmp_path: Path) -> None:
    spec = find_spec("mlflow")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    package = Path(next(iter(spec.submodule_search_locations)))
    url = database.replace("postgresql://", "postgresql+psycopg://")
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _UPGRADE, url],
        check=True,
        capture_output=True,
        env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"},
    )
    initial = tmp_path / "initial.sql"
    initial.write_text(_first_tables())
    with psycopg.connect(database) as connection:
        real = introspect.read_catalog(connection)
    root = package.parent
    reading = Reading(config.Config(root=root), DiskFiles(root), initial=str(initial))
    static = static_catalog(reading, str(package / "store/db_migrations/versions")).catalog
    found = [one for one in difference(static, real) if not one.object.startswith("alembic_version")]
    assert len(real.tables) > 50
    assert {one.object for one in found} <= _FROM_PROTOBUF, found
    assert static.opaque == 1
