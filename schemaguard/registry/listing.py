"""Who reads and writes what, and until when: the folder's contracts and the published ones, as one list."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from difflib import get_close_matches
from itertools import groupby
from typing import Any

from schemaguard.catalog.objects import Catalog
from schemaguard.contracts.contract import Access, Contract, ContractFile
from schemaguard.contracts.difference import difference
from schemaguard.contracts.subject import Subject
from schemaguard.errors import UsageError
from schemaguard.frozen import dataclass
from schemaguard.registry.publication import BoundContract
from schemaguard.window.window import ENDLESS_ROLES, Window, WindowEntry, consumer_entry

UNPUBLISHED = "unpublished"
RETIRED = "retired"
_OUTSIDE = (UNPUBLISHED, RETIRED)
_FEWEST_IN_A_RANGE = 3


@dataclass(frozen=True, slots=True)
class ListedContract:
    """One model version's contract, or a consumer's (empty `version`): the published one where there is one.

    `standing` is its role in the window; `unpublished` where the window doesn't know it, `retired` where its file says
    so. `until` None: no end. `changes` tell how the folder's file differs from what was published.
    """

    contract: Contract
    document: Mapping[str, Any]
    version: str
    standing: str
    until: datetime | None = None
    bound: BoundContract | None = None
    is_in_folder: bool = True
    changes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Whose it is, such as `fraud@7`."""
        return f"{self.contract.model}@{self.version}" if self.version else self.contract.model

    def is_in_window(self, at: datetime) -> bool:
        """Whether the contract has to hold at that time."""
        return self.standing not in _OUTSIDE and (self.until is None or self.until > at)

    def accesses(self, subject: Subject, catalog: Catalog) -> tuple[Access, ...]:
        """How it names the table or column: `read`, `write`, both, or not at all."""
        return tuple(dict.fromkeys(part.access for part in self.contract.tables if subject.is_in(part, catalog)))


@dataclass(frozen=True, slots=True)
class Shared:
    """One contract with all the versions of its model that are bound to it."""

    versions: tuple[ListedContract, ...]

    @property
    def contract(self) -> Contract:
        """The contract that they share."""
        return self.versions[0].contract

    @property
    def name(self) -> str:
        """Whose it is, such as `fraud@7` or `fraud@7, 9–12`."""
        return names(self.versions)

    @property
    def until(self) -> datetime | None:
        """The end of the longest window among them; None: no end."""
        ends = [each.until for each in self.versions if each.standing not in _OUTSIDE]
        known = [end for end in ends if end is not None]
        return max(known) if known and len(known) == len(ends) else None

    @property
    def roles(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Each role among them, with its versions."""
        found: dict[str, list[str]] = {}
        for each in self.versions:
            found.setdefault(each.standing, []).append(each.version)
        return tuple((role, tuple(versions)) for role, versions in found.items())

    def is_in_window(self, at: datetime) -> bool:
        """Whether the contract has to hold for any of them."""
        return any(each.is_in_window(at) for each in self.versions)


def listing(
    files: Iterable[ContractFile], bound: Iterable[BoundContract], window: Window
) -> tuple[ListedContract, ...]:
    """Every contract once a version, by model and version."""
    known = {(each.contract.model, each.version): each for each in bound}
    in_folder = {
        (file.contract.model, version): file for file in files for version in file.contract.model_versions or ("",)
    }
    by_digest = {(file.contract.model, digest): file for file in in_folder.values() for digest in file.contract.digests}
    entries = {(entry.model, entry.version): entry for entry in window.entries}
    # Published with the contract of another version: no file lists it.
    in_folder |= {
        key: file
        for key, entry in entries.items()
        if key not in in_folder and (file := by_digest.get((entry.model, entry.digest))) is not None
    }
    listed = [
        _published(each, in_folder.get(key), entries.get(key))
        if (each := known.get(key))
        else _in_folder(in_folder[key], key[1], entries.get(key))
        for key in known | in_folder
    ]
    return tuple(sorted(listed, key=lambda each: (each.contract.model, _natural(each.version))))


def shared(listed: Iterable[ListedContract]) -> tuple[Shared, ...]:
    """The list with the versions that share a contract together, where the first of them stands."""
    found: dict[tuple[str, str, bool], list[ListedContract]] = {}
    for each in listed:
        key = (each.contract.model, each.contract.digest, each.is_in_folder)
        found.setdefault(key, []).append(each)
    return tuple(Shared(tuple(together)) for together in found.values())


def names(listed: Iterable[ListedContract]) -> str:
    """What versions of one model are called together, such as `fraud@7, 9–12`."""
    each = tuple(listed)
    model = each[0].contract.model
    return f"{model}@{ranges([one.version for one in each])}" if each[0].version else model


def ranges(versions: Iterable[str]) -> str:
    """Versions in their order, with three or more that follow each other as a range."""
    said: list[str] = []
    ordered = list(enumerate(sorted(versions, key=_natural)))
    for _, run in groupby(ordered, key=lambda pair: int(pair[1]) - pair[0] if pair[1].isdecimal() else pair[1]):
        together = [version for _, version in run]
        is_range = len(together) >= _FEWEST_IN_A_RANGE
        said += [f"{together[0]}–{together[-1]}"] if is_range else together
    return ", ".join(said)


def _published(bound: BoundContract, file: ContractFile | None, entry: WindowEntry | None) -> ListedContract:
    found = entry or consumer_entry(bound.contract)
    return ListedContract(
        contract=bound.contract,
        document=bound.document,
        version=bound.version,
        standing=found.role,
        until=None if found.role in ENDLESS_ROLES else found.until,
        bound=bound,
        is_in_folder=file is not None,
        changes=_changes(bound, file) if file is not None else (),
    )


def _changes(bound: BoundContract, file: ContractFile) -> tuple[str, ...]:
    """How the file differs from what was published; that more versions share it is not a difference."""
    if bound.contract.digest in file.contract.digests:
        return ()
    return difference(bound.document, file.document)


def _in_folder(file: ContractFile, version: str, entry: WindowEntry | None) -> ListedContract:
    contract = file.contract
    if entry is None and contract.is_consumer and contract.status != RETIRED:
        entry = consumer_entry(contract)
    if entry is None:
        return ListedContract(contract, file.document, version, RETIRED if contract.status == RETIRED else UNPUBLISHED)
    until = None if entry.role in ENDLESS_ROLES else entry.until
    return ListedContract(contract, file.document, version, entry.role, until)


def _natural(version: str) -> tuple[int, int, str]:
    return (1, int(version), "") if version.isdecimal() else (0, 0, version)


def chosen(listed: tuple[ListedContract, ...], model: str, version: str | None) -> tuple[ListedContract, ...]:
    """The contracts of a model, or of one version of it. UsageError where there is none."""
    mine = tuple(each for each in listed if each.contract.model == model)
    if not mine:
        known = sorted({each.contract.model for each in listed})
        near = get_close_matches(model, known) or known
        raise UsageError(
            f"no contract of {model!r} is known",
            at=f"known: {', '.join(near) or 'none'}",
            next="schemaguard contracts list",
        )
    found = tuple(each for each in mine if version is None or each.version == version)
    if not found:
        raise UsageError(
            f"no contract of {model} {version} is known",
            at=f"known: {model} {ranges(each.version for each in mine)}",
            next="name one of them",
        )
    return found
