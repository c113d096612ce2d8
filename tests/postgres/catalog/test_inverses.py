"""An inverse, carried out on a server behind its change, leaves the catalog that was before it."""

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from schemaguard.adapters.postgres.introspect import read_catalog
from schemaguard.catalog import changes as c
from schemaguard.catalog.apply import apply
from schemaguard.catalog.diff import difference
from schemaguard.catalog.inverse import Inverse, inverse
from schemaguard.catalog.objects import Catalog, Check, ForeignKey
from schemaguard.sql.queries.lineage import complete
from schemaguard.sql.reading.translate import translate
from schemaguard.sql.writing.statements import render
from tests.conftest import VERSIONS
from tests.postgres.catalog.servers import cases, lock_cases

LOCKS_SETUP, LOCKS_STATEMENTS = lock_cases()
SETUP, OWN_STATEMENTS = cases("inverses.sql")
STATEMENTS = tuple(dict.fromkeys((*LOCKS_STATEMENTS, *OWN_STATEMENTS)))


@pytest.fixture(scope="module", params=VERSIONS)
def connection(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    url = request.getfixturevalue(f"server{request.param}")
    with psycopg.connect(url) as opened:
        opened.execute("set client_min_messages = error")
        opened.execute("drop schema if exists public, side cascade; create schema public")
        opened.execute(LOCKS_SETUP)
        opened.execute(SETUP)
        yield opened
        opened.rollback()


def _found(statement: str, before: Catalog) -> Inverse:
    (change,) = translate(statement)
    return inverse(complete(change, before), before, with_guard=False)


def _as_after_a_way_back(catalog: Catalog) -> Catalog:
    """What comes back unvalidated counts as back: its rows haven't been read again."""
    tables = {
        name: replace(
            table,
            constraints=tuple(
                replace(k, valid=False) if isinstance(k, ForeignKey | Check) else k for k in table.constraints
            ),
        )
        for name, table in catalog.tables.items()
    }
    return replace(catalog, tables=tables)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_an_inverse_brings_the_catalog_back(connection: psycopg.Connection, statement: str) -> None:
    with connection.transaction(force_rollback=True):
        before = read_catalog(connection)
        found = _found(statement, before)
        if found.cls not in ("instant", "slow") or not found.changes:
            assert found.cls in ("lossy", "impossible", "none") or found.why
            return
        connection.execute(statement.encode())
        for change in found.changes:
            one = replace(change, concurrently=False) if isinstance(change, c.CreateIndex) else change
            text = render(one)
            assert text is not None, one
            connection.execute(text.encode())
        after = read_catalog(connection)
    back = difference(_as_after_a_way_back(before), _as_after_a_way_back(after))
    assert [str(one) for one in back] == []
    assert _definitions(after) == _definitions(before)


def _definitions(catalog: Catalog) -> list[str | None]:
    """What the server spells as a whole: bodies, conditions and options that are no part of a catalog otherwise."""
    owners = (*catalog.tables.values(), *catalog.views.values())
    found = [(str(owner.name), trigger.name, trigger.definition) for owner in owners for trigger in owner.triggers]
    found += [(str(one.name), str(one.arguments), one.definition) for one in catalog.functions.values()]
    return [definition for _, _, definition in sorted(found, key=lambda one: one[:2])]


def test_a_function_that_not_everybody_may_call_does_not_come_back_open_to_all(connection: psycopg.Connection) -> None:
    found = _found("drop function guarded(int)", read_catalog(connection))
    assert (found.cls, found.changes) == ("impossible", ())
    assert found.why == "who may call guarded wouldn't come back with it"


def test_what_was_renamed_since_the_server_spelled_it_is_not_spelled(connection: psycopg.Connection) -> None:
    catalog = read_catalog(connection)
    for renaming, dropping in (
        ("alter function nf(int) rename to other", "drop function other(int)"),
        ("alter table watched rename to seen", "drop trigger conditional on seen"),
        ("alter table watched rename column label to mark", "drop trigger listed on watched"),
        ("alter trigger listed on watched rename to other", "drop trigger other on watched"),
        ("alter function trig() rename to other", "drop trigger conditional on watched"),
    ):
        (change,) = translate(renaming)
        found = _found(dropping, apply(change, catalog))
        assert [render(one) for one in found.changes] == [None], renaming
