"""dbt itself compiles our project, and what is imported from its manifest is what the recorded one gives.

It pins versions that ours can't live with, so it has a virtual environment of its own (about 150 MB), made at the first
run and kept in pytest's cache. dbt 1.11 and newer download a program from the internet while they are installed.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from schemaguard.catalog.objects import Catalog
from schemaguard.history.folding import fold
from schemaguard.importing.dbt import dbt_readers, read_manifest
from schemaguard.sql.reading.statements import split
from schemaguard.sql.reading.translate import translate
from tests.contracts.projects import MIGRATION
from tests.interop.environments import environment

REQUIREMENTS = ("dbt-core>=1.9,<1.11", "dbt-postgres>=1.9,<1.11")
FIXTURES = Path(__file__).parents[1] / "fixtures" / "dbt"


@pytest.fixture(scope="session")
def dbt(pytestconfig: pytest.Config) -> Path:
    """dbt's program."""
    return environment(pytestconfig, "dbt", *REQUIREMENTS) / "dbt"


def test_the_recorded_manifest_says_what_dbt_s_own_says(dbt: Path, database: str, tmp_path: Path) -> None:
    catalog = Catalog()
    for statement in split(MIGRATION, ""):
        _, catalog = fold(translate(statement.sql), catalog)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(MIGRATION.encode())
        connection.execute("create table events (payload jsonb)")
        name = connection.info.dbname
    project = tmp_path / "shop"
    shutil.copytree(FIXTURES / "shop", project)
    place = {"SHOP_HOST": str(conninfo_to_dict(database)["host"]), "SHOP_DATABASE": name}
    quiet = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "False"}
    done = subprocess.run(
        [dbt, "compile", "--profiles-dir", "."],
        cwd=project, env={**os.environ, **place, **quiet}, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    fresh = read_manifest((project / "target" / "manifest.json").read_text(), "manifest.json")
    recorded = read_manifest((FIXTURES / "recorded" / "manifest.json").read_text(), "manifest.json")
    assert json.loads((FIXTURES / "recorded" / "manifest.json").read_text())["metadata"]["project_name"] == "shop"
    mine, theirs = dbt_readers(recorded, catalog), dbt_readers(fresh, catalog)
    assert {one.name: one.reads for one in mine.readers} == {one.name: one.reads for one in theirs.readers}
    assert len(mine.readers) == 4
