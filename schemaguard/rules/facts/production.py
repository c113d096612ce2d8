"""What is known of the database that is migrated: how large its tables are, how busy, and how fast its server works."""

from collections.abc import Mapping

from schemaguard.frozen import dataclass, field

VERSION = 1


@dataclass(frozen=True, slots=True)
class TableLoad:
    """One table in production: its size, and how much is read and written.

    `rows` is the planner's estimate; `bytes` are those of the table itself, `index_bytes` those of its indexes.
    """

    rows: int
    bytes: int
    index_bytes: int = 0
    reads_per_second: float = 0.0
    """Scans of the table or of one of its indexes."""
    writes_per_second: float = 0.0
    """Rows that are inserted, updated or deleted."""
    longest_transaction_s: float = 0.0
    """How long the oldest transaction was open that held a lock on it when it was looked at."""


@dataclass(frozen=True, slots=True)
class WorkRates:
    """How fast a server works through a table. The defaults are those of a small machine, so that they err upwards."""

    scan_mb_per_s: float = 200.0
    """Reading a table and looking at a column."""
    rewrite_mb_per_s: float = 25.0
    """Writing a table and its indexes anew."""
    index_rows_per_s: float = 400_000.0
    """Building an index over a number."""
    lookup_rows_per_s: float = 1_000_000.0
    """Looking up what a foreign key points at."""
    is_measured: bool = False


@dataclass(frozen=True, slots=True)
class ProductionFacts:
    """What `schemaguard facts` found out; tables by their name with its schema."""

    tables: Mapping[str, TableLoad]
    rates: WorkRates = field(default_factory=WorkRates)
    measured_at: str = ""
    """An ISO time."""
    postgresql: int = 0


def document(facts: ProductionFacts) -> dict[str, object]:
    """The facts as plain values: what the file holds."""
    return {
        "version": VERSION,
        "measured_at": facts.measured_at,
        "postgresql": facts.postgresql,
        "rates": {
            "measured": facts.rates.is_measured,
            "scan_mb_per_s": facts.rates.scan_mb_per_s,
            "rewrite_mb_per_s": facts.rates.rewrite_mb_per_s,
            "index_rows_per_s": facts.rates.index_rows_per_s,
            "lookup_rows_per_s": facts.rates.lookup_rows_per_s,
        },
        "tables": {
            name: {
                "rows": load.rows,
                "bytes": load.bytes,
                "index_bytes": load.index_bytes,
                "reads_per_second": load.reads_per_second,
                "writes_per_second": load.writes_per_second,
                "longest_transaction_s": load.longest_transaction_s,
            }
            for name, load in sorted(facts.tables.items())
        },
    }


def from_document(said: object) -> ProductionFacts:
    """The facts that a document holds. Raises ValueError, with what is wrong, where it isn't one."""
    top = _mapping(said, "the file")
    if top.get("version") != VERSION:
        raise ValueError(f"unsupported version {top.get('version')!r} of the facts")
    rates = _mapping(top.get("rates", {}), "rates")
    return ProductionFacts(
        tables={
            str(name): TableLoad(
                rows=int(_number(load, "rows", str(name))),
                bytes=int(_number(load, "bytes", str(name))),
                index_bytes=int(_number(load, "index_bytes", str(name), 0)),
                reads_per_second=_number(load, "reads_per_second", str(name), 0),
                writes_per_second=_number(load, "writes_per_second", str(name), 0),
                longest_transaction_s=_number(load, "longest_transaction_s", str(name), 0),
            )
            for name, load in _mapping(top.get("tables", {}), "tables").items()
        },
        rates=WorkRates(
            scan_mb_per_s=_rate(rates, "scan_mb_per_s"),
            rewrite_mb_per_s=_rate(rates, "rewrite_mb_per_s"),
            index_rows_per_s=_rate(rates, "index_rows_per_s"),
            lookup_rows_per_s=_rate(rates, "lookup_rows_per_s"),
            is_measured=rates.get("measured") is True,
        ),
        measured_at=str(top.get("measured_at", "")),
        postgresql=int(_number(top, "postgresql", "the file", 0)),
    )


def _mapping(said: object, where: str) -> Mapping[object, object]:
    if not isinstance(said, Mapping):
        raise ValueError(f"{where} must be a mapping")
    return said


def _number(said: object, key: str, where: str, default: float | None = None) -> float:
    value = _mapping(said, where).get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(f"{where}: {key} must be a number, 0 or more")
    return value


def _rate(rates: Mapping[object, object], key: str) -> float:
    value = _number(rates, key, "rates", getattr(WorkRates(), key))
    if value == 0:
        raise ValueError(f"rates: {key} must be more than 0")
    return value
