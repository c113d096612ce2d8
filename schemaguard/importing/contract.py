"""A reader that was found → the contract of a consumer, and what becomes of the file that is there already."""

import json
from typing import Literal

from schemaguard.catalog.objects import Catalog
from schemaguard.contracts.contract import Contract, ContractTable
from schemaguard.contracts.drafting import ContractDraft, ImportedConsumer, render
from schemaguard.contracts.inference import infer_writes, reads_of
from schemaguard.contracts.interface import interface
from schemaguard.contracts.odcs import parse
from schemaguard.frozen import dataclass
from schemaguard.importing.found import FoundReader, plain
from schemaguard.sealing import digest
from schemaguard.sql.reading.written import Written

MARK = "importedDigest"
"""The property that says what an import wrote: a digest of what is read and written, and one of the text."""
ORIGIN = "importedFrom"
State = Literal["new", "unchanged", "updated", "edited", "gone"]
"""`edited`: people changed the file, and what it was imported from has changed, too: it stays as it is. `gone`: it
isn't described any more where it was imported from; whether nobody reads there is for a person to say.
"""


@dataclass(frozen=True, slots=True)
class ImportedContract:
    """One reader's contract: its text, and the digest of what it says."""

    reader: FoundReader
    text: str
    tables: tuple[ContractTable, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class FileThere:
    """The contract file that is there: what it says, its text, and the mark that the import left in it."""

    contract: Contract
    text: str
    mark: str


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """One reader: its file, what became of it, and what differs where people have changed it."""

    name: str
    origin: str
    file: str
    state: State
    tables: tuple[str, ...]
    changes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def imported_contract(reader: FoundReader, catalog: Catalog, file: str) -> ImportedContract:
    """The contract of a reader over the catalog that it was found with, as it is read back from its file.

    Raises ContractError where that can't be done, which would be an error of ours.
    """
    written = (Written(name, tuple(sorted(columns))) for name, columns in sorted(reader.writes.items(), key=str))
    tables = (*reads_of(reader.reads, catalog), *infer_writes(written, catalog))
    unmarked = _rendered(reader, tables, catalog, "")
    said = said_digest(parse(unmarked, file).tables)
    text = _rendered(reader, tables, catalog, f"{said}.{text_digest(unmarked)}")
    return ImportedContract(reader, text, parse(text, file).tables, said)


def _rendered(reader: FoundReader, tables: tuple[ContractTable, ...], catalog: Catalog, mark: str) -> str:
    owner = plain(reader.owner) if reader.owner else None
    consumer = ImportedConsumer(plain(reader.origin), mark, owner, reader.about)
    name, versions = (reader.model, (reader.version,)) if reader.model else (reader.name, ())
    return render(ContractDraft(name, versions, tables, notes=reader.notes, consumer=consumer), catalog)


def said_digest(tables: tuple[ContractTable, ...]) -> str:
    """A digest of what is read and written, whatever else stands in the file."""
    return digest(json.dumps(interface(tables, "table", None), sort_keys=True, default=str))


def text_digest(text: str) -> str:
    """A digest of the file's text but for the line with the mark."""
    return digest("\n".join(line for line in text.splitlines() if MARK not in line))


def state_of(made: ImportedContract, there: FileThere | None) -> State:
    """What becomes of the file: one that people changed in any way stays as it is."""
    if there is None:
        return "new"
    said, _, text = there.mark.partition(".")
    is_untouched = text == text_digest(there.text)
    if said == made.digest or said_digest(there.contract.tables) == made.digest:
        # Somebody else may own the job now; that is no change of what is read.
        return "updated" if is_untouched and there.text != made.text else "unchanged"
    return "updated" if is_untouched else "edited"


def changes_of(made: ImportedContract, there: Contract) -> tuple[str, ...]:
    """What is read or written now and not in the file (+), and the other way round (-)."""
    now, before = _columns(made.tables), _columns(there.tables)
    return (*(f"+ {one}" for one in sorted(now - before)), *(f"- {one}" for one in sorted(before - now)))


def _columns(tables: tuple[ContractTable, ...]) -> set[str]:
    return {f"{table.access}s {table.table}.{promise.column}" for table in tables for promise in table.promises} | {
        f"{table.access}s {table.table}" for table in tables if not table.promises
    }
