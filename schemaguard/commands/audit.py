"""audit: who did what when, and whether that record is what was written."""

from collections.abc import Iterable

from schemaguard.adapters.control import journal, ledger, pointer
from schemaguard.adapters.postgres.connection import connect
from schemaguard.commands.site import Site
from schemaguard.errors import UsageError
from schemaguard.ledger.entry import Entry
from schemaguard.ledger.verification import Checkpoint, LedgerVerification
from schemaguard.ledger.verification import verify as verify_rows


def log(site: Site, model: str | None, limit: int | None) -> tuple[Entry, ...]:
    """The newest entries, oldest first. DatabaseError where there is no control schema."""
    with connect(site.database_url) as connection:
        journal.require_control_schema(connection)
        return ledger.read(connection, model=model, limit=limit)


def verify(site: Site, outside: Iterable[Checkpoint] = ()) -> LedgerVerification:
    """Recompute the whole ledger, as of one moment; `outside` are roots that were kept elsewhere."""
    with connect(site.database_url) as connection:
        journal.require_control_schema(connection)
        with connection.transaction():
            connection.execute("set transaction isolation level repeatable read, read only")
            rows, checkpoints = ledger.read_rows(connection), ledger.read_checkpoints(connection)
            pointers = {each.model: (each.epoch, each.active) for each in pointer.read_all(connection)}
    return verify_rows(rows, (*checkpoints, *outside), pointers)


def parse_checkpoint(text: str) -> Checkpoint:
    """A root as it was noted: `SIZE:HEX`. UsageError where it is none."""
    size, _, root = text.partition(":")
    try:
        return Checkpoint(int(size), bytes.fromhex(root), "--checkpoint")
    except ValueError as error:
        raise UsageError(
            f"{text!r} is not a checkpoint", at="--checkpoint", next="SIZE:ROOT, as schemaguard audit verify prints it"
        ) from error
