"""Where data is asked: a PostgreSQL database, or a file through DuckDB."""

from schemaguard.adapters.engines.duck import DuckFile
from schemaguard.adapters.engines.postgres import PostgresData

__all__ = ["DuckFile", "PostgresData"]
