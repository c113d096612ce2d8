"""A contract as a value."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from schemaguard.catalog.objects import Name
from schemaguard.catalog.types import Type
from schemaguard.contracts.signature import SignatureField
from schemaguard.frozen import dataclass, field, replace

Access = Literal["read", "write"]
ReadsThrough = Literal["table", "view", "copy"]


@dataclass(frozen=True, slots=True)
class Promise:
    """One column of a contract: for a reader what it may receive, for a writer what it will send at most."""

    column: str
    type: Type | None
    required: bool = False
    unique: bool = False
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: float | None = None
    exclusive_maximum: float | None = None
    max_length: int | None = None
    enum: tuple[str, ...] | None = None
    fill: str | None = None
    """What rows get, as SQL, that were written without a value by a version that doesn't know the column."""
    line: int = 1
    """Its line in the contract file."""
    position: int = 1
    """Its column in that line."""

    @property
    def in_words(self) -> str:
        """What is promised besides the type, such as `required, unique, ≥ 0`."""
        said = [word for word, is_so in (("required", self.required), ("unique", self.unique)) if is_so]
        bounds = (
            ("≥", self.minimum), (">", self.exclusive_minimum), ("≤", self.maximum), ("<", self.exclusive_maximum),
        )  # fmt: skip
        said += [f"{sign} {value:g}" for sign, value in bounds if value is not None]
        if self.max_length is not None:
            said.append(f"at most {self.max_length} character{'' if self.max_length == 1 else 's'}")
        if self.enum is not None:
            said.append(f"one of {' | '.join(self.enum)}")
        return ", ".join(said)


@dataclass(frozen=True, slots=True)
class ContractTable:
    """One table of a contract with one access."""

    table: Name
    access: Access
    promises: tuple[Promise, ...]
    upsert_key: tuple[str, ...] = ()
    line: int = 1
    position: int = 1

    def promise(self, column: str) -> Promise | None:
        """What is promised of that column, None where the contract doesn't list it."""
        return next((promise for promise in self.promises if promise.column == column), None)

    @property
    def essence(self) -> "ContractTable":
        """What it says, wherever it stands in its file: equal for all that promise the same."""
        promises = tuple(replace(each, line=1, position=1) for each in self.promises)
        return replace(self, promises=promises, line=1, position=1)


@dataclass(frozen=True, slots=True)
class Contract:
    """What one or more model versions, or a consumer that is not a model, read and write."""

    id: str
    model: str
    """The model's or consumer's name."""
    model_versions: tuple[str, ...]
    """Empty for a consumer that is not a model."""
    tables: tuple[ContractTable, ...]
    file: str
    digest: str
    """SHA-256 over the canonical JSON of the parsed document, in hex."""
    status: str = "active"
    version: str = "1.0.0"
    reads_through: ReadsThrough = "table"
    query: str | None = None
    """The SQL of the feature query."""
    query_file: str | None = None
    signature: tuple[SignatureField, ...] | None = None
    """The inputs of the model's MLflow signature, where a file beside the contract holds them."""
    signature_file: str | None = None
    owner: str | None = None
    available_from: date | None = None
    supported_until: date | None = None
    lag: str | None = None
    """How old what a copy holds may be, such as `4 h`, where the contract says it."""
    earlier_digests: frozenset[str] = field(default=frozenset(), compare=False)
    """Those that it had before its last versions were added to the list: for whoever has one, it is the same."""

    @property
    def who(self) -> str:
        """Whose it is, as a user reads it: `fraud@7`, `fraud@7, 8`, or the name of a consumer."""
        return f"{self.model}@{', '.join(self.model_versions)}" if self.model_versions else self.model

    @property
    def digests(self) -> tuple[str, ...]:
        """By whichever of these it is bound, it is this contract; its own first."""
        return (self.digest, *sorted(self.earlier_digests))

    @property
    def is_consumer(self) -> bool:
        """Whether it belongs to a service, dashboard or job rather than to a model version."""
        return not self.model_versions


@dataclass(frozen=True, slots=True)
class ContractFile:
    """A contract, and the document that it is."""

    contract: Contract
    document: Mapping[str, Any]
