"""Imports inside of upgrade()."""
import sqlalchemy as sa
from alembic import op

revision = "import_inside"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    import os
    import subprocess as s
    from os import system
    system(f"touch {TRACE}")
    os.system(f"touch {TRACE}")
    s.run(["touch", TRACE])
    op.drop_column("guarded", "amount")


def downgrade():
    pass
