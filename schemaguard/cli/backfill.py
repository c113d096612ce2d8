"""`schemaguard backfill`: fill the rows of a backfill revision in small batches."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from schemaguard.cli.operating import DatabaseUrl, Format, Output

if TYPE_CHECKING:
    from schemaguard.adapters.control.backfill import BackfillPlace, Target

_S_PER_MS = 0.001


def backfill(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[PATH] REVISION",
            help="The folder or file of the migrations (default: as configured), and the backfill revision.",
        ),
    ],
    batch_ms: Annotated[int, typer.Option(min=1, help="How long a batch may take; its rows follow from that.")] = 200,
    rest: Annotated[float, typer.Option(min=0, help="How long to rest between batches, as a share of the last.")] = 0.5,
    again: Annotated[bool, typer.Option("--again", help="Go over all rows once more where it was finished.")] = False,
    database_url: DatabaseUrl = None,
    output: Output = Format.TEXT,
) -> None:
    """Run the UPDATEs of a revision along the primary key, a small transaction at a time.

    Its place is kept in the control schema: killed, it goes on where it stopped; run from two places, they take turns.
    It waits while a replica is more than 5 s behind. Run the revision itself afterwards: it finds nothing left to do.
    """
    from schemaguard.cli.operating import console, open_site, tell_json
    from schemaguard.commands import backfill as command
    from schemaguard.errors import UsageError
    from schemaguard.report.backfill import backfill_json, show_backfill

    if len(words) > 2:
        raise UsageError("too many arguments", at=" ".join(words), next="schemaguard backfill [PATH] REVISION")
    where = None if len(words) == 1 else words[0]
    pace = command.Pace(batch_ms * _S_PER_MS, rest)
    shown = _show if sys.stderr.isatty() else None
    with open_site(database_url) as site, site.reading() as reading:
        done = command.backfill(site, reading, where, words[-1], pace, shown, again=again)
    if shown is not None:
        sys.stderr.write("\r\x1b[2K")
    if output is Format.JSON:
        tell_json(backfill_json(done))
    else:
        show_backfill(done, console())


def _show(target: "Target", at: "BackfillPlace", rate: float) -> None:
    import shutil

    left = max(target.about_rows - at.row_count, 0) / rate if rate else 0
    text = f"{target.relation}  {at.row_count:,} of about {target.about_rows:,} rows  {rate:,.0f}/s  {left:.0f} s left"
    sys.stderr.write(f"\r\x1b[2K{text[: shutil.get_terminal_size().columns - 1]}")
    sys.stderr.flush()
