"""`schemaguard contracts`: one file a verb, in the order in which help lists them."""

import typer

from schemaguard.cli.ondemand import ListedVerb, group_of


def _verb(name: str, function: str | None = None) -> ListedVerb:
    return ListedVerb(name, f"schemaguard.cli.contracts.{name}", function or name)


VERBS = (
    _verb("list", "list_"),
    _verb("show"),
    _verb("readers"),
    _verb("diff"),
    _verb("breaking"),
    _verb("search"),
    _verb("graph"),
    _verb("matrix"),
    _verb("infer"),
    # A module can't be called as Python's own word.
    ListedVerb("import", "schemaguard.cli.contracts.import_", "import_"),
    _verb("validate"),
    _verb("verify"),
    _verb("publish"),
    _verb("observe"),
)
group = typer.Typer(
    cls=group_of(VERBS),
    no_args_is_help=True,
    add_completion=False,
    help="Who reads what, until when: browse contracts, judge their edits, infer, verify and publish them.",
)


@group.callback()
def _options() -> None:
    """Typer makes a group of what has a callback."""
