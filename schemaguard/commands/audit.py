"""audit: who did what when, and whether that record is what was written."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from schemaguard.adapters.control import journal, ledger
from schemaguard.adapters.files.ledger_key import VARIABLE, write_key
from schemaguard.adapters.files.writing import replace_text
from schemaguard.adapters.postgres.connection import connect
from schemaguard.commands.site import Site
from schemaguard.errors import UsageError
from schemaguard.frozen import replace
from schemaguard.ledger.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from schemaguard.ledger.coverage import ACCEPTED
from schemaguard.ledger.entry import Entry
from schemaguard.ledger.export import ExportError, read_export, write_export
from schemaguard.ledger.keys import SigningKey, VerifyingKey, parse_verifying_key
from schemaguard.ledger.keys import make_key as new_key
from schemaguard.ledger.notes import NoteError
from schemaguard.ledger.proof import InclusionError, ProvenEntry, check_proof, write_proof
from schemaguard.ledger.tree import root_hash
from schemaguard.ledger.verification import KeptCheckpoint, LedgerState, LedgerVerification
from schemaguard.ledger.verification import verify as verify_state


def log(site: Site, model: str | None, limit: int | None, *, all_of_them: bool = False) -> tuple[Entry, ...]:
    """The newest entries, oldest first; `all_of_them`: also those that only say which rows were written.

    DatabaseError where there is no control schema.
    """
    with connect(site.database_url) as connection:
        journal.require_control_schema(connection)
        return ledger.read(connection, model=model, limit=limit, all_of_them=all_of_them)


def show(site: Site, position: int) -> Entry:
    """One entry as a whole. UsageError where there is none of that number."""
    found = {each.position: each for each in log(site, None, None, all_of_them=True)}
    if position not in found:
        raise UsageError(
            f"there is no entry {position}", at=f"entries: {len(found)}", next="schemaguard audit log lists them"
        )
    return found[position]


def verify(site: Site, outside: Iterable[Checkpoint] = (), keys: Sequence[VerifyingKey] = ()) -> LedgerVerification:
    """Recompute the whole ledger, as of one moment; `outside` are checkpoints that were kept elsewhere.

    `keys` count besides those of the settings.
    """
    return verify_state(_state(site), outside, (*site.ledger_keys, *keys))


def verify_export(
    site: Site, file: Path, outside: Iterable[Checkpoint] = (), keys: Sequence[VerifyingKey] = ()
) -> LedgerVerification:
    """The same of a file that `export` wrote, without any database. UsageError where it is none."""
    known = (*site.ledger_keys, *keys)
    try:
        found = read_export(_read(file), known)
    except ExportError as error:
        raise UsageError(str(error), at=str(file), next="schemaguard audit export FILE writes one") from error
    verification = verify_state(found.state, outside, known)
    sealed = f"the seal of {found.signer} over the whole export" if found.signer else "the digest over the whole export"
    remarks = verification.remarks
    if found.signer is None:
        remarks += ("no known key has sealed this export: whoever had the file could have changed all of it",)
    return replace(
        verification,
        checked=(*verification.checked, sealed),
        problems=(*found.problems, *verification.problems),
        remarks=remarks,
    )


def checkpoint(site: Site, file: Path | None = None) -> str:
    """Sign how the ledger is now; the note is kept in the database, and in a file where one is named.

    UsageError where no key is configured, or where the ledger doesn't hold: nobody signs what isn't so.
    """
    key = _key(site)
    state = _state(site)
    _require_intact(site, state)
    note = sign_checkpoint(state.leaves, key)
    kept = KeptCheckpoint(len(state.rows), root_hash(state.leaves), note)
    with connect(site.database_url) as connection:
        ledger.keep_checkpoint(connection, kept, key.verifying.id.hex())
    if file is not None:
        replace_text(file, note)
    return note


def export(site: Site, file: Path) -> int:
    """Write the whole ledger into a file that is verified without the database; how many entries it has.

    It is sealed where a key is configured. Whatever is wrong with the ledger goes along.
    """
    state = _state(site)
    replace_text(file, write_export(state, site.now(), site.ledger_key))
    return len(state.rows)


def prove(site: Site, position: int, file: Path | None = None) -> str:
    """The proof that an entry is in the ledger, for whoever has the key that verifies; in a file where one is named.

    UsageError where there is no such entry, or neither a key nor a signed checkpoint that covers it.
    """
    state = _state(site)
    if not 1 <= position <= len(state.rows):
        raise UsageError(
            f"there is no entry {position}", at=f"entries: {len(state.rows)}", next="schemaguard audit log"
        )
    _require_intact(site, state)
    size, note = _newest_note(site, state)
    if size < position:
        raise UsageError(
            f"the newest signed checkpoint knows {size} entries",
            at=f"entry {position}",
            next="schemaguard audit checkpoint",
        )
    proof = write_proof(state.rows[position - 1].entry, position - 1, state.leaves[:size], note)
    if file is not None:
        replace_text(file, proof)
    return proof


def check(site: Site, file: Path, keys: Sequence[VerifyingKey] = ()) -> ProvenEntry:
    """The entry that a proof proves, without any database. UsageError where it proves nothing."""
    try:
        return check_proof(_read(file), (*site.ledger_keys, *keys))
    except InclusionError as error:
        raise UsageError(
            f"it proves nothing: {error}", at=str(file), next="name the key that verifies: --key NAME+ID+KEY"
        ) from error


def accept(site: Site, position: int, reason: str) -> None:
    """Say that rows which were written past schemaguard are right as they are, and why.

    UsageError for an entry of another kind.
    """
    entry = show(site, position)
    if entry.event != "rows-written":
        raise UsageError(
            f"entry {position} is {entry.event}, which nobody has to accept", next="schemaguard audit verify names them"
        )
    with connect(site.database_url) as connection, connection.transaction():
        ledger.record(connection, ACCEPTED, (site.actor, None, None), {"position": position, "reason": reason})


def parse_checkpoint(text: str, keys: Sequence[VerifyingKey]) -> Checkpoint:
    """A checkpoint that was kept: `SIZE:HEX`, or a file with a signed note. UsageError where it is none."""
    file = Path(text)
    if ":" not in text and file.is_file():
        try:
            found = open_checkpoint(_read(file), keys, text)
        except NoteError as error:
            raise UsageError(
                f"it is not a checkpoint: {error}", at=text, next="schemaguard audit checkpoint"
            ) from error
        if found is None:
            raise UsageError("no known key has signed it", at=text, next="name the key: --key NAME+ID+KEY")
        return found
    size, _, root = text.partition(":")
    try:
        return Checkpoint(int(size), bytes.fromhex(root), "--checkpoint")
    except ValueError as error:
        raise UsageError(
            f"{text!r} is not a checkpoint",
            at="--checkpoint",
            next="SIZE:ROOT, as schemaguard audit verify prints it, or the file of a signed one",
        ) from error


def parse_keys(texts: Iterable[str]) -> tuple[VerifyingKey, ...]:
    """Keys as `audit key` prints them. ConfigError where one is none."""
    return tuple(parse_verifying_key(text, "--key") for text in texts)


def make_key(file: Path, name: str) -> VerifyingKey:
    """Make a key, and write it into a new file that only its owner reads; what verifies it."""
    return write_key(file, new_key(name or file.stem))


def show_key(site: Site) -> VerifyingKey:
    """What verifies the signatures of the key that is configured. UsageError where none is."""
    return _key(site).verifying


def _state(site: Site) -> LedgerState:
    """The ledger as of one moment."""
    with connect(site.database_url) as connection:
        journal.require_control_schema(connection)
        with connection.transaction():
            connection.execute("set transaction isolation level repeatable read, read only")
            return ledger.read_state(connection)


def _key(site: Site) -> SigningKey:
    if site.ledger_key is None:
        raise UsageError(
            "no key is configured that signs the ledger",
            at=VARIABLE,
            next=f"schemaguard audit key FILE makes one; then export {VARIABLE}=FILE",
        )
    return site.ledger_key


def _require_intact(site: Site, state: LedgerState) -> None:
    found = verify_state(state, (), site.ledger_keys)
    if not found.holds:
        raise UsageError(
            f"the ledger doesn't hold, and nobody signs for it: {found.problems[0]}", next="schemaguard audit verify"
        )


def _newest_note(site: Site, state: LedgerState) -> tuple[int, str]:
    if site.ledger_key is not None:
        return len(state.rows), sign_checkpoint(state.leaves, site.ledger_key)
    for kept in reversed(state.checkpoints):
        if kept.note is not None and open_checkpoint(kept.note, site.ledger_keys, "the database") is not None:
            return kept.size, kept.note
    raise UsageError(
        "nobody whose key is known has signed a checkpoint", at="ledger_keys", next="schemaguard audit checkpoint"
    )


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"cannot read the file: {why}", at=str(file), next="name a file that is there") from error
