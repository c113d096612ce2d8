"""The verbs of the command line, one file each, in the order in which help lists them."""

from collections.abc import Callable

import typer

from schemaguard.cli import audit, contracts
from schemaguard.cli.catalog import catalog
from schemaguard.cli.check import check
from schemaguard.cli.demo import demo
from schemaguard.cli.explain import explain
from schemaguard.cli.init import init
from schemaguard.cli.promote import promote
from schemaguard.cli.reconcile import reconcile
from schemaguard.cli.resume import resume
from schemaguard.cli.rollback import rollback
from schemaguard.cli.sql import sql
from schemaguard.cli.status import status

VERBS: tuple[tuple[str, Callable[..., None]], ...] = (
    ("check", check),
    ("explain", explain),
    ("catalog", catalog),
    ("sql", sql),
    ("demo", demo),
    ("init", init),
    ("promote", promote),
    ("rollback", rollback),
    ("resume", resume),
    ("status", status),
    ("reconcile", reconcile),
)
GROUPS: tuple[tuple[str, typer.Typer], ...] = (("contracts", contracts.group), ("audit", audit.group))


def register(app: typer.Typer) -> None:
    """Give every verb and group its place in the app."""
    for name, verb in VERBS:
        app.command(name)(verb)
    for name, group in GROUPS:
        app.add_typer(group, name=name)
