"""audit: who did what when, and whether that record is what was written."""

from collections.abc import Iterable
from pathlib import Path

from schemaguard.adapters.control import journal, ledger, pointer
from schemaguard.adapters.files.ledger_key import VARIABLE, write_key
from schemaguard.adapters.postgres.connection import connect
from schemaguard.commands.site import Site
from schemaguard.errors import UsageError
from schemaguard.ledger.entry import Entry
from schemaguard.ledger.keys import VerifyingKey
from schemaguard.ledger.keys import make_key as new_key
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


def make_key(file: Path, name: str) -> VerifyingKey:
    """Make a key, and write it into a new file that only its owner reads; what verifies it."""
    return write_key(file, new_key(name or file.stem))


def show_key(site: Site) -> VerifyingKey:
    """What verifies the signatures of the key that is configured. UsageError where none is."""
    if site.ledger_key is None:
        raise UsageError(
            "no key is configured that signs the ledger",
            at=VARIABLE,
            next=f"schemaguard audit key FILE makes one; then export {VARIABLE}=FILE",
        )
    return site.ledger_key.verifying
