"""A shop whose watcher may act: fraud 8 is a canary beside fraud 7, and a playbook judges what they answer."""

import os
import random
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psycopg

from schemaguard.commands.watch import publish_playbook, watch_once
from schemaguard.playbooks.acting import WatchRound
from tests.killing import die_at
from tests.postgres.releases.shop import Shop, before_a_canary

ROLE = "schemaguard_test_executes"
PLAYBOOK = f"""\
version: 1
model: fraud
owner: risk-ml
mode: act
sources:
  scored: {{kind: table, table: scored, version_column: version, time_column: at, settle: 1s}}
triggers:
  - {{name: error-rate, measure: {{source: scored, where: failed}}, trip: error rate > 2 %, action: rollback}}
  - {{name: slow, measure: {{source: scored, column: latency}}, trip: p95 > 300 ms, action: freeze}}
evaluation: {{alpha: 0.01, every: 1s, missing: {{after: 600, then: freeze}}, false_alarm_every: 1d}}
canary:
  steps:
    - {{percent: 10, hold: 10m, min_requests: 100}}
    - {{percent: 50, hold: 10m, min_requests: 100}}
    - {{percent: 100, hold: 1h}}
fallback: {{version: "7"}}
after_rollback: {{freeze: 1h, cooldown: 30m, most: 2, within: 24h}}
roles: {{declare: [{ROLE}], execute: [nobody, {ROLE}], communicate: [{ROLE}], approve: [{ROLE}]}}
"""
TABLE = """\
create table scored (at timestamptz not null, version text not null, failed boolean not null, latency real not null);
create index on scored (at)"""
ROWS = """\
insert into scored
select date_trunc('second', clock_timestamp()) - make_interval(secs => s) - interval '1 ms' * n, %(version)s,
       n <= %(failed)s, case when n <= %(slow)s then 900 else 100 end
from generate_series(-60, 60) s, generate_series(1, 20) n"""
BACK = """\
delete from scored; delete from schemaguard.look;
update schemaguard.watch set known = '{}', upto = date_trunc('second', clock_timestamp()) - interval '61 s'"""
"""A minute is to be looked at, of which nothing is known."""


def with_a_canary(shop: Shop) -> None:
    """fraud 8 has 10 percent."""
    before_a_canary(shop)
    shop.ask(TABLE)
    with suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
        shop.ask(f"create role {ROLE}")
    publish(shop, PLAYBOOK)
    shop.start_canary()
    watch(shop)


def publish(shop: Shop, text: str) -> None:
    (shop.folder / "playbooks").mkdir(exist_ok=True)
    (shop.folder / "playbooks/fraud.yaml").write_text(text)
    with shop.site() as site:
        publish_playbook(site, "fraud")


def measured(shop: Shop, *, failed: int = 0, slow: int = 0, version: str = "8") -> None:
    """Twenty answers a second of fraud 7 and of another version, a minute ago to the next: so many failed, or slow."""
    watch(shop, advise_only=True)
    shop.ask(BACK)
    with psycopg.connect(shop.url, autocommit=True) as connection:
        connection.execute(ROWS, {"version": "7", "failed": 0, "slow": 0})
        connection.execute(ROWS, {"version": version, "failed": failed, "slow": slow})


def watch(shop: Shop, *, advise_only: bool = False) -> WatchRound:
    with shop.site() as site:
        return watch_once(site, advise_only=advise_only)


def decisions(shop: Shop) -> list[tuple[Any, ...]]:
    return shop.ask("select trigger, action, state from schemaguard.decision where kind = 'tripped' order by id")


@dataclass(frozen=True)
class Storm:
    """What came of a storm: watchers that were killed, canaries that failed, decisions, and those carried out."""

    kills: int
    passes: int
    faults: int
    decisions: int
    done: int
    operations: int


def storm(shop: Shop, faults: int, seed: int) -> Storm:
    """Canaries that fail, one after the other, judged by two watchers at once that are killed at any statement."""
    chance, kills, passes = random.Random(seed), 0, 0
    publish(shop, PLAYBOOK.replace("most: 2, within: 24h", "most: 2, within: 1h"))
    for number in range(faults):
        if number:
            # A day later: what was done isn't too short a while ago.
            shop.ask("update schemaguard.pointer set frozen = false")
            shop.ask("update schemaguard.decision set closed_at = closed_at - interval '1 day'")
            shop.accept()
            shop.start_canary()
        measured(shop, failed=10)
        epoch = shop.shares()[3]
        while shop.shares()[3] == epoch or shop.ask("select 1 from schemaguard.decision where state = 'open'"):
            # Most die somewhere in the act; some come through.
            children = [started(shop, chance.randrange(1, 260)) for _ in range(2)]
            kills += sum(os.WIFSIGNALED(os.waitpid(child, 0)[1]) for child in children)
            passes += 2
            assert passes < 100 * faults, decisions(shop)
    counted = shop.ask(
        "select count(*), count(*) filter (where state = 'done'), count(distinct operation) "
        "from schemaguard.decision where kind = 'tripped' and action = 'rollback'"
    )
    return Storm(kills, passes, faults, *counted[0])


def started(shop: Shop, dies_at: int) -> int:
    """A watcher's pass in a process of its own, which dies before its n-th statement."""
    child = os.fork()
    if child == 0:
        with suppress(BaseException):  # the child must never come back into pytest
            die_at(dies_at)
            watch(shop)
        os._exit(0)
    return child
