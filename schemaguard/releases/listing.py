"""Who reads and writes what, and until when: the folder's contracts and the published ones, as one list."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemaguard.contracts.contract import Access, Contract, ContractFile, ContractTable
from schemaguard.contracts.difference import difference
from schemaguard.errors import UsageError
from schemaguard.releases.publication import Bound
from schemaguard.releases.window import Entry, Window

UNPUBLISHED = "unpublished"


@dataclass(frozen=True, slots=True)
class Listed:
    """One model version's contract, or a consumer's (empty `version`): the published one where there is one.

    `standing` is its role in the window, or `unpublished`; `until` None: no end. `changes` tell how the folder's file
    differs from what was published.
    """

    contract: Contract
    document: Mapping[str, Any]
    version: str
    standing: str
    until: datetime | None = None
    bound: Bound | None = None
    is_in_folder: bool = True
    changes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Whose it is, such as `fraud@7`."""
        return f"{self.contract.model}@{self.version}" if self.version else self.contract.model

    def accesses(self, thing: "Thing | None") -> tuple[Access, ...]:
        """How it uses the table or column (None: anything): `read`, `write`, both, or not at all."""
        used = [t.access for t in self.contract.tables if thing is None or thing.is_in(self.contract, t.access)]
        return tuple(dict.fromkeys(used))


@dataclass(frozen=True, slots=True)
class Thing:
    """A table, or one column of it, as somebody typed it."""

    table: str
    column: str | None = None

    def is_in(self, contract: Contract, access: Access) -> bool:
        """Whether the contract uses it in that way."""
        return any(table.access == access and self.names(table) for table in contract.tables)

    def names(self, table: ContractTable) -> bool:
        """Whether that is what the entry of a contract is about."""
        spellings = (table.table.name, f"{table.table.schema or 'public'}.{table.table.name}")
        return self.table in spellings and (self.column is None or table.promise(self.column) is not None)


def listing(files: Iterable[ContractFile], bound: Iterable[Bound], window: Window) -> tuple[Listed, ...]:
    """Every contract once a version, by model and version."""
    known = {(each.contract.model, each.version): each for each in bound}
    in_folder = {
        (file.contract.model, version): file for file in files for version in file.contract.model_versions or ("",)
    }
    listed = [
        _published(each, in_folder.get(key), window)
        if (each := known.get(key))
        else _unpublished(in_folder[key], key[1])
        for key in known | in_folder
    ]
    return tuple(sorted(listed, key=lambda each: (each.contract.model, _natural(each.version))))


def _published(bound: Bound, file: ContractFile | None, window: Window) -> Listed:
    model = bound.contract.model
    entries = (entry for entry in window.entries if (entry.model, entry.version) == (model, bound.version))
    entry = next(entries, Entry(model, bound.version, "consumer"))
    return Listed(
        contract=bound.contract,
        document=bound.document,
        version=bound.version,
        standing=entry.role,
        until=entry.until,
        bound=bound,
        is_in_folder=file is not None,
        changes=difference(bound.document, file.document) if file is not None else (),
    )


def _unpublished(file: ContractFile, version: str) -> Listed:
    return Listed(file.contract, file.document, version, UNPUBLISHED)


def _natural(version: str) -> tuple[int, str]:
    return (int(version), "") if version.isdecimal() else (0, version)


def things(text: str, listed: Iterable[Listed]) -> Thing:
    """What `table`, `schema.table`, `table.column` or `schema.table.column` means; UsageError where nobody uses it."""
    everything = tuple(listed)
    head, _, tail = text.rpartition(".")
    meanings = [Thing(text), Thing(head, tail)] if head else [Thing(text)]
    for thing in meanings:
        if any(each.accesses(thing) for each in everything):
            return thing
    tables = sorted({str(table.table) for each in everything for table in each.contract.tables})
    raise UsageError(
        f"no contract names {text}",
        at=f"tables under contract: {', '.join(tables) or 'none'}",
        next="TABLE or TABLE.COLUMN",
    )


def chosen(listed: tuple[Listed, ...], model: str, version: str | None) -> tuple[Listed, ...]:
    """The contracts of a model, or of one version of it. UsageError where there is none."""
    mine = tuple(each for each in listed if each.contract.model == model)
    if not mine:
        known = sorted({each.contract.model for each in listed})
        raise UsageError(
            f"no contract of {model!r} is known",
            at=f"known: {', '.join(known) or 'none'}",
            next="schemaguard contracts list",
        )
    found = tuple(each for each in mine if version is None or each.version == version)
    if not found:
        known = [each.version for each in mine]
        raise UsageError(
            f"no contract of {model} {version} is known",
            at=f"known: {model} {', '.join(known)}",
            next="name one of them",
        )
    return found
