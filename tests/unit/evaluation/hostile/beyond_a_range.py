"""Asks for an item far beyond the end of a range that is as good as endless."""
# expected: opaque
from alembic import op

revision = "beyond_a_range"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    if range(10**15)[10**16]:
        op.drop_table("guarded")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
