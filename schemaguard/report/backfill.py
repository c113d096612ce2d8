"""What a backfill has done, as text and as JSON."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from schemaguard.expanding.batching import Backfilled
from schemaguard.report.lines import line
from schemaguard.report.visible import visible


def show_backfill(done: Sequence[Backfilled], console: Console) -> None:
    """Print what each statement has filled."""
    for one in done:
        what = "was done before" if one.was_done else "done"
        words = f"{one.row_count:,} rows in {one.batch_count:,} batches, {one.seconds:.1f} s"
        line(console, Text.assemble((visible(one.relation), "bold"), f"  {what}: {words}"))
        if one.triggers:
            line(console, Text(f"  each row ran the triggers {visible(', '.join(one.triggers))}", "dim"))
        if one.was_done:
            line(console, Text("  --again goes over all rows once more", "dim"))


def backfill_json(done: Sequence[Backfilled]) -> dict[str, Any]:
    """The same as one document."""
    return {
        "version": 1,
        "statements": [
            {
                "relation": one.relation,
                "statement": one.statement,
                "rows": one.row_count,
                "batches": one.batch_count,
                "seconds": round(one.seconds, 3),
                "was_done": one.was_done,
                "triggers": list(one.triggers),
            }
            for one in done
        ],
    }
