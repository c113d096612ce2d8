"""What was inferred, and what is left to a person."""

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.contracts.contract import Access, Contract
from schemaguard.contracts.validation import Remark
from schemaguard.errors import command_line
from schemaguard.report.contracts.validate import remark_json, show_remark
from schemaguard.report.lines import line
from schemaguard.report.visible import visible

_LABEL = 10
LEFT_OPEN = ("status: active when it is right", "team", "the window: generalAvailability, endOfSupport")


def show(
    contract: Contract,
    files: tuple[str, ...],
    told: "tuple[tuple[str, ...], tuple[Remark, ...]]",
    same_as: str | None,
    to: Console,
) -> None:
    """Print the draft's files, tables and columns, what is to be judged, and what to do next.

    `told` holds the notes and the remarks; `same_as` is the file that says the same already: then none was written.
    """
    notes, remarks = told
    if same_as is None:
        line(to, Text.assemble(("DRAFTED ", "bold green"), (_name(contract), "bold"), f"  {visible(', '.join(files))}"))
    else:
        words = f"  reads and writes what {visible(same_as)} says: no new file is needed"
        line(to, Text.assemble(("SAME    ", "bold green"), (_name(contract), "bold"), words))
    for label, text in (*_tables(contract, "read"), *_tables(contract, "write")):
        _row(to, label, text)
    for note in notes:
        _row(to, "judge", Text(visible(note), "yellow"))
    for remark in remarks:
        show_remark(remark, to)
    if same_as is not None:
        versions = ", ".join(f'"{version}"' for version in contract.model_versions)
        _row(to, "next", Text(visible(f"add {versions} to the end of its modelVersion")))
        first = contract.model_versions[0]
        publish = command_line("contracts", "publish", contract.model, first, "--same-as", "VERSION")
        _row(to, "", Text(visible(f"or leave it as it was published: {publish}")))
        _row(to, "", Text("or give it a file of its own: -o FILE"))
        return
    _row(to, "left open", Text(" · ".join(left_open(contract))))
    version = contract.model_versions[0]
    _row(to, "next", Text(visible(command_line("contracts", "validate", contract.model, version))))
    _row(to, "", Text(visible(command_line("contracts", "publish", contract.model, version))))


def document(
    contract: Contract,
    files: tuple[str, ...],
    told: "tuple[tuple[str, ...], tuple[Remark, ...]]",
    same_as: str | None,
) -> dict[str, Any]:
    """The same as one document."""
    notes, remarks = told
    return {
        "version": 1,
        "model": contract.model,
        "model_versions": list(contract.model_versions),
        "files": list(files) if same_as is None else [],
        "same_as": same_as,
        "digest": contract.digest,
        "tables": [
            {
                "table": str(table.table),
                "access": table.access,
                "columns": [promise.column for promise in table.promises],
            }
            for table in contract.tables
        ],
        "notes": list(notes),
        "remarks": [remark_json(remark) for remark in remarks],
        "left_open": list(left_open(contract)),
    }


def left_open(contract: Contract) -> tuple[str, ...]:
    """What the draft doesn't say, and only a person knows."""
    has_writes = any(table.access == "write" for table in contract.tables)
    return LEFT_OPEN if has_writes else (*LEFT_OPEN, "what it writes (--writes)")


def _name(contract: Contract) -> str:
    return visible(", ".join(f"{contract.model}@{version}" for version in contract.model_versions))


def _tables(contract: Contract, access: Access) -> Iterator[tuple[str, Text]]:
    label = f"{access}s"
    width = max(len(visible(str(table.table))) for table in contract.tables)
    for table in contract.tables:
        if table.access == access:
            columns = ", ".join(promise.column for promise in table.promises) or "no column, only that it is there"
            name = f"{visible(str(table.table)):<{width}}"
            yield label, Text.assemble((name, "bold cyan"), f"  {visible(columns)}")
            label = ""


def _row(to: Console, label: str, words: Text) -> None:
    line(to, Text.assemble("  ", (f"{label:<{_LABEL}}", "dim"), words), indent=_LABEL + 2)
