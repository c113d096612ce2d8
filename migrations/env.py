"""How Alembic reaches the database of the reference project."""

import os

from alembic import context
from sqlalchemy import create_engine, pool

import schemaguard.guard  # noqa: F401 - this one line is the guard: drops become retirements

LIMITS = "-c lock_timeout=5s -c statement_timeout=60s"
"""What waits behind a migration that waits is waiting, too."""


def run() -> None:
    url = os.environ["SCHEMAGUARD_DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, poolclass=pool.NullPool, connect_args={"options": LIMITS})
    with engine.connect() as connection:
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()


run()
