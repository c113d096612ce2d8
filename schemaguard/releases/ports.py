"""What operations need of the world, as protocols: the database with its control schema, and the model registry."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from schemaguard.errors import DatabaseError, UnreachableError
from schemaguard.frozen import dataclass
from schemaguard.releases.now import Now
from schemaguard.releases.release import Intent, Operation, StepName
from schemaguard.releases.seen import Seen
from schemaguard.releases.together import OperationPlan
from schemaguard.releases.traffic import TARGET as TRAFFIC_OF
from schemaguard.releases.traffic import TrafficError

TRAFFIC = "traffic"
"""The target of a delivery that says who gets which share of the traffic."""


class ConnectionLostError(UnreachableError):
    """The connection was lost, and with it the knowledge whether the last transaction was committed."""


class PreparationRefusedError(DatabaseError):
    """The server refused what PREPARE would do, for its rows or names: nothing of it was done."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row of the outbox: what a projection is to show for an epoch."""

    id: int
    operation: int
    model: str
    epoch: int
    payload: Mapping[str, Any]
    target: str = "mlflow-alias"


class Registry(Protocol):
    """The model registry: every write is confirmed by reading it again; RegistryError where it can't be asked."""

    @property
    def place(self) -> str:
        """Where it is, without any password."""
        ...

    def alias(self, model: str, alias: str) -> str | None:
        """The version that the alias names, None where the model has no such alias."""
        ...

    def set_alias(self, model: str, alias: str, version: str) -> None:
        """Point the alias at a version."""
        ...

    def has_version(self, model: str, version: str) -> bool:
        """Whether the registry knows the model version."""
        ...

    def artifact_uri(self, model: str, version: str) -> str | None:
        """Where the version's artifact is, None where it is gone."""
        ...


class Database(Protocol):
    """The database that is migrated. Every method that writes is one transaction of its own, with its ledger entry."""

    def nows(self, models: Sequence[str]) -> tuple[Now, ...]:
        """Everything that a plan is made from, a model each, of one moment; `needed` is nobody's whose active release
        is among theirs.
        """
        ...

    def lock(self) -> None:
        """Take the lock that migrations and operations exclude each other with; ConflictError where it stays taken."""
        ...

    def open_operation(self, plan: OperationPlan, intent: Intent) -> Operation:
        """INTENT; ConflictError where another operation is open or the epoch has moved."""
        ...

    def operation(self, number: int | None = None) -> Operation | None:
        """That operation with its journal, or the open one."""
        ...

    def observe(self, operation: Operation, plan: OperationPlan) -> tuple[Seen, ...]:
        """What the probes of an operation's steps look at, a member of the plan each."""
        ...

    def prepare(self, operation: Operation, plan: OperationPlan) -> Mapping[str, Any]:
        """PREPARE: bring back what the target needs and make its views, in one transaction."""
        ...

    def commit(self, operation: Operation, plan: OperationPlan) -> Mapping[str, Any]:
        """COMMIT: switch the pointer; ConflictError where the epoch has moved or the operation isn't open any more."""
        ...

    def notify(self, model: str) -> None:
        """Tell the servers that listen that the pointer has moved: a hint, they poll as well."""
        ...

    def deliveries(self, operation: Operation) -> tuple[Delivery, ...]:
        """What of the operation's outbox isn't delivered yet."""
        ...

    def newest_epoch(self, model: str) -> int:
        """The pointer's epoch."""
        ...

    def delivered(self, delivery: Delivery, detail: Mapping[str, Any]) -> None:
        """Say that a delivery has arrived, once."""
        ...

    def not_delivered(self, delivery: Delivery, error: str) -> None:
        """Count a failed attempt."""
        ...

    def finish(self, operation: Operation, plan: OperationPlan) -> Mapping[str, Any]:
        """FINISH: retire what nobody names any more, and close the operation."""
        ...

    def abandon(self, operation: Operation, plan: OperationPlan, actor: str) -> None:
        """Undo PREPARE and close the operation without having switched anything."""
        ...

    def start(self, operation: Operation, step: StepName) -> None:
        """Write into the journal that a step starts."""
        ...

    def done(self, operation: Operation, step: StepName, detail: Mapping[str, Any]) -> None:
        """Write into the journal that a step is done."""
        ...

    def wait(self, operation: Operation, step: StepName, reason: str) -> None:
        """Let the operation wait at a step, blocking nobody."""
        ...

    def reconnect(self) -> str:
        """Open the connection again after it was lost, lock included; which server it is now, where it is another."""
        ...


class Traffic(Protocol):
    """The proxies in front of model servers."""

    def show(self, deliveries: Sequence[Delivery]) -> Mapping[int, Mapping[str, Any] | TrafficError]:
        """Tell each delivery's proxy, all at the same time, and read back: by delivery what it shows, or why not."""
        ...


class NoTraffic:
    """Stands for proxies where none is configured."""

    def show(self, deliveries: Sequence[Delivery]) -> Mapping[int, Mapping[str, Any] | TrafficError]:
        """Says of each that it isn't known here."""
        return {each.id: unknown_proxy(each.target.removeprefix(TRAFFIC_OF)) for each in deliveries}


def unknown_proxy(name: str) -> TrafficError:
    """The error for a proxy that was configured where somebody switched, and isn't here."""
    return TrafficError(
        f"the proxy {name} is not configured here", at=f"proxies.{name}", next="use the settings of the switch"
    )


@dataclass(frozen=True, slots=True)
class World:
    """Everything that a step reaches; `finish_now` is the operator's word that no server needs to be waited for."""

    database: Database
    registry: Registry
    traffic: Traffic
    finish_now: bool = False
