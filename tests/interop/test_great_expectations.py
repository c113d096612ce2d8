"""Great Expectations itself makes our project, and what is imported from it is what the recorded one gives."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from schemaguard.importing.great_expectations import read_project, read_suite, suite_readers
from tests.interop.environments import environment
from tests.unit.importing.catalogs import catalog_of, in_words

FIXTURES = Path(__file__).parents[1] / "fixtures"
TABLES = (FIXTURES / "feast" / "shop" / "tables.sql").read_text()


def reads(gx: Path) -> dict[str, dict[str, str]]:
    def texts(below: str) -> Iterator[tuple[str, str]]:
        yield from ((file.read_text(), file.name) for file in sorted((gx / below).rglob("*.json")))

    config = (gx / "great_expectations.yml").read_text()
    project = read_project(config, "great_expectations.yml", texts("validation_definitions"))
    found = suite_readers([read_suite(*one) for one in texts("expectations")], project, catalog_of(TABLES))
    return {one.name: in_words(one.reads) for one in found.readers}


def test_the_recorded_project_says_what_its_own_says(
    pytestconfig: pytest.Config, database: str, tmp_path: Path
) -> None:
    bin_ = environment(pytestconfig, "gx", "great_expectations[postgresql]>=1.24,<1.25")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(TABLES.encode())
    place = {"WAREHOUSE": database.replace("postgresql:", "postgresql+psycopg2:", 1), "GX_ANALYTICS_ENABLED": "False"}
    made = subprocess.run(
        [bin_ / "python", FIXTURES / "great_expectations" / "make.py", tmp_path],
        env={**os.environ, **place, "PYTHONPATH": ""}, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    fresh, recorded = reads(tmp_path / "gx"), reads(FIXTURES / "great_expectations" / "gx")
    assert fresh == recorded
    assert len(recorded) == 4
