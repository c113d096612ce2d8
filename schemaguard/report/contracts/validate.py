"""What is wrong with contracts, file by file."""

from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.contracts.validation import Remark
from schemaguard.report.lines import line
from schemaguard.report.visible import visible


def show(
    files: "list[tuple[str, tuple[str, ...], tuple[Remark, ...]]]", not_judged: tuple[str, ...], to: Console
) -> None:
    """Print one line a file, and below it what is to be said."""
    for file, names, remarks in files:
        is_valid = not any(remark.is_error for remark in remarks)
        verdict = ("VALID   ", "bold green") if is_valid else ("INVALID ", "bold red")
        line(
            to,
            Text.assemble(verdict, (visible(", ".join(names) or file), "bold"), f"  {visible(file)}" if names else ""),
        )
        for remark in remarks:
            show_remark(remark, to)
    for reason in not_judged:
        line(to, Text(visible(reason), "dim"))


def show_remark(remark: Remark, to: Console) -> None:
    """Print one remark with its place and what to do."""
    style = "red" if remark.is_error else "yellow"
    kind = "error" if remark.is_error else "warning"
    line(to, Text.assemble("  ", (kind, style), f" {visible(remark.what)}"), indent=4)
    line(to, Text(f"    at: {visible(remark.at)}", "dim"), indent=8)
    line(to, Text(f"    next: {visible(remark.next)}"), indent=10)


def document(
    files: "list[tuple[str, tuple[str, ...], tuple[Remark, ...]]]", not_judged: tuple[str, ...]
) -> dict[str, Any]:
    """The same as one document."""
    return {
        "version": 1,
        "files": [
            {
                "file": file,
                "contracts": list(names),
                "valid": not any(remark.is_error for remark in remarks),
                "remarks": [remark_json(remark) for remark in remarks],
            }
            for file, names, remarks in files
        ],
        "not_judged": list(not_judged),
    }


def remark_json(remark: Remark) -> dict[str, str]:
    """One remark."""
    return {
        "layer": remark.layer,
        "severity": "error" if remark.is_error else "warning",
        "message": remark.what,
        "at": remark.at,
        "next": remark.next,
    }
