"""The control schema: its own migrations, and typed access to its rows."""

from schemaguard.adapters.control.installation import install, is_installed, version, watch

__all__ = ["install", "is_installed", "version", "watch"]
