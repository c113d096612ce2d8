"""Stops a database migration from breaking a model that is still serving, and takes model and schema back together."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from schemaguard.recording import record as record

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """`schemaguard.record` loads what it needs when it is first asked for: importing schemaguard costs nothing."""
    if name == "record":
        from schemaguard.recording import record

        return record
    raise AttributeError(f"module 'schemaguard' has no attribute {name!r}")
