"""The shop, on every PostgreSQL."""

from pathlib import Path

import pytest

from tests.postgres.releases.shop import Shop, incident


@pytest.fixture
def shop(each_database: str, tmp_path: Path) -> Shop:
    made = Shop(each_database, tmp_path)
    incident(made)
    return made
