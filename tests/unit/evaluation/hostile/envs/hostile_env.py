"""Writes a file, then never ends, on the way to its metadata."""

import sqlalchemy as sa
from alembic import context

TRACE = "@TRACE@"
open(TRACE, "w").write("ran")


def made():
    open(TRACE, "w").write("ran")
    while True:
        pass


target_metadata = sa.MetaData(naming_convention={"uq": made(), "mine": made})
while True:
    context.run_migrations()
