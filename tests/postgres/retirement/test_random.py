"""Random drops: what is said of the way back is what happens, and no write is refused that a drop lets through.

`make rollbacks` tells 500 of them to their end, through promotion and rollback.
"""

import os
import tempfile
import uuid
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings

from schemaguard.adapters import control
from tests.postgres.retirement.cases import LISTED, Case
from tests.postgres.retirement.going_back import database, tell
from tests.postgres.retirement.random_cases import cases, is_required
from tests.postgres.retirement.trial import Connection, tried
from tests.templates import create, drop, of

EXAMPLES = int(os.environ.get("SCHEMAGUARD_ROLLBACKS", "3"))
_UNHURRIED = {"deadline": None, "suppress_health_check": list(HealthCheck)}
_numbers = count(1)


@settings(max_examples=40, **_UNHURRIED)  # type: ignore[arg-type]  # a mapping of several kinds
@given(case=cases())
def test_a_random_column_that_is_retired_is_in_nobodys_way_and_comes_back(retiring: Connection, case: Case) -> None:
    trial = tried(retiring, case)
    assert trial.wrong == ()
    assert trial.predicted == ("impossible" if trial.refused else trial.cls)


@pytest.fixture(scope="module")
def template(server: str) -> Iterator[tuple[str, str]]:
    """A server, and a database on it with a control schema, to be copied."""
    name = f"t{uuid.uuid4().hex[:10]}"
    create(server, name)
    with psycopg.connect(of(server, name), autocommit=True) as connection:
        control.install(connection)
    yield server, name
    drop(server, name)


@settings(max_examples=EXAMPLES, **_UNHURRIED)  # type: ignore[arg-type]  # a mapping of several kinds
@given(case=cases())
def test_the_class_that_is_said_of_a_random_rollback_is_what_happens(template: tuple[str, str], case: Case) -> None:
    with database(*template, next(_numbers)) as url:
        told = tell(url, Path(tempfile.mkdtemp(prefix="sgback")), case, required=is_required(case))
    assert told.wrong == ()


@pytest.mark.parametrize(
    ("name", "required", "fill", "said", "owed"),
    [
        ("plain", False, None, "instant", set()),
        ("unique with default", False, None, "slow", {"t_x_key"}),
        ("foreign key out, required, deferred", True, None, "needs values", set()),
        ("foreign key out, required, deferred", True, "1", "needs values", set()),
        ("required, no default, nothing inserted", True, None, "slow", set()),
        ("table with a key out", False, None, "instant", {"x_v_fkey"}),
    ],
)
def test_a_rollback_says_what_it_does(
    template: tuple[str, str], tmp_path: Path, name: str, required: bool, fill: str | None, said: str, owed: set[str]
) -> None:
    with database(*template, next(_numbers)) as url:
        told = tell(url, tmp_path, LISTED[name], required=required, fill=fill)
    assert told.wrong == ()
    happened = "needs values" if said == "needs values" and fill is None else "done"
    assert (told.said, told.happened, told.owed) == (said, happened, owed)
