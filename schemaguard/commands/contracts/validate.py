"""Use case: whether contracts are right: their files, and against catalog, query, signature and dates."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Protocol

from schemaguard.adapters.files.contracts import PATTERNS, read_file
from schemaguard.catalog.objects import Catalog
from schemaguard.commands.contracts.known import migrated_catalog
from schemaguard.commands.site import Site
from schemaguard.contracts.contract import Contract
from schemaguard.contracts.signature import SignatureField
from schemaguard.contracts.validation import (
    Remark,
    against_catalog,
    against_dates,
    against_query,
    against_signature,
)
from schemaguard.errors import ContractError, ExitCode, UsageError
from schemaguard.frozen import dataclass
from schemaguard.window.window import Window


class Signatures(Protocol):
    """Where the signatures of model versions are."""

    def has_version(self, model: str, version: str) -> bool:
        """Whether the registry knows the model version."""

    def signature(self, model: str, version: str) -> tuple[SignatureField, ...] | None:
        """The inputs of the version's signature, None where it was logged without one."""


@dataclass(frozen=True, slots=True)
class Validated:
    """One file and what is to be said of it."""

    file: str
    names: tuple[str, ...]
    """Whom it is for, such as `fraud@7`; empty where the file can't be read."""
    remarks: tuple[Remark, ...]

    @property
    def is_valid(self) -> bool:
        """Whether nothing is wrong with it."""
        return not any(remark.is_error for remark in self.remarks)


@dataclass(frozen=True, slots=True)
class Validation:
    """All files, and which layers were judged; a layer that wasn't has its reason."""

    files: tuple[Validated, ...]
    not_judged: tuple[str, ...]

    @property
    def exit_code(self) -> ExitCode:
        """1 where something is wrong, else 0."""
        return ExitCode.OK if all(file.is_valid for file in self.files) else ExitCode.FINDINGS


@dataclass(frozen=True, slots=True)
class ValidationBench:
    """What contracts are held against."""

    root: Path
    """What files are named relative to."""
    catalog: Catalog | None
    signatures: Signatures | None
    today: date
    lock: Window | None = None
    """The release windows of the lock file."""


def validate_contracts(
    site: Site,
    target: str | None = None,
    version: str | None = None,
    *,
    migrations: str | None = None,
    initial: Path | None = None,
) -> Validation:
    """Judge the contract that is meant (a file, a model or MODEL@VERSION), else all of the folder.

    UsageError where none is meant, HistoryError where migrations were named and can't be read.
    """
    catalog, why = migrated_catalog(site, migrations, initial)
    registry = site.registry_if_any
    unasked = () if registry is not None else ("signatures weren't read from a registry: none is configured",)
    name, _, after = (target or "").partition("@")
    wanted = None if target is None or _is_file(target) else name
    number = version or after or None
    return validate(
        files_of(site.contracts_folder, target),
        ValidationBench(site.here, catalog, registry, site.now().date(), site.window_lock()),
        lambda c: wanted is None or (c.model == wanted and (number is None or number in c.model_versions)),
        (*why, *unasked),
        f"{name} {number}" if number else name,
    )


def _is_file(target: str) -> bool:
    return Path(target).is_file() or target.endswith((".yaml", ".yml"))


def files_of(folder: Path, target: str | None) -> tuple[Path, ...]:
    """The file that is meant, else every contract of the folder. UsageError where there is none."""
    if target is not None and _is_file(target):
        return (Path(target).absolute(),)
    found = tuple(sorted({file for pattern in PATTERNS for file in folder.rglob(pattern)})) if folder.is_dir() else ()
    if not found:
        raise UsageError("there is no contract", at=str(folder), next="schemaguard contracts show prints an example")
    return found


def validate(
    files: tuple[Path, ...],
    bench: ValidationBench,
    is_meant: Callable[[Contract], bool],
    not_judged: tuple[str, ...],
    asked: str = "",
) -> Validation:
    """Judge the files. A file that can't be read is judged with that, whomever it is for.

    `asked` is whose contracts are meant, where not all are: an error says that none is known.
    """
    bound: dict[str, str] = {}
    done = [found for file in files if (found := _validated(file, bench, is_meant, bound)) is not None]
    if not done:
        raise UsageError(f"no contract of {asked} is known", next="schemaguard contracts list")
    return Validation(tuple(done), not_judged)


def _validated(
    file: Path, bench: ValidationBench, is_meant: Callable[[Contract], bool], bound: dict[str, str]
) -> Validated | None:
    """What is wrong with one file; None where it is not among those that are meant."""
    try:
        contract = read_file(file, bench.root).contract
    except ContractError as error:
        name = str(file.relative_to(bench.root)) if file.is_relative_to(bench.root) else str(file)
        return Validated(name, (), (Remark("file", True, error.what, error.at, error.next),))
    names = tuple(f"{contract.model}@{version}" for version in contract.model_versions) or (contract.model,)
    twice = tuple(_doubles(contract, names, bound))
    if not is_meant(contract):
        return None
    return Validated(contract.file, names, (*twice, *_remarks(contract, bench)))


def _doubles(contract: Contract, names: tuple[str, ...], bound: dict[str, str]) -> Iterator[Remark]:
    for name in names if not contract.is_consumer else ():
        other = bound.setdefault(name, contract.file)
        if other != contract.file:
            what = f"{name} has another contract: {other}"
            yield Remark("file", True, what, f"{contract.file}:1:1", "remove one of the two")


def unfit_to_serve(contract: Contract, catalog: Catalog, today: date) -> tuple[str, ...]:
    """Why a contract isn't to be bound or put to serve: it is a draft, or INVALID beyond what the database gives it.

    Whether the database gives what is promised is told by whoever asks this.
    """
    said = f"it is a {contract.status} still: `status: active` says that it was agreed to"
    status = (said,) if contract.status in _NOT_AGREED else ()
    remarks = (*against_query(contract, catalog), *against_dates(contract, today))
    return (*status, *(remark.what for remark in remarks if remark.is_error))


_NOT_AGREED = ("draft", "proposal", "proposed")
"""Statuses of a contract that nobody has agreed to."""


def _remarks(contract: Contract, bench: ValidationBench) -> Iterator[Remark]:
    if bench.catalog is not None:
        yield from against_catalog(contract, bench.catalog)
        yield from against_query(contract, bench.catalog)
        yield from _signed(contract, bench.catalog, bench.signatures)
    yield from against_dates(contract, bench.today)
    yield from _locked(contract, bench.lock)


def _locked(contract: Contract, lock: Window | None) -> Iterator[Remark]:
    """A version that is in its window by the lock file, with another contract than this file."""
    for version in contract.model_versions if lock is not None else ():
        assert lock is not None
        entry = lock.entry(contract.model, version)
        if entry is not None and entry.digest and entry.digest not in contract.digests:
            what = f"{contract.model}@{version} was published with another contract ({entry.digest[:12]})"
            hint = "bring the file back to what was published, or write the lock file again"
            yield Remark("window", True, what, f"{contract.file}:1:1", hint)


def _signed(contract: Contract, catalog: Catalog, signatures: Signatures | None) -> Iterator[Remark]:
    if contract.signature is not None:
        yield from against_signature(contract, "/".join(contract.model_versions), contract.signature, catalog)
    for version in contract.model_versions if signatures is not None else ():
        assert signatures is not None
        at = f"{contract.file}:1:1"
        if not signatures.has_version(contract.model, version):
            what = f"the registry knows no {contract.model} {version}"
            yield Remark("signature", False, what, at, "register it, or correct modelVersion")
            continue
        fields = signatures.signature(contract.model, version)
        if fields is None:
            what = f"{contract.model} {version} was logged without a signature of named columns"
            yield Remark("signature", False, what, at, "log it with a signature: infer_signature(features)")
        elif contract.signature is None:
            yield from against_signature(contract, version, fields, catalog)
        elif fields != contract.signature:
            what = f"{contract.signature_file} isn't the signature of {contract.model} {version}"
            yield Remark("signature", True, what, at, "write the file again: signature.inputs.to_json()")
