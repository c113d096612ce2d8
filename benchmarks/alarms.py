"""Real histories, each revision judged as a pull request: how often each rule speaks.

    python benchmarks/alarms.py ORACLES [NAME ...]

ORACLES holds a `<name>.json` a history: the statements that Alembic really sent. Each revision is judged on the tables
that those before it made, as if it alone were new. Shown are findings, and the share of revisions with at least one;
what fires on more than one in four is marked. Rules about downgrade() need the revisions themselves and aren't counted.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.squawk import replayed, written
from benchmarks.table import show
from schemaguard.rules import MIGRATION_RULES
from schemaguard.rules.judging.judge import Terms, judge

_OFTEN = 25
_WHY = {
    "varchar-limit": "a note, shown with --verbose alone: String(n) is how most users of SQLAlchemy write text",
}
"""Why a rule may speak that often."""


def main() -> None:
    """Judge, and print a line a rule."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("oracles", type=Path)
    arguments.add_argument("names", nargs="*")
    options = arguments.parse_args()
    findings, revisions, judged = Counter[str](), Counter[str](), 0
    for file in sorted(options.oracles.glob("*.json")):
        if options.names and file.stem not in options.names:
            continue
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary) / "migrations"
            folder.mkdir()
            written(json.loads(file.read_text(encoding="utf-8")), folder)
            replay = replayed(folder)
            found = judge((replay,), Terms())
        # The first holds what was there before the history.
        judged += len(replay.runs) - 1
        first = replay.runs[0].revision.id
        findings.update(finding.rule for finding in found if finding.revision != first)
        revisions.update(rule for rule, revision in {(f.rule, f.revision) for f in found} if revision != first)
    severity = {rule.id: rule.severity.value for rule in MIGRATION_RULES}
    rows = []
    for rule, many in revisions.most_common():
        share = 100 * many / judged
        rows.append(
            (
                rule,
                severity[rule],
                findings[rule],
                f"{share:.0f}",
                f"often: {_WHY.get(rule, '?')}" if share > _OFTEN else "",
            )
        )
    show(
        f"{judged} revisions, each judged as a pull request",
        ("rule", "severity", "findings", "per 100 revisions", ""),
        rows,
    )


if __name__ == "__main__":
    main()
