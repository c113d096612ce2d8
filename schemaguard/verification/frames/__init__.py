"""A contract's promises as the pandera schema of a frame, with the verdicts of the aggregate.

Every check is a function of ours: pandera's own differ between its backends in what they make of NaN, of NULLs that are
equal to each other, and of `unique`.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Literal, Protocol

from schemaguard.catalog.objects import Name
from schemaguard.catalog.types import Type
from schemaguard.contracts.contract import Contract, Promise
from schemaguard.errors import ConfigError, ContractError
from schemaguard.verification.aggregate import checks_of, kind_of, refusal
from schemaguard.verification.checks import Bound, Check, NoLonger, OneOf, ValueKind

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema

Backend = Literal["pandas", "polars"]


class _Judge(Protocol):
    """What a backend has: the functions that pandera calls, with what it hands over."""

    def keeps(self, check: Check, kind: ValueKind, is_padded: bool) -> Callable[[Any], Any]:
        """Which rows keep the promise."""

    def fits(self, kind: ValueKind, type_: Type) -> Callable[[Any], Any]:
        """Whether the column is of a type that values of that one are read as."""


def frame_schema(contract: Contract, table: str | None, backend: Backend) -> "DataFrameSchema":
    """The schema of a frame with one table's columns; others may be there, too."""
    pandera, judge = _backend(backend)
    columns: dict[str, list[Any]] = {}
    for promise in _promises(contract, table):
        made = columns.setdefault(promise.column, [])
        made += [
            each for each in _checks(contract, promise, pandera, judge) if each.error not in {c.error for c in made}
        ]
    return pandera.DataFrameSchema(
        {name: pandera.Column(None, checks, nullable=True) for name, checks in columns.items()},
        name=contract.id,
    )


def _backend(backend: Backend) -> tuple[Any, _Judge]:
    try:
        if backend == "polars":
            import pandera.polars

            from schemaguard.verification.frames import polars

            return pandera.polars, polars
        if backend != "pandas":
            raise ConfigError(f"there is no backend {backend!r}", next="pandas or polars")
        import pandera.pandas

        from schemaguard.verification.frames import pandas

        return pandera.pandas, pandas
    except ImportError as error:
        raise ConfigError(
            f"frames of {backend} are judged with pandera and {backend}: {error.name} isn't installed",
            next=f"pip install 'schemaguard-ml[frames]' {backend}",
        ) from error


def _promises(contract: Contract, table: str | None) -> Iterator[Promise]:
    def name(of: Name) -> str:
        return f"{of.schema or 'public'}.{of.name}"

    names = dict.fromkeys(name(entry.table) for entry in contract.tables)
    meant = [each for each in names if table is None or table in (each, each.partition(".")[2])]
    if len(meant) != 1:
        known = ", ".join(names)
        what = f"{table} is not a table of the contract" if table is not None else "the contract has several tables"
        raise ContractError(what, at=contract.file, next=f"name one of: {known}")
    for entry in contract.tables:
        if name(entry.table) == meant[0]:
            yield from entry.promises


def _checks(contract: Contract, promise: Promise, pandera: Any, judge: _Judge) -> Iterator[Any]:
    kind = _kind(promise)
    if promise.type is not None:
        type_ = promise.type
        yield pandera.Check(judge.fits(kind, type_), name=str(type_), error=str(type_), ignore_na=False)
    is_padded = promise.type is not None and promise.type.name == "character"
    for check in checks_of(promise):
        why = refusal(check, kind)
        if why is not None:
            at = f"{contract.file}:{promise.line}:{promise.position}"
            raise ContractError(f"{promise.column}: {check.words} can't be judged in a frame: {why}", at=at)
        keeps = judge.keeps(check, kind, is_padded)
        yield pandera.Check(keeps, name=check.words, error=check.words, ignore_na=False)


def _kind(promise: Promise) -> ValueKind:
    """How values are compared, by the promised type; without one, and for an enum, by what else is promised."""
    checks = tuple(checks_of(promise))
    if promise.type is None and any(isinstance(check, Bound) for check in checks):
        return ValueKind.DOUBLE
    is_of_user = promise.type is None or not promise.type.is_built_in
    if is_of_user and any(isinstance(check, OneOf | NoLonger) for check in checks):
        return ValueKind.LABEL
    return kind_of(promise.type) if promise.type is not None else ValueKind.OTHER
