"""Reaches os through modules that others have imported."""
import sys

import sqlalchemy as sa
from alembic import op

revision = "sys_modules"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    sys.modules["os"].system(f"touch {TRACE}")
    sa.util.langhelpers.sys.modules["os"].system(f"touch {TRACE}")
    sa.inspect.__globals__["sys"]
    op.drop_column("guarded", "amount")


def downgrade():
    pass
