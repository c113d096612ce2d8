"""The shop's playbook with a trigger of every kind, and what switches off what defends a model in each scenario."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import sql

from schemaguard.adapters.control import deciding, drilling
from schemaguard.adapters.postgres import measuring
from schemaguard.commands import acting, ready, reconcile, switching
from schemaguard.commands.drilling import outages
from schemaguard.errors import ConflictError
from schemaguard.frozen import replace
from schemaguard.playbooks import watching
from schemaguard.playbooks.evidence import Evidence
from tests.postgres.releases.acting import PLAYBOOK, publish, with_a_canary
from tests.postgres.releases.shop import Shop

EVERY_KIND = (
    PLAYBOOK.replace("trip: p95 > 300 ms, action: freeze", "trip: p95 > 300 ms, action: fallback")
    .replace(
        "evaluation:",
        "  - {name: missing, measure: {source: scored, column: feature, is: 'null'}, "
        "trip: null rate > 5 %, action: freeze}\n"
        "  - {name: drift, measure: {source: scored, column: amount, reference: '7'}, "
        "trip: KS > 0.15, action: freeze}\n"
        "evaluation:",
    )
    .replace("percent: 10,", "percent: 20,")
)
Switch = Callable[[pytest.MonkeyPatch], None]


def to_drill(shop: Shop) -> None:
    """fraud 7 serves and 8 is published; a share, a quantile, missing values and a drift judge it."""
    with_a_canary(shop)
    shop.ask("alter table scored add column feature text, add column amount numeric(8, 2)")
    shop.abort()
    publish(shop, EVERY_KIND)
    shop.accept()


def _raw(url: str, text: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set schemaguard.permit = 'nobody guards'")
        connection.execute(f"{text} CASCADE".encode())


def _fails(*_: Any, **__: Any) -> Any:
    raise ConflictError("nobody carries it on")


def _without(value: Any, **changed: Any) -> Any:
    return value if "at_once" in changed else replace(value, **changed)


def _any_look(before: Evidence, share: float, line: float) -> Evidence:
    return Evidence(tuple(1e6 if share > line else 0.0 for _ in before.logs), before.looks + 1)


DEFENCES: dict[str, Switch] = {
    "nothing-wrong": lambda patch: patch.setattr(watching, "grown", _any_look),
    "input-drift": lambda patch: patch.setattr(watching, "_drifted", lambda before, *_: (before, None)),
    "schema-and-traffic": lambda patch: patch.setattr(drilling, "apply_migration", _raw),
    "error-spike": lambda patch: patch.setattr(acting, "carry_out", lambda *_: ()),
    "latency": lambda patch: patch.setattr(measuring, "failure", lambda _: sql.SQL("false")),
    "registry-down": lambda patch: patch.setattr(acting, "replace", _without),
    "database-restarts": lambda patch: patch.setattr(outages, "resume", _fails),
    "half-done-migration": lambda patch: patch.setattr(switching, "_require_whole", lambda *_: None),
    "bad-from-the-start": lambda patch: patch.setattr(watching, "canary_line", lambda *_: 1e9),
    "wrong-alias": lambda patch: patch.setattr(reconcile, "_correct_aliases", lambda *_: ([], [])),
    "poisoned-feature": lambda patch: patch.setattr(
        deciding, "freeze_for", lambda c, decision, closing, _, who: deciding.close(c, decision, *closing, who[0])
    ),
    "dependent": lambda patch: patch.setattr(switching, "require_followed", lambda *_: None),
    "lost-artifact": lambda patch: patch.setattr(ready, "_kept_artifact", lambda *_: iter(())),
}
"""Scenario → what switches its defence off."""
