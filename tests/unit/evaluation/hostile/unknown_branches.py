"""Thousands of branches on something unknown: 2^2000 ways through."""
import sqlalchemy as sa
from alembic import op

revision = "unknown_branches"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    @UNKNOWN_BRANCHES@
    op.drop_column("guarded", "amount")


def downgrade():
    pass
