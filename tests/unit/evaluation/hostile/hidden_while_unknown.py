"""A statement in a loop whose condition isn't known, behind a break."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_while_unknown"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    while True:
        if op.get_bind().scalar(sa.text("select 1")):
            break
        op.drop_table("hidden")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
