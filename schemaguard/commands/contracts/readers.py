"""contracts readers: may a table or column be dropped? Who reads or writes it, and until when."""

from pathlib import Path

from schemaguard.catalog.objects import Catalog
from schemaguard.commands.contracts.known import Bench, bench, meant, read_book, unknown
from schemaguard.commands.site import Site
from schemaguard.errors import ExitCode
from schemaguard.frozen import dataclass
from schemaguard.registry.readership import Readership, readership


@dataclass(frozen=True, slots=True)
class Readers:
    """Who reads or writes it, and where that was looked for."""

    readership: Readership
    bench: Bench


def exit_code(found: Readers) -> ExitCode:
    """What a script is told: 0 it may be dropped now, 1 somebody in its window needs it, 2 that isn't known."""
    match found.readership.answer:
        case "yes":
            return ExitCode.OK
        case "no" | "later":
            return ExitCode.FINDINGS
        case "unproven":
            return ExitCode.NO_VERDICT


def readers(site: Site, thing: str, *, migrations: str | None = None, initial: Path | None = None) -> Readers:
    """Who reads or writes a table or column, until when; UsageError with the nearest names where nobody knows it."""
    known = read_book(site)
    held = bench(site, known, migrations, initial)
    over = held.catalog or Catalog()
    found = readership(known.shared, meant(thing, known, over), over, known.at, unknown(known, held))
    return Readers(found, held)
