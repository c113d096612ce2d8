"""A few tenants, copied for each test."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres.fleet.tenants import Tenants, template
from tests.templates import Templates


@pytest.fixture
def tenants(server18: str, templates: Templates, tmp_path: Path) -> Iterator[Tenants]:
    """Three of them, the first a canary."""
    mark = uuid.uuid4().hex[:8]
    made = Tenants(server18, tmp_path, tuple(f"t{number}_{mark}" for number in range(3)), f"fleet_{mark}")
    with templates.copy(server18, "tenant", template) as (url, _):
        made.lay_out(url.partition("?")[0].rpartition("/")[2])
    yield made
    made.leave()
