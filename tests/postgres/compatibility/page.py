"""docs/compatibility.md: what is said of every case, and what a server did.

`python -m tests.postgres.compatibility.page >docs/compatibility.md` writes it with the embedded server.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg

from schemaguard.adapters.postgres import embedded
from schemaguard.contracts.contract import Access, ReadsThrough
from tests.postgres.compatibility import server, verdict
from tests.postgres.compatibility.case import Case
from tests.postgres.compatibility.cases import CASES
from tests.postgres.compatibility.rows import ROWS

HEAD = """# Compatibility: what a change does to who reads and writes

Each case was made on PostgreSQL 15 to 18: a table, a contract's own read and write, the change, and the read and write
once more. **said** is the verdict of `schemaguard check`, without a database; **happened** is what the server did. All
four did the same. ✓ compatible · ⚠ same shape, other values · ✗ breaking · ? unproven.

**through** `table`: the contract names the table. `view`: it goes through its contract view. *the change is refused*:
the migration fails, the model doesn't.
"""
COLUMNS = "| change | case | through | reader: said | happened | writer: said | happened |"
_SIGNS = {verdict.SAME: "✓", verdict.UNPROVEN: "?"} | dict.fromkeys(
    (verdict.OTHER_VALUES, verdict.MORE_COLUMNS, verdict.SLOWER), "⚠"
)


def page(connection: psycopg.Connection) -> str:
    """The page, with what this server did."""
    return "\n".join((HEAD, COLUMNS, "|---" * 7 + "|", *_lines(connection))) + "\n"


def _lines(connection: psycopg.Connection) -> Iterator[str]:
    for row in ROWS:
        for case in (case for case in CASES if case.row == row):
            for through in case.through:
                cells = [cell for access in ("read", "write") for cell in _cells(connection, case, access, through)]
                yield f"| {row} | {case.what}<br>`{_statement(case)}` | {through} | {' | '.join(cells)} |"


def _statement(case: Case) -> str:
    return verdict.spelled(case.change).replace("|", "\\|")


def _cells(connection: psycopg.Connection, case: Case, access: Access, through: ReadsThrough) -> tuple[str, str]:
    if access not in case.accesses:
        return "–", "–"
    causes, foretold = verdict.judged(case, access, through)
    code = "".join(f" `{cause}`" for cause in sorted(causes))
    return f"{_SIGNS.get(foretold, '✗')}{code}", server.happened(connection, case, access, through)


def main() -> None:
    """Print the page."""
    with tempfile.TemporaryDirectory(prefix="sgpg") as folder, embedded.running(Path(folder) / "data") as url:
        for connection in server.opened(url):
            sys.stdout.write(page(connection))


if __name__ == "__main__":
    main()
