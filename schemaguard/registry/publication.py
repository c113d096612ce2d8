"""Publishing: a contract is bound to a model version, for good; a consumer's contract replaces the one before."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from schemaguard.contracts.contract import Contract
from schemaguard.contracts.views import ContractViews
from schemaguard.frozen import dataclass, field

_LONGEST_BASE = 40
_SHOWN_OF_DIGEST = 6


@dataclass(frozen=True, slots=True)
class Publication:
    """A contract that is to be published for one version (None: it is a consumer's), by whom."""

    contract: Contract
    document: Mapping[str, Any]
    version: str | None
    actor: str
    artifact_uri: str | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    """File → digest of the data that the version was made from, as far as that is known."""
    accepted: Mapping[str, Any] = field(default_factory=dict)
    """What is wrong with the contract, and why it was published all the same; empty where nothing is."""

    @property
    def name(self) -> str:
        """Whose contract it is, such as `fraud 7`."""
        return f"{self.contract.model} {self.version}" if self.version is not None else self.contract.model


@dataclass(frozen=True, slots=True)
class BoundContract:
    """A published contract as the control schema keeps it; `version` is empty for a consumer."""

    contract: Contract
    document: Mapping[str, Any]
    version: str
    view_schema: str
    published_at: datetime
    published_by: str


@dataclass(frozen=True, slots=True)
class Published:
    """What was bound; `is_new` False where it was bound like this already. `remarks`: what couldn't be judged."""

    publication: Publication
    views: ContractViews
    is_new: bool
    remarks: tuple[str, ...] = ()


def view_schema(contract: Contract, taken: Collection[str]) -> str:
    """The PostgreSQL schema of a contract's views: speaking, and nobody else's."""
    words = "_".join((contract.model, *contract.model_versions[:1]))
    base = re.sub(r"[^a-z0-9_]+", "_", words.lower()).strip("_") or "contract"
    if base[0].isdigit() or base.startswith("pg_"):
        base = f"model_{base}"
    own = f"{base[:_LONGEST_BASE]}_{contract.digest[:_SHOWN_OF_DIGEST]}"
    return own if len(base) > _LONGEST_BASE or base in taken else base
