"""A list that holds itself, printed and compared."""
import sqlalchemy as sa
from alembic import op

revision = "self_containing"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    rows = []
    rows.append(rows)
    other = [rows]
    other.append(other)
    op.execute(str(rows))
    op.execute(str(rows == other))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
