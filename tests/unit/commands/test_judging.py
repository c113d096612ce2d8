"""Judging that is shared with a copy of the process says what judging alone says."""

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from schemaguard.adapters.files.processes import beside
from schemaguard.catalog.objects import Catalog
from schemaguard.commands import judging
from schemaguard.history.revision import Replay, Revision, Run
from schemaguard.rules.judging.judge import Terms, judge
from tests.unit.rules.runs import run_of

_MADE = "CREATE TABLE t_{0} (id bigint PRIMARY KEY); CREATE TABLE u_{0} (id bigint PRIMARY KEY, t bigint)"
_ALTERED = "ALTER TABLE t_{0} ADD COLUMN a text; ALTER TABLE u_{0} DROP COLUMN t"
_IGNORED = "-- schemaguard: ignore[no-lock-timeout] nobody reads it yet\nALTER TABLE t_{0} ADD COLUMN b text"
_TIMED = "SET lock_timeout = '1s'; ALTER TABLE t_{0} ADD COLUMN c text"


def _replay(history: str, *texts: str) -> Replay:
    runs: list[Run] = []
    for number, text in enumerate(texts):
        run = run_of(text, runs[-1].after if runs else Catalog())
        revision = Revision(f"{number:03}", (), f"{history}/{number:03}.sql")
        runs.append(Run(revision, "upgrade", run.steps, run.before, run.after))
    return Replay(history, tuple(runs), (), runs[-1].after, {}, frozenset(run.revision.id for run in runs if run.steps))


_ALL = tuple(form.format(n) for n in range(6) for form in (_MADE, _ALTERED, _IGNORED, _TIMED))
_LATE = tuple(form.format(n) for n in range(6) for form in (_MADE, _TIMED, _IGNORED))
_QUIET = tuple(form.format(n) for n in range(6) for form in (_MADE,))


@pytest.mark.parametrize(
    "replays",
    [
        pytest.param((_replay("a", *_ALL),), id="a rule speaks once in the first half and would again in the second"),
        pytest.param((_replay("a", *_QUIET, *_ALL),), id="it speaks in the second half alone"),
        pytest.param((_replay("a", *_LATE, *_ALL),), id="it is suppressed in the first half"),
        pytest.param((_replay("a", *_ALL), _replay("b", *_LATE), _replay("c", *_ALL)), id="three histories"),
        pytest.param((_replay("a", *_MADE.split("; ")[:1]),), id="one revision"),
    ],
)
@pytest.mark.parametrize("is_against_base", [False, True])
def test_two_processes_find_what_one_finds(
    replays: tuple[Replay, ...], is_against_base: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    terms = Terms(is_against_base=is_against_base)
    monkeypatch.setattr(judging, "has_other_core", lambda: False)
    alone = judging.judged_by_all(replays, terms)
    assert alone[0] == judge(replays, terms)
    monkeypatch.setattr(judging, "_WORTH_STATEMENTS", 0)
    assert judging.judged_by_all(replays, terms) == alone
    monkeypatch.setattr(judging, "has_other_core", lambda: True)
    monkeypatch.setattr(judging, "beside", _sent)

    shared = judging.judged_by_all(replays, terms)

    assert shared == alone
    assert alone[1]
    assert [one.fix.is_safe for one in shared[0] if one.fix] == [one.fix.is_safe for one in alone[0] if one.fix]


@contextmanager
def _sent(work: Callable[[], Any]) -> Iterator[Callable[[], Any]]:
    """As a copy's result that arrives: what couldn't be sent is an error here, and not done again."""
    with beside(lambda: pickle.dumps(work())) as result:
        yield lambda: pickle.loads(result())


def test_a_copy_finds_fixes_and_sends_them() -> None:
    terms = Terms()
    (found,) = judging._found((judging._Share(0, range(1, 2)),), (_replay("a", *_ALL),), terms)

    sent = pickle.loads(pickle.dumps(judging._to_be_sent(found)))

    assert sent == found
    assert any(one.fix is not None for group in found.groups for one in group)
