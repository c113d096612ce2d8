"""The three revisions of one, and what each model version meets at every moment, as text and as JSON."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.expanding.act import PHASES
from schemaguard.expanding.alembic_files import WrittenFile
from schemaguard.expanding.expand import Split
from schemaguard.expanding.moments import Moment
from schemaguard.report.lines import line
from schemaguard.report.visible import visible


def show_split(
    parts: Split, files: Sequence[WrittenFile], met: Sequence[Moment], why_not: str, is_written: bool, console: Console
) -> None:
    """Print the revisions, what each contract meets, and what comes next."""
    for file in files:
        line(
            console,
            Text.assemble((file.phase.upper(), "bold"), f"  {visible(file.revision)}  ", (visible(file.path), "dim")),
        )
        if not is_written:
            console.print(Text(visible(file.text.rstrip(), keep_lines=True)), soft_wrap=True)
            console.print()
    if not files:
        _show_statements(parts, console)
        line(console, Text(f"no files: {visible(why_not)}", "yellow"))
    for moment in met:
        for seen in moment.seen:
            who, when = visible(seen.contract.who), f"{moment.when:<15}"
            if seen.misses:
                line(
                    console,
                    Text.assemble(when, (f" {who} breaks: ", "bold red"), visible("; ".join(seen.misses))),
                    indent=16,
                )
            else:
                line(console, Text.assemble(when, f" {who} ", ("works", "green")), indent=16)
    if not any(moment.seen for moment in met):
        line(console, Text("no contracts: nothing says what a model version needs at each moment", "dim"))
    for one in dict.fromkeys(map(str, parts.expansion.waits)):
        line(console, Text(f"the contract revision waits until nobody needs {visible(one)}"))
    for note in parts.expansion.notes:
        line(console, Text(f"note: {visible(note)}", "yellow"))
    if files and not is_written:
        line(console, Text("nothing is written yet: --write writes these files", "dim"))


def _show_statements(parts: Split, console: Console) -> None:
    for phase in PHASES:
        part = parts.expansion.part(phase)
        console.print(Text(phase.upper(), "bold"))
        for one in part.up:
            console.print(Text(visible(f"{one.sql};", keep_lines=True)), soft_wrap=True)


def split_json(
    revision: str, parts: Split, files: Sequence[WrittenFile], met: Sequence[Moment], is_written: bool
) -> dict[str, Any]:
    """The same as one document."""
    return {
        "version": 1,
        "revision": revision,
        "written": is_written,
        "parts": [
            {
                "phase": phase,
                "statements": [one.sql for one in parts.expansion.part(phase).up],
                "back": [one.sql for one in parts.expansion.part(phase).down],
                "files": [
                    {"revision": file.revision, "path": file.path, "text": file.text}
                    for file in files
                    if file.phase == phase
                ],
            }
            for phase in PHASES
        ],
        "moments": [
            {
                "moment": moment.when,
                "seen": [
                    {
                        "model": seen.contract.model,
                        "model_versions": list(seen.contract.model_versions),
                        "works": not seen.misses,
                        "misses": list(seen.misses),
                    }
                    for seen in moment.seen
                ],
            }
            for moment in met
        ],
        "waits_for": list(dict.fromkeys(map(str, parts.expansion.waits))),
        "notes": list(parts.expansion.notes),
    }
