"""An operation as the key of a sort."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_sorted_key"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    sorted(["hidden"], key=op.drop_table)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
