"""A table of a million columns."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "many_columns"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.create_table("wide", *[sa.Column(f"c{i}", sa.Integer) for i in range(10**6)])
    op.drop_column("guarded", "amount")


def downgrade():
    pass
