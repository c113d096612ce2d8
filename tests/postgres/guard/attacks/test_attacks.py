"""Nothing that is marked is lost, whoever sends what: through Alembic with the guard, and from a client without one.

Each second attack runs on one PostgreSQL, taking turns; SCHEMAGUARD_ALL_ATTACKS=1 (`make attacks`) runs all on both.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import VERSIONS, unguarded
from tests.postgres.guard.attacks import field
from tests.postgres.guard.attacks.field import Field
from tests.postgres.guard.attacks.more import MEANT, MORE_DROPS, MORE_ROWS
from tests.postgres.guard.attacks.table import CONTROL, DROPS, HIDING, ORDINARY, RETYPES, ROWS, Attack

EVERY = bool(os.environ.get("SCHEMAGUARD_ALL_ATTACKS"))
_fields: dict[str, Field] = {}


@pytest.fixture(scope="module")
def fields(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The templates of a server, made when the first test asks for them."""

    def of(version: str) -> Field:
        if version not in _fields:
            _fields[version] = field.lay_out(request.getfixturevalue(f"server{version}"))
        return _fields[version]

    yield of
    _fields.clear()


def turns(attacks: tuple[Any, ...], first: int = 0, share: int = 2) -> list[Any]:
    """Each of them on every version; or one of so many of them, on the next one in turn."""
    names = [each.name if isinstance(each, Attack) else " ⏎ ".join(each) for each in attacks]
    return [
        pytest.param(version, each, id=f"{version}: {name[:60]}")
        for number, (name, each) in enumerate(zip(names, attacks, strict=True))
        for place, version in enumerate(VERSIONS)
        if EVERY or (number + first) % (share * len(VERSIONS)) == place
    ]


def is_fair(said: str, attack: Attack, retired: frozenset[str]) -> bool:
    """Only what the attack names is retired, and nothing where it was refused."""
    return not retired if said else attack.retired is None or retired <= attack.retired


@pytest.mark.parametrize(("version", "attack"), [*turns((*DROPS, *RETYPES, *CONTROL)), *turns(MORE_DROPS, share=6)])
def test_a_revision_loses_nothing_although_no_contract_names_it(
    fields: Any, tmp_path: Path, version: str, attack: Attack
) -> None:
    there = fields(version)
    with there.copy(there.free) as url:
        said = field.upgrade(url, tmp_path / "m", attack.lines)
        assert field.lost(url) == frozenset(), said
        assert is_fair(said, attack, field.retired(url)), said


@pytest.mark.parametrize(("version", "attack"), [*turns((*ROWS, *HIDING), 1), *turns(MORE_ROWS, share=6)])
def test_a_revision_takes_no_value_out_of_the_sight_of_a_version_that_serves(
    fields: Any, tmp_path: Path, version: str, attack: Attack
) -> None:
    there = fields(version)
    with there.copy(there.promised) as url:
        before = field.kept(url)
        said = field.upgrade(url, tmp_path / "m", attack.lines)
        assert field.lost(url) == frozenset(), said
        if attack in HIDING:
            assert "this would break what is promised" in said
            assert field.kept(url) == before


@pytest.mark.parametrize(
    ("version", "attack"),
    [
        *turns(tuple(each for each in (*DROPS, *RETYPES) if each.is_sql), 1),
        *turns(tuple(each for each in MORE_DROPS if each.name not in MEANT), 1, share=6),
    ],
)
def test_a_client_that_knows_of_no_guard_loses_nothing(fields: Any, version: str, attack: Attack) -> None:
    there = fields(version)
    with there.copy(there.free) as url:
        said = field.send(url, attack.lines)
        assert field.lost(url) == frozenset(), said
        assert field.retired(url) == frozenset()


@pytest.mark.parametrize(("version", "attack"), turns(HIDING))
def test_a_client_that_knows_of_no_guard_renames_nothing_that_a_contract_names(
    fields: Any, version: str, attack: Attack
) -> None:
    there = fields(version)
    with there.copy(there.promised) as url:
        before = field.kept(url)
        assert field.send(url, attack.lines).startswith("SG003")
        assert field.kept(url) == before


@pytest.mark.parametrize(("version", "lines"), turns(ORDINARY))
def test_an_ordinary_revision_gives_the_schema_that_plain_alembic_gives(
    fields: Any, tmp_path: Path, version: str, lines: tuple[str, ...]
) -> None:
    there = fields(version)
    with there.copy(there.free) as guarded, there.copy(there.bare) as plain:
        assert field.upgrade(guarded, tmp_path / "m", lines) == ""
        with unguarded():
            assert field.upgrade(plain, tmp_path / "n", lines, guarded=False) == ""
        assert field.in_sight(guarded) == field.in_sight(plain)
        assert field.lost(guarded) == frozenset()
