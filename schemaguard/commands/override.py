"""override: let a finding of the contract family pass for one model version until a day, on somebody's word."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from schemaguard.adapters import control
from schemaguard.adapters.control import ledger
from schemaguard.adapters.files.overrides import FILE, read_overrides
from schemaguard.adapters.files.tree import DiskFiles
from schemaguard.adapters.files.writing import replace_text
from schemaguard.adapters.postgres.connection import Connection, connect, in_transaction, place
from schemaguard.commands.contracts.known import read_book
from schemaguard.commands.site import Site
from schemaguard.contracts.overrides import Override, is_same_person, parse, spelled, whom
from schemaguard.contracts.overriding import with_override
from schemaguard.errors import RefusedError, UsageError
from schemaguard.frozen import dataclass, replace
from schemaguard.registry.listing import ListedContract
from schemaguard.rules import MIGRATION_RULES
from schemaguard.rules.judging.overriding import not_overridden

_LONGEST_LIST = 8


@dataclass(frozen=True, slots=True)
class Granted:
    """Overrides that stand in the file."""

    overrides: tuple[Override, ...]
    renewed: tuple[Override, ...]
    """Those whose place they took."""
    is_in_ledger: bool
    why_not: str | None = None
    """Why they aren't in the ledger."""


def asked(rule: str, thing: str, whom_: str, until: date, why: tuple[str, str, str]) -> Override:
    """The override that was asked for; `why` is its reason, who approves it and who asks."""
    model, version = whom(whom_)
    reason, approved_by, asked_by = (" ".join(text.split()) for text in why)
    return Override(rule, spelled(thing), model, version, until, reason, approved_by, asked_by)


def check_asked(wanted: Override, listed: Sequence[ListedContract], today: date) -> None:
    """Whether it can be granted: UsageError where it names what isn't there, RefusedError where one person is both."""
    if problem := not_overridden(wanted.rule, MIGRATION_RULES):
        raise UsageError(problem[0], at="RULE", next=problem[1])
    said = (("--reason", wanted.reason), ("--approved-by", wanted.approved_by))
    for option, text in said:
        if not text:
            raise UsageError(f"{option} is empty", next="write one: every report that shows the override shows it")
    for option, text in (*said, ("SCHEMAGUARD_ACTOR", wanted.asked_by)):
        if not _is_unicode(text):
            raise UsageError("the text isn't UTF-8", at=option, next="write it in UTF-8")
    if not wanted.holds(today):
        raise UsageError(f"{wanted.until} is in the past", at="--until", next="name a future date")
    if is_same_person(wanted.approved_by, wanted.asked_by):
        raise RefusedError(
            f"{wanted.asked_by} can't approve an override that the same person asks for",
            at="--approved-by",
            next="have somebody else approve it; who asks is the system's user, or SCHEMAGUARD_ACTOR",
        )
    _check_is_under_contract(wanted, listed)


def _is_unicode(text: str) -> bool:
    """Whether it can be written; bytes that a command line couldn't read are surrogates in it."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _check_is_under_contract(wanted: Override, listed: Sequence[ListedContract]) -> None:
    mine = [each.contract for each in listed if (each.contract.model, each.version) == (wanted.model, wanted.version)]
    if not mine:
        names = sorted(each.name for each in listed)
        raise UsageError(f"no contract speaks for {wanted.name}", at="--for", next=f"known: {_listed(names)}")
    tables = sorted({str(part.table) for contract in mine for part in contract.tables})
    if not any(wanted.object == table or wanted.object.startswith(f"{table}.") for table in tables):
        raise UsageError(
            f"the contract of {wanted.name} has nothing to do with {wanted.object}",
            at="OBJECT",
            next=f"TABLE or TABLE.COLUMN, as the finding names it; its tables: {_listed(tables)}",
        )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _LONGEST_LIST} more" if len(names) > _LONGEST_LIST else ""
    return (", ".join(names[:_LONGEST_LIST]) or "none") + more


def override(site: Site, wanted: Sequence[Override]) -> Granted:
    """Check and grant overrides: in the file beside the contracts and, where a database is configured, the ledger.

    Raises UsageError where one names what isn't there, RefusedError where one person asks and approves.
    """
    known = read_book(site).listed
    for each in wanted:
        check_asked(each, known, site.now().date())
    with _ledger_of(site) as (connection, why_not):
        return replace(grant(wanted, site.contracts_folder, site.files, connection), why_not=why_not)


@contextmanager
def _ledger_of(site: Site) -> Iterator[tuple[Connection | None, str | None]]:
    """The database that has the ledger; else None and why there is none."""
    url = site.environment.database_url
    if url is None:
        yield None, "no database is configured"
        return
    with connect(url) as connection:
        if control.is_installed(connection):
            yield connection, None
        else:
            yield None, f"{place(url)} has no control schema yet: schemaguard install"


def grant(wanted: Sequence[Override], folder: Path, files: DiskFiles, connection: Connection | None) -> Granted:
    """Write them to the file and, where there is a control schema, to the ledger; to both or to neither.

    Raises ContractError where the file is malformed, UsageError where it can't be written.
    """
    path = files.path_of(folder / FILE)
    text = files.read(path)
    if text is None and (files.root / path).exists():
        raise UsageError(
            "the overrides file can't be read",
            at=path,
            next="correct the file first: adding an override would lose what it says",
        )
    before = read_overrides(folder, files)
    made = text
    for each in wanted:
        made = with_override(made, each, path)
    target = files.root / path
    replace_text(target, made or "")
    if connection is not None:
        try:
            in_transaction(connection, lambda c: _record(c, wanted, path))
        except BaseException:
            _put_back(target, text)
            raise
    placed = {override.key: override for override in parse(made or "", path)}
    return Granted(
        tuple(placed[each.key] for each in wanted),
        tuple(each for each in before if each.key in {one.key for one in wanted}),
        connection is not None,
    )


def _put_back(target: Path, text: str | None) -> None:
    if text is None:
        target.unlink()
    else:
        replace_text(target, text)


def _record(connection: Connection, wanted: Sequence[Override], path: str) -> None:
    for each in wanted:
        facts = {
            "rule": each.rule, "object": each.object, "version": each.version or None, "until": each.until,
            "reason": each.reason, "approved_by": each.approved_by, "file": path,
        }  # fmt: skip
        ledger.record(connection, "override-granted", (each.asked_by, each.model, None), facts)
