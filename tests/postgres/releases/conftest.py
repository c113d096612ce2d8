"""The shop, on every PostgreSQL."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import VERSIONS
from tests.postgres.releases.pair import Pair, laid_out
from tests.postgres.releases.shop import Shop, incident
from tests.templates import Templates


@pytest.fixture(params=VERSIONS)
def shop(request: pytest.FixtureRequest, templates: Templates, tmp_path: Path) -> Iterator[Shop]:
    server = request.getfixturevalue(f"server{request.param}")
    with templates.copy(server, "incident", lambda url, folder: incident(Shop(url, folder))) as (url, folder):
        for file in folder.iterdir():
            shutil.copy(file, tmp_path)
        yield Shop(url, tmp_path)


@pytest.fixture
def two(request: pytest.FixtureRequest, templates: Templates, tmp_path: Path) -> Iterator[Pair]:
    server = request.getfixturevalue(f"server{VERSIONS[-1]}")
    with templates.copy(server, "pair", laid_out) as (url, folder):
        for file in folder.iterdir():
            shutil.copy(file, tmp_path)
        yield Pair(url, tmp_path)
