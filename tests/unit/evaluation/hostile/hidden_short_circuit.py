"""A statement behind `and`, `or` and a conditional expression."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_short_circuit"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.get_bind().scalar(sa.text("select 1")) and op.drop_table("hidden")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
