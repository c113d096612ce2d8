"""What a copy of the process reads ahead is what reading in order says."""

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from schemaguard.adapters.files.processes import beside
from schemaguard.catalog.objects import Catalog
from schemaguard.commands import reading_ahead as module
from schemaguard.commands.reading_ahead import reading_ahead
from schemaguard.history.graph import build
from schemaguard.history.history import History, Script, Section
from schemaguard.history.replay import replay
from schemaguard.history.revision import Revision
from schemaguard.history.sql_runner import SqlRunner, read_section

_TEXTS = (
    "CREATE TABLE t (id bigserial PRIMARY KEY, name varchar(9) NOT NULL);",
    "-- a comment\nALTER TABLE t ADD COLUMN kind text DEFAULT 'it''s', ALTER COLUMN name TYPE text; SELECT 1;",
    "BEGIN; UPDATE t SET kind = 'x'; COMMIT;",
    "DO $$ BEGIN PERFORM 1; END $$; ALTER TABL t;",
    "CREATE INDEX CONCURRENTLY ON t (kind); DROP TABLE t CASCADE;",
)


@pytest.fixture
def history() -> History:
    names = [f"{number:03}" for number in range(len(_TEXTS))]
    revisions = [Revision(name, (names[at - 1],) if at else (), f"{name}.sql") for at, name in enumerate(names)]
    scripts = {
        name: Script(Section(f"{name}.sql", text), Section(f"{name}.sql", "SELECT 2;", first_line=7))
        for name, text in zip(names, _TEXTS, strict=True)
    }
    return History("migrations", "sql", build(revisions), scripts=scripts, tool="plain")


@contextmanager
def _sent(work: Callable[[], Any]) -> Iterator[Callable[[], Any]]:
    with beside(lambda: pickle.dumps(work())) as result:
        yield lambda: pickle.loads(result())


@pytest.mark.parametrize("share", [0.0, 0.35, 0.9, 1.0])
def test_a_history_that_is_read_ahead_is_replayed_as_it_is_without(
    history: History, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_WORTH_CHARACTERS", 0)
    monkeypatch.setattr(module, "_OWN_SHARE", share)
    monkeypatch.setattr(module, "has_other_core", lambda: True)
    monkeypatch.setattr(module, "beside", _sent)

    with reading_ahead(history, history.graph.order) as ahead:
        done = replay(history, SqlRunner(history.scripts, read=ahead.read), Catalog())
        again = ahead.read(history.scripts["004"].up)

    assert done == replay(history, SqlRunner(history.scripts), Catalog())
    assert again == read_section(history.scripts["004"].up)


@pytest.mark.parametrize(("worth", "has_core", "first"), [(0, False, "000"), (9_999, True, "000"), (0, True, "004")])
def test_no_copy_is_made_for_little_or_without_a_core_for_it(
    history: History, worth: int, has_core: bool, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_WORTH_CHARACTERS", worth)
    monkeypatch.setattr(module, "has_other_core", lambda: has_core)
    monkeypatch.setattr(module, "beside", None)

    with reading_ahead(history, history.graph.order) as ahead:
        for name in (name for name in history.graph.order if name >= first):
            section = history.scripts[name].up
            assert ahead.read(section) == read_section(section)
