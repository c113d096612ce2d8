"""A rollback is killed, after each step and in the middle of each; then it is resumed, and all is as it should be."""

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from schemaguard.releases.release import StepName
from tests.killing import die, die_after_intent, in_a_process_that_may_die
from tests.postgres.releases.shop import FileRegistry, Shop, incident
from tests.templates import create, drop, of

EVERY = int(os.environ.get("SCHEMAGUARD_CRASH_EVERY", "24"))
"""At which statements a rollback is killed: every 24th; 1 for all of them."""
MOST_STATEMENTS = 400


@dataclass
class Template:
    """A database with an incident, to be copied."""

    url: str

    def copy(self, folder: Path) -> Shop:
        template = self.url.partition("?")[0].rpartition("/")[2]
        name = f"{template}_{uuid.uuid4().hex[:8]}"
        create(of(self.url, "postgres"), name, template)
        made = Shop(of(self.url, name), folder)
        made.registry.set_alias("fraud", "champion", "8")
        return made

    def drop(self, shop: Shop) -> None:
        drop(of(self.url, "postgres"), shop.url.partition("?")[0].rpartition("/")[2])


@pytest.fixture
def template(database: str, tmp_path: Path) -> Template:
    (tmp_path / "template").mkdir()
    incident(Shop(database, tmp_path / "template"))
    return Template(database)


@pytest.fixture
def shop(template: Template, tmp_path: Path) -> Iterator[Shop]:
    made = template.copy(tmp_path)
    yield made
    template.drop(made)


def resume_and_verify(shop: Shop) -> None:
    if shop.ask("select 1 from schemaguard.operation where state in ('open', 'waiting')"):
        shop.resume(finish=True)
    elif shop.pointer()[0] == "8":
        # Killed before the intent was written down: nothing had begun.
        assert shop.events()[-1] == "finished"
        shop.rollback(finish=True)
    assert shop.pointer() == ("7", 3, "8")
    assert shop.registry.aliases == {"fraud@champion": "7"}
    events = [row[0] for row in shop.ask("select event from schemaguard.ledger where operation > 2 order by position")]
    assert events == ["operation-opened", "prepared", "pointer-switched", "alias-projected", "finished"]
    assert {"id", "amount", "channel"} <= shop.columns()
    assert "entry_mode" not in shop.columns()
    assert shop.ask("select channel, count(*) from transactions group by 1") == [("web", 50)]
    assert shop.ask("select state, count(*) from schemaguard.operation group by 1") == [("done", 3)]
    assert shop.ask("select count(*) from schemaguard.step where operation > 2 and state <> 'done'") == [(0,)]
    assert shop.ask("select count(*) from schemaguard.outbox where delivered_at is null") == [(0,)]
    assert shop.ask("select revision from schemaguard.held_revision order by 1") == [("0006",), ("0007",)]


@pytest.mark.parametrize("step", list(StepName))
def test_killed_after_a_step_it_is_resumed(shop: Shop, step: StepName) -> None:
    def watch(name: StepName) -> None:
        if name is step:
            die()

    assert in_a_process_that_may_die(lambda: shop.rollback(finish=True, watch=watch))
    resume_and_verify(shop)


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_around_the_change_of_the_alias_it_is_resumed(shop: Shop, when: str) -> None:
    class Deadly(FileRegistry):
        def set_alias(self, model: str, alias: str, version: str) -> None:
            if when == "after":
                super().set_alias(model, alias, version)
            die()

    def act() -> None:
        shop.registry = Deadly(shop.registry.file, "7", "8")
        shop.rollback(finish=True)

    assert in_a_process_that_may_die(act)
    resume_and_verify(shop)


def test_killed_at_any_statement_it_is_resumed(template: Template, tmp_path: Path) -> None:
    """Before every n-th statement that the rollback sends, until it comes through."""
    for number in range(1, MOST_STATEMENTS, EVERY):
        folder = tmp_path / str(number)
        folder.mkdir()
        shop = template.copy(folder)

        def act(shop: Shop = shop, number: int = number) -> None:
            die_after_intent(number)
            shop.rollback(finish=True)

        was_killed = in_a_process_that_may_die(act)
        resume_and_verify(shop)
        template.drop(shop)
        if not was_killed:
            assert number > 1, "it was never killed"
            return
    raise AssertionError("the rollback never came through")
