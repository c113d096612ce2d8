"""Feast itself applies our feature repository; what is imported from its registry is what the recorded one gives."""

import shutil
import subprocess
from pathlib import Path

import pytest

from schemaguard.importing.feast import feast_readers, read_registry
from tests.interop.environments import environment
from tests.unit.importing.catalogs import catalog_of, in_words

FIXTURES = Path(__file__).parents[1] / "fixtures" / "feast"
CATALOG = catalog_of((FIXTURES / "shop" / "tables.sql").read_text())


def reads(data: bytes) -> dict[str, dict[str, str]]:
    return {one.name: in_words(one.reads) for one in feast_readers(read_registry(data, "registry.db"), CATALOG).readers}


def test_the_recorded_registry_says_what_feast_s_own_says(pytestconfig: pytest.Config, tmp_path: Path) -> None:
    feast = environment(pytestconfig, "feast", "feast>=0.67,<0.68", "psycopg[binary,pool]") / "feast"
    project = tmp_path / "shop"
    shutil.copytree(FIXTURES / "shop", project)

    def run(*words: str) -> bytes:
        done = subprocess.run([feast, *words], cwd=project, capture_output=True, check=False, timeout=300)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    run("apply", "--skip-source-validation")
    recorded = reads((FIXTURES / "recorded" / "registry.db").read_bytes())
    assert reads((project / "data" / "registry.db").read_bytes()) == recorded
    assert reads(run("registry-dump")) == recorded
    assert len(recorded) == 4
