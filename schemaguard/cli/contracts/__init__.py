"""`schemaguard contracts`: one file a verb, in the order in which help lists them."""

from collections.abc import Callable

import typer

from schemaguard.cli.coercion import Verb
from schemaguard.cli.contracts.breaking import breaking
from schemaguard.cli.contracts.diff import diff
from schemaguard.cli.contracts.graph import graph
from schemaguard.cli.contracts.infer import infer
from schemaguard.cli.contracts.list import list_
from schemaguard.cli.contracts.matrix import matrix
from schemaguard.cli.contracts.observe import observe
from schemaguard.cli.contracts.publish import publish
from schemaguard.cli.contracts.readers import readers
from schemaguard.cli.contracts.search import search
from schemaguard.cli.contracts.show import show
from schemaguard.cli.contracts.validate import validate
from schemaguard.cli.contracts.verify import verify

group = typer.Typer(
    no_args_is_help=True,
    help="Who reads what, until when: browse contracts, judge their edits, infer, verify and publish them.",
)

VERBS: tuple[tuple[str, Callable[..., None]], ...] = (
    ("list", list_),
    ("show", show),
    ("readers", readers),
    ("diff", diff),
    ("breaking", breaking),
    ("search", search),
    ("graph", graph),
    ("matrix", matrix),
    ("infer", infer),
    ("validate", validate),
    ("verify", verify),
    ("publish", publish),
    ("observe", observe),
)
for name, verb in VERBS:
    group.command(name, cls=Verb)(verb)
