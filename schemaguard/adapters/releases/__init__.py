"""The releases' side of the control schema: what implements their ports on PostgreSQL."""

from schemaguard.adapters.releases.database import ControlDatabase

__all__ = ["ControlDatabase"]
