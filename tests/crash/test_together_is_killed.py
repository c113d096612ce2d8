"""A rollback of two models is killed, and resumed: both are switched by then or neither is, at every moment."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from schemaguard.releases.release import StepName
from tests.crash.test_rollback_is_killed import MOST_STATEMENTS, Template
from tests.killing import die, die_after_intent, in_a_process_that_may_die
from tests.postgres.releases.pair import Pair, laid_out
from tests.templates import Templates

EVERY = int(os.environ.get("SCHEMAGUARD_CRASH_EVERY", "100"))
"""At which statements it is killed: every hundredth; 1 for all of them, and after each of the five steps."""
STEPS = list(StepName) if EVERY < 100 else [StepName.COMMIT]
AFTER = [("fraud", "7", 3), ("limits", "2", 3)]
BEFORE = [("fraud", "8", 2), ("limits", "3", 2)]


@pytest.fixture
def template(server18: str, templates: Templates) -> Iterator[Template]:
    with templates.copy(server18, "pair", laid_out) as (url, _):
        yield Template(url)


def killed(template: Template, folder: Path, act: Callable[[Pair], Any]) -> bool:
    """Whether it was killed; afterwards it is resumed, or begun where nothing was, and all is as it should be."""
    folder.mkdir()
    copy = template.copy(folder)
    two = Pair(copy.url, folder)
    two.registry.set_alias("limits", "champion", "3")
    was_killed = in_a_process_that_may_die(lambda: act(two))
    assert two.pointers() in (BEFORE, AFTER)
    if two.ask("select 1 from schemaguard.operation where state in ('open', 'waiting')"):
        two.resume(finish=True)
    elif two.pointers() == BEFORE:
        two.back()
    verify(two)
    template.drop(two)
    return was_killed


def verify(two: Pair) -> None:
    assert two.pointers() == AFTER
    assert two.registry.aliases == {"fraud@champion": "7", "limits@champion": "2"}
    events = two.ask("select model, event from schemaguard.ledger where operation > 4 order by model, position")
    steps = ["operation-opened", "prepared", "pointer-switched", "alias-projected", "finished"]
    assert events == [(model, event) for model in ("fraud", "limits") for event in steps]
    assert two.ask("select state, count(*) from schemaguard.operation group by 1") == [("done", 5)]
    assert two.ask("select count(*) from schemaguard.outbox where delivered_at is null") == [(0,)]
    assert "channel" in two.columns()
    assert not {"entry_mode"} & two.columns()
    assert "reason" not in two.columns("predictions")
    assert two.ask("select count(*), count(distinct id) from transactions where channel = 'web'") == [(50, 50)]
    with two.site() as site:
        # It reads the ledger against every row first.
        assert [now.pointer.active for now in site.database.nows(("fraud", "limits"))] == ["7", "2"]


def test_two_models_that_are_killed_after_a_step_are_resumed(template: Template, tmp_path: Path) -> None:
    for step in STEPS:

        def watch(name: StepName, step: StepName = step) -> None:
            if name is step:
                die()

        assert killed(template, tmp_path / step, lambda two, watch=watch: two.back(watch=watch))


def test_two_models_that_are_killed_at_any_statement_are_resumed(template: Template, tmp_path: Path) -> None:
    for number in range(1, 2 * MOST_STATEMENTS, EVERY):

        def act(two: Pair, number: int = number) -> None:
            die_after_intent(number)
            two.back()

        if not killed(template, tmp_path / str(number), act):
            assert number > 1, "it was never killed"
            return
    raise AssertionError("it never came through")
