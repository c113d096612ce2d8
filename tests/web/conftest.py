"""The registries that the tests browse, opened once a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.web import projects


@pytest.fixture(scope="session")
def reference_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return projects.reference(tmp_path_factory.mktemp("reference"))


@pytest.fixture(scope="session")
def hostile_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return projects.hostile(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def reference(reference_folder: Path) -> Iterator[TestClient]:
    with projects.client(reference_folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def hostile(hostile_folder: Path) -> Iterator[TestClient]:
    with projects.client(hostile_folder) as opened:
        yield opened
