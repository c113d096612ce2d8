"""An operation as a filter."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_filtered"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    list(filter(op.drop_table, ["hidden"]))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
