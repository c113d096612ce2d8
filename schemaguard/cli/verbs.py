"""The verbs of the command line, one file each, in the order in which help lists them."""

from collections.abc import Callable

import typer

from schemaguard.cli import audit, contracts, window
from schemaguard.cli.catalog import catalog
from schemaguard.cli.check import check
from schemaguard.cli.coercion import Verb
from schemaguard.cli.demo import demo
from schemaguard.cli.explain import explain
from schemaguard.cli.init import init
from schemaguard.cli.override import override
from schemaguard.cli.promote import promote
from schemaguard.cli.reconcile import reconcile
from schemaguard.cli.resume import resume
from schemaguard.cli.rollback import rollback
from schemaguard.cli.sql import sql
from schemaguard.cli.status import status

REVIEW = "Before a migration is merged (no database, no registry)"
OPERATE = "Where models serve"
CONTRACTS = "Who reads what, until when"
TRY = "To see all of it at work"

VERBS: tuple[tuple[str, Callable[..., None], str], ...] = (
    ("check", check, REVIEW),
    ("explain", explain, REVIEW),
    ("catalog", catalog, REVIEW),
    ("sql", sql, REVIEW),
    ("init", init, OPERATE),
    ("promote", promote, OPERATE),
    ("rollback", rollback, OPERATE),
    ("resume", resume, OPERATE),
    ("reconcile", reconcile, OPERATE),
    ("status", status, OPERATE),
    ("override", override, CONTRACTS),
    ("demo", demo, TRY),
)
GROUPS: tuple[tuple[str, typer.Typer, str], ...] = (
    ("audit", audit.group, OPERATE),
    ("contracts", contracts.group, CONTRACTS),
    ("window", window.group, CONTRACTS),
)


def register(app: typer.Typer) -> None:
    """Give every verb and group its place in the app."""
    for name, verb, panel in VERBS:
        app.command(name, cls=Verb, rich_help_panel=panel)(verb)
    for name, group, panel in GROUPS:
        app.add_typer(group, name=name, rich_help_panel=panel)
