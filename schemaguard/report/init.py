"""What init found, what it would write, and what is left to do."""

from typing import TYPE_CHECKING, Any

from rich.text import Text

from schemaguard.report.check.sentences import counts, plural
from schemaguard.report.lines import line
from schemaguard.report.visible import visible

if TYPE_CHECKING:
    from rich.console import Console

    from schemaguard.adoption.adoption import Adoption, NewFile

_LINES_SHOWN = 60


def show(adoption: "Adoption", console: "Console") -> None:
    """Print what was found, and each file that would be written, as a difference from nothing."""
    for found in adoption.found:
        line(console, Text(visible(f"found  {found}")), indent=7)
    if adoption.checked is not None:
        accepted = f"; the baseline accepts {plural(adoption.accepted, 'finding')}" if adoption.accepted else ""
        line(console, Text(f"today  {counts(adoption.checked)}{accepted}"), indent=7)
    for kept in adoption.kept:
        line(console, Text(visible(f"keeps  {kept}, which is there already"), "dim"), indent=7)
    for file in adoption.files:
        console.print()
        _show_file(file, console)


def _show_file(file: "NewFile", console: "Console") -> None:
    line(console, Text.assemble((visible(file.path), "bold"), (f"  {file.what}", "dim")), indent=2)
    lines = visible(file.text, keep_lines=True).splitlines()
    for text in lines[:_LINES_SHOWN]:
        line(console, Text(f"+ {text}".rstrip(), "green"), indent=None)
    if len(lines) > _LINES_SHOWN:
        line(console, Text(f"  … {plural(len(lines) - _LINES_SHOWN, 'line')} more", "dim"))


def show_done(written: tuple[str, ...], adoption: "Adoption", console: "Console") -> None:
    """Print what was written and what to do next."""
    console.print()
    for path in written:
        line(console, Text(visible(f"wrote  {path}"), "bold"), indent=7)
    for step in ("schemaguard check", *adoption.to_do):
        line(console, Text(visible(f"next   {step}")), indent=7)


def document(adoption: "Adoption", written: tuple[str, ...]) -> dict[str, Any]:
    """What was found and written, as one document."""
    return {
        "version": 1,
        "found": list(adoption.found),
        "files": [{"path": file.path, "what": file.what, "text": file.text} for file in adoption.files],
        "written": list(written),
        "kept": list(adoption.kept),
        "next": ["schemaguard check", *adoption.to_do],
        "errors": adoption.checked.errors if adoption.checked is not None else None,
        "warnings": adoption.checked.warnings if adoption.checked is not None else None,
        "accepted": adoption.accepted,
    }
