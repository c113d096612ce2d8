"""A million pieces of a string, again and again."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "split_bomb"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    rows = []
    for _ in range(10**4):
        rows.extend(("a," * 10**6).split(","))
    op.execute(str(len(rows)))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
