"""`schemaguard contracts diff`: how two contracts differ, and what that means for a reader and a writer."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schemaguard.cli.contracts.known import Folder, complete_model, contract_folder, read_book
from schemaguard.cli.operating import DatabaseUrl, Format, Output

if TYPE_CHECKING:
    from schemaguard.commands.contracts.known import Book
    from schemaguard.contracts.contract import Contract


def diff(
    first: Annotated[
        str,
        typer.Argument(
            autocompletion=complete_model, metavar="A", help="MODEL@VERSION, a consumer, or a contract file."
        ),
    ],
    second: Annotated[
        str, typer.Argument(autocompletion=complete_model, metavar="B", help="The one that takes its place.")
    ],
    contracts: Folder = None,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Say how B differs from A: what tightens, loosens, both or neither.

    Readers break on what loosens, writers on what tightens: judged as if B's promises were the catalog that A's model
    version meets.
    """
    from schemaguard.cli.operating import console, tell_json
    from schemaguard.contracts.comparison import compare
    from schemaguard.contracts.terms import terms
    from schemaguard.report.contracts import diff as report

    known = None if _is_file(first) and _is_file(second) else read_book(contracts, database_url)
    before, after = _meant(first, known), _meant(second, known)
    differences, others = compare(before, after), terms(before, after)
    if output is Format.JSON:
        tell_json(report.document((first, second), differences, others))
    else:
        report.show((first, second), differences, others, console())


def _is_file(text: str) -> bool:
    return text.endswith((".yaml", ".yml")) or Path(text).is_file()


def _meant(text: str, known: "Book | None") -> "Contract":
    """The contract of a file, or of a model version; UsageError where that isn't one."""
    from schemaguard.adapters.files.contracts import read_file
    from schemaguard.errors import UsageError
    from schemaguard.registry.listing import chosen, ranges, shared

    if known is None or _is_file(text):
        _, root = contract_folder(None)
        return read_file(Path(text).absolute(), root).contract
    model, _, version = text.partition("@")
    found = chosen(known.listed, model, version or None)
    if len(shared(found)) > 1:
        raise UsageError(
            f"{model} has several contracts",
            at=f"versions {ranges(each.version for each in found)}",
            next=f"name one: {model}@VERSION",
        )
    return found[0].contract
