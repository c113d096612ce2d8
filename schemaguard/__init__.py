"""Stops a database migration from breaking a model that is still serving, and takes model and schema back together."""

__version__ = "0.1.0"
