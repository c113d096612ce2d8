"""Our reading of SQL against PostgreSQL's own parser: what of the valid is refused, what of the invalid is read.

    python benchmarks/grammar.py [FOLDER…] [--made 5000] [--damaged 5000] [--seed 0] [--show N]

Valid and invalid are what libpg_query (PostgreSQL 18's grammar, from the wheel `postgast`) says. `left` of what is
read remains where the extra `parser` is installed and `check` asks libpg_query as well. The statements are
made at random (tests/fuzz/grammar.py) and those of the `.sql` files in the folders, such as PostgreSQL's own
src/test/regress/sql; the damaged ones are all of these, each with one token wrong. A statement that holds psql's
variables isn't counted: psql replaces them before PostgreSQL sees them.
"""

import argparse
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent))

import postgast

from benchmarks.table import show
from schemaguard.catalog.changes import Unreadable
from schemaguard.sql.reading.confirming import confirmed
from schemaguard.sql.reading.statements import split
from schemaguard.sql.reading.syntax.lexicon import is_template
from schemaguard.sql.reading.tokens import BROKEN, DATA, META, tokenize
from schemaguard.sql.reading.translate import translate
from tests.fuzz.grammar import damaged, statement


@dataclass(slots=True)
class Tally:
    """How many statements there were, which were judged wrong, and the seconds that reading took."""

    valid: int = 0
    invalid: int = 0
    refused: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    left: int = 0
    """How many of the invalid are read where libpg_query is asked as well."""
    seconds: float = 0.0

    def add(self, text: str) -> None:
        """Read one statement both ways."""
        is_valid = parses(text)
        begun = time.perf_counter()
        changes = translate(text)
        self.seconds += time.perf_counter() - begun
        is_read = not any(isinstance(change, Unreadable) for change in changes)
        self.valid += is_valid
        self.invalid += not is_valid
        if is_valid and not is_read:
            self.refused.append(text)
        elif is_read and not is_valid:
            self.read.append(text)
            self.left += not any(isinstance(change, Unreadable) for change in confirmed(text, changes))

    @property
    def row(self) -> tuple[object, ...]:
        """What the table shows of it."""
        share = f"{100 * len(self.read) / self.invalid:.1f} %" if self.invalid else "-"
        each = f"{1e6 * self.seconds / max(1, self.valid + self.invalid):.0f}"
        return self.valid, len(self.refused), self.invalid, len(self.read), share, self.left, each


def parses(text: str) -> bool:
    """Whether PostgreSQL's parser takes the text as one statement."""
    try:
        return len(postgast.parse(text).stmts) == 1
    except postgast.PgQueryError:
        return False


def of_files(folders: Iterable[Path]) -> Iterator[str]:
    """Each statement of the folders' files once, psql's commands and variables left out."""
    seen: set[str] = set()
    for path in sorted(path for folder in folders for path in folder.rglob("*.sql")):
        for found in split(path.read_text(encoding="utf-8", errors="replace"), str(path)):
            text = found.sql.rstrip(";")
            tokens, _ = tokenize(text)
            kinds = {token.kind for token in tokens}
            if text not in seen and tokens and kinds.isdisjoint((META, DATA, BROKEN)) and not is_template(tokens):
                seen.add(text)
                yield text


def measure(texts: Iterable[str]) -> Tally:
    """Every statement read both ways."""
    tally = Tally()
    for text in texts:
        tally.add(text)
    return tally


def _damaged(texts: list[str], many: int, draw: Random) -> Iterator[str]:
    for _ in range(many):
        text = damaged(draw, draw.choice(texts))
        tokens, _ = tokenize(text)
        if tokens and not is_template(tokens):
            yield text


def main() -> None:
    """Print the figures, and with --show the statements that were judged wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--made", type=int, default=5000)
    parser.add_argument("--damaged", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, default=0)
    options = parser.parse_args()
    draw = Random(options.seed)
    made = [statement(draw) for _ in range(options.made)]
    written = list(of_files(options.folders))
    tallies = {"made": measure(made), "made, damaged": measure(_damaged(made, options.damaged, draw))}
    if written:
        tallies["files"] = measure(written)
        tallies["files, damaged"] = measure(_damaged(written, options.damaged, draw))
    header = ("statements", "valid", "refused", "invalid", "read", "share", "left", "µs each")
    show("Read by schemaguard, and by PostgreSQL's parser", header, [(n, *t.row) for n, t in tallies.items()])
    for name, tally in tallies.items():
        for what, texts in (("valid and refused", tally.refused), ("invalid and read", tally.read)):
            for text in texts[: options.show]:
                print(f"{name}, {what}: {' '.join(text.split())[:200]}")


if __name__ == "__main__":
    main()
