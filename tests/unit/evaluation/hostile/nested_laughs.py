"""A billion laughs: lists of the same list, printed."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "nested_laughs"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    rows = ['ha']
    for _ in range(60):
        rows = [rows, rows]
    op.execute(str(rows))
    op.execute(f"{rows}")
    op.execute(repr(rows))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
