"""What an edit of contracts takes from versions that are published and in their windows.

A contract is what `check` defends. One that says less than before lets the next migration break its model version.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath

from schemaguard.contracts.comparison import ContractDifference, compare
from schemaguard.contracts.contract import Contract, ContractFile
from schemaguard.contracts.difference import difference
from schemaguard.contracts.placed import Document
from schemaguard.contracts.terms import Term, is_earlier, terms
from schemaguard.errors import ExitCode
from schemaguard.finding import Finding, Place, Reader, Severity
from schemaguard.frozen import dataclass, replace
from schemaguard.history.selection import Base
from schemaguard.registry.listing import ranges
from schemaguard.rules.contract import (
    contract_deleted,
    contract_edited,
    promise_withdrawn,
    query_edited,
    reads_through_changed,
    retired_early,
    version_withdrawn,
    window_shortened,
)
from schemaguard.rules.rule import Rule
from schemaguard.window.window import Window, WindowEntry, bound_to, bound_versions, consumer_entry, from_dates

_PUBLISHED = ("active", "deprecated")
_SHOWN_LINES = 3
_VERSIONS = " customProperties.modelVersion."
_BLIND = "check no longer protects it: a migration may remove it while {who} is in its window"
_FOR_GOOD = "leave the published contract unchanged; write a contract file for the version that differs"
_CONSUMER = "keep the edit if it really stopped; otherwise undo it: check protects only what a contract names"

Texts = Callable[[str], Document | None]
"""A contract file as it is now, with the places of its values."""


@dataclass(frozen=True, slots=True)
class EditVerdict:
    """What is to be said of a branch's edits of contracts."""

    base: Base
    window: Window
    findings: tuple[Finding, ...]
    compared: int
    """How many contracts the base has."""
    changed: int
    """How many of them are different now, or gone."""
    remarks: tuple[str, ...]
    seconds: float

    def count(self, severity: Severity) -> int:
        """How many findings of that severity there are."""
        return sum(finding.severity is severity for finding in self.findings)

    @property
    def exit_code(self) -> ExitCode:
        """1 where something is taken away, else 0."""
        return ExitCode.FINDINGS if self.count(Severity.ERROR) else ExitCode.OK


@dataclass(frozen=True, slots=True)
class Edited:
    """A contract of the base that holds for some versions, and how surely."""

    file: ContractFile
    entries: tuple[WindowEntry, ...]
    """Those of its versions that are in their windows."""
    is_certain: bool
    """False where only its file says so, and the windows that were read don't know the version."""

    @property
    def contract(self) -> Contract:
        """The contract as it was."""
        return self.file.contract

    @property
    def severity(self) -> Severity:
        """A consumer may change its mind, and what the windows don't know may never have been released."""
        return Severity.ERROR if self.is_certain and not self.contract.is_consumer else Severity.WARNING

    @property
    def is_bound(self) -> bool:
        """Whether the windows know the version with just this contract: it was published."""
        return any(entry.digest == self.contract.digest and entry.role != "declared" for entry in self.entries)

    def who(self, versions: Sequence[str]) -> str:
        """Whose it is, such as `fraud@7, 8`."""
        return f"{self.contract.model}@{ranges(versions)}" if any(versions) else self.contract.model


def judge(
    before: Sequence[ContractFile], after: Sequence[ContractFile], window: Window, at: datetime, texts: Texts
) -> tuple[Finding, ...]:
    """What the contracts as they are after take from those before, in the order of the files."""
    now = {(each.contract.model, v): each for each in after for v in each.contract.model_versions or ("",)}
    found = [one for file in before for one in _judge_edit(_edited(file, window, at), now, after, texts)]
    return tuple(sorted(found, key=lambda each: each.place))


def _edited(file: ContractFile, window: Window, at: datetime) -> Edited:
    """The contract as it was, with those of its versions that are in their windows."""
    contract = file.contract
    entries = {(entry.model, entry.version): entry for entry in window.current(at)}
    bound = bound_to(contract, bound_versions(window))
    versions = dict.fromkeys((*(contract.model_versions or ("",)), *bound))
    known = tuple(e for v in versions if (e := entries.get((contract.model, v))) is not None)
    if contract.status not in _PUBLISHED and window.source == "dates":
        return Edited(file, (), is_certain=True)  # Dates alone publish nothing.
    if known or contract.status not in _PUBLISHED:
        return Edited(file, known, is_certain=True)
    if contract.is_consumer:
        entry = consumer_entry(contract)
        return Edited(file, (entry,) if entry.until is None or entry.until > at else (), is_certain=True)
    return Edited(file, from_dates([contract], at).current(at) if window.source != "dates" else (), is_certain=False)


def _judge_edit(
    edited: Edited, now: Mapping[tuple[str, str], ContractFile], after: Sequence[ContractFile], texts: Texts
) -> Iterator[Finding]:
    """What the edit of one contract takes from the versions in their windows."""
    contract = edited.contract
    lost: list[str] = []
    kept: dict[str, tuple[ContractFile, list[str]]] = {}
    for entry in edited.entries:
        file = _speaker(contract, entry.version, now)
        if file is None:
            lost.append(entry.version)
        else:
            kept.setdefault(file.contract.file, (file, []))[1].append(entry.version)
    if lost:
        yield _lost(edited, lost, after, texts)
    for file, versions in kept.values():
        if file.contract.digest != contract.digest:
            yield from _rewritten(edited, file, versions, texts)
        elif file.contract.query != contract.query and contract.query:
            yield _queried(edited, file.contract, versions)


def _speaker(contract: Contract, version: str, now: Mapping[tuple[str, str], ContractFile]) -> ContractFile | None:
    """The file that speaks for the version; one that no file lists was published with the contract of those listed."""
    names = (version, *(contract.model_versions if version not in contract.model_versions else ()))
    return next((file for name in names if (file := now.get((contract.model, name))) is not None), None)


def _lost(edited: Edited, lost: Sequence[str], after: Sequence[ContractFile], texts: Texts) -> Finding:
    contract = edited.contract
    mine = (each.contract for each in after if each.contract.model == contract.model)
    left = next((each for each in mine if _is_left(each, contract)), None)
    who = edited.who(lost)
    effect = f"check no longer knows what {who} reads and writes: any migration may break it"
    if left is None:
        message = f"{who} has lost its contract, but is in its window"
        instead = _CONSUMER if contract.is_consumer else "keep the file until the window is over"
        return _finding(edited, contract_deleted.RULE, lost, Place(contract.file, 1), message, effect, instead)
    place = _place(left, "modelVersion", texts)
    message = f"{who} was removed from the list of versions, but is in its window"
    return _finding(
        edited,
        version_withdrawn.RULE,
        lost,
        place,
        message,
        effect,
        "keep it in the list: one contract may apply to many versions",
    )


def _is_left(now: Contract, before: Contract) -> bool:
    return now.file == before.file or bool(set(now.model_versions) & set(before.model_versions))


def _rewritten(edited: Edited, file: ContractFile, versions: Sequence[str], texts: Texts) -> Iterator[Finding]:
    contract, after = edited.contract, file.contract
    differences = compare(contract, after)
    found = [_withdrawn(edited, versions, each, after.file) for each in differences if each.is_withdrawn]
    for term in terms(contract, after):
        found += _term(edited, versions, term, after, texts)
    yield from found
    if not found and not contract.is_consumer:  # A consumer's is published anew, and says no less than before.
        yield from _reworded(edited, file, versions, differences)


def _reworded(
    edited: Edited, file: ContractFile, versions: Sequence[str], differences: Sequence[ContractDifference]
) -> Iterator[Finding]:
    """An edit that takes nothing away; that a contract speaks for more versions than before is none."""
    lines = [each for each in difference(edited.file.document, file.document) if _VERSIONS not in each]
    if not lines:
        return
    more = f"; and {len(lines) - _SHOWN_LINES} more" if len(lines) > _SHOWN_LINES else ""
    message = f"the contract of {edited.who(versions)} is edited: {'; '.join(lines[:_SHOWN_LINES])}{more}"
    effect = contract_edited.RULE.effect
    at = (differences[0].line, differences[0].position) if differences else (1, 1)
    place = Place(file.contract.file, *at)
    one = _finding(edited, contract_edited.RULE, versions, place, message, effect, _FOR_GOOD)
    yield replace(one, severity=edited.severity if edited.is_bound else Severity.WARNING)


def _queried(edited: Edited, after: Contract, versions: Sequence[str]) -> Finding:
    who, place = edited.who(versions), Place(str(PurePosixPath(after.file).parent / str(after.query_file)), 1)
    message = f"the feature query of {who} is edited, and its contract isn't"
    return replace(_finding(edited, query_edited.RULE, versions, place, message), severity=query_edited.RULE.severity)


def _withdrawn(edited: Edited, versions: Sequence[str], each: ContractDifference, file: str) -> Finding:
    who = edited.who(versions)
    felt = (each.reader if each.access == "read" else each.writer)[0]
    what = each.what.replace("isn't named", "isn't named any more")
    message = f"{each.object} {what}, and {who} {'reads' if each.access == 'read' else 'writes'} it"
    effect = f"{_BLIND.format(who=who)}; then {_then(felt.sqlstate, each.access)} ({felt.cause})"
    instead = _CONSUMER if edited.contract.is_consumer else _FOR_GOOD
    place = Place(file, each.line, each.position)
    one = _finding(edited, promise_withdrawn.RULE, versions, place, message, effect, instead)
    return replace(one, cause=felt.cause, object=each.object, readers=tuple(_readers(edited, versions, each.access)))


def _then(sqlstate: str | None, access: str) -> str:
    if sqlstate is not None:
        return f"its {'feature query fails' if access == 'read' else 'writes fail'} with {sqlstate}"
    return f"nothing fails, and it {'gets' if access == 'read' else 'stores'} other values"


def _term(edited: Edited, versions: Sequence[str], term: Term, after: Contract, texts: Texts) -> Iterator[Finding]:
    contract, who = edited.contract, edited.who(versions)
    match term.key:
        case "endOfSupport" if is_earlier(after.supported_until, contract.supported_until):
            rule, instead = window_shortened.RULE, "keep the promised date"
            effect = f"check stops protecting {who} before the promised date"
        case "status" if after.status == "retired":
            rule, instead = retired_early.RULE, "retire it when its window is over"
            effect = f"check ignores {who}, but it is in its window"
        case "readsThrough":
            rule, instead = reads_through_changed.RULE, _FOR_GOOD
            effect = f"check judges {who} differently: {term.means}"
        case _:
            return
    message = f"{term.key} of {who} is changed: {term.what}"
    yield _finding(edited, rule, versions, _place(after, term.key, texts), message, effect, instead)


def _place(contract: Contract, key: str, texts: Texts) -> Place:
    """Where the file says a term; its beginning where it doesn't."""
    document = texts(contract.file)
    if document is None:
        return Place(contract.file, 1)
    for group in ("slaProperties", "customProperties"):
        for number, entry in enumerate(document.data.get(group) or ()):
            if entry.get("property") == key:
                return Place(contract.file, *document.place((group, number, "value")))
    return Place(contract.file, *document.place((key,)))


def _readers(edited: Edited, versions: Iterable[str], access: str) -> Iterator[Reader]:
    wanted = set(versions)
    for entry in edited.entries:
        if entry.version in wanted:
            through = edited.contract.reads_through
            yield Reader(entry.model, entry.version, access, entry.role, entry.last_day, through)


def _finding(
    edited: Edited,
    rule: Rule,
    versions: Sequence[str],
    place: Place,
    message: str,
    effect: str | None = None,
    instead: str | None = None,
) -> Finding:
    accesses = dict.fromkeys(part.access for part in edited.contract.tables)
    return Finding(
        rule=rule.id,
        family=rule.family,
        severity=edited.severity,
        history="",
        revision="",
        place=place,
        direction="",
        statement="",
        object=edited.who(versions),
        message=message,
        effect=effect or rule.effect,
        instead=instead or rule.instead,
        readers=tuple(one for access in accesses for one in _readers(edited, versions, access)),
    )
