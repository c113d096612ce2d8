"""What the control schema remembers of operations, retired objects and the ledger, as values to browse."""

from collections.abc import Mapping
from datetime import datetime

from schemaguard.frozen import dataclass
from schemaguard.ledger.entry import Entry
from schemaguard.ledger.verification import LedgerVerification
from schemaguard.releases.release import Operation, Retired, StepName


@dataclass(frozen=True, slots=True)
class OperationRecord:
    """An operation, and when each of its steps began and ended (None: it hasn't)."""

    operation: Operation
    times: Mapping[StepName, tuple[datetime | None, datetime | None]]


@dataclass(frozen=True, slots=True)
class KeptObject:
    """Something out of sight, and about how many bytes it takes; None where the server has no statistics of it."""

    retired: Retired
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class ControlRecords:
    """The newest operation first; of the ledger the newest entries, oldest first, and what its verification found."""

    operations: tuple[OperationRecord, ...]
    kept: tuple[KeptObject, ...]
    entries: tuple[Entry, ...]
    verification: LedgerVerification
    heads: tuple[str, ...]
    """The applied revisions of Alembic."""
    held_at: Mapping[str, datetime]
