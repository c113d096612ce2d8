"""Ten billion references."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "repeated_list"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    rows = [1] * 10**10
    op.execute(str(len(rows)))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
