"""Stops a database migration from breaking a model that is still serving, and takes model and schema back together."""

# `typing` takes as long to import as a third of the shortest run.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from schemaguard.adapters.files.contracts import contract as contract
    from schemaguard.recording import record as record

__version__ = "0.1.0"


def __getattr__(name: str) -> "Any":
    """`record` and `contract` load what they need when first asked for: importing schemaguard costs nothing."""
    if name == "contract":
        from schemaguard.adapters.files.contracts import contract

        return contract
    if name == "record":
        from schemaguard.recording import record

        return record
    raise AttributeError(f"module 'schemaguard' has no attribute {name!r}")
