"""A statement in a finally behind a return."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_finally"
down_revision = None
TRACE = "@TRACE@"

def work():
    try:
        return 1
    finally:
        op.drop_table("hidden")


def upgrade():
    work()
    op.drop_column("guarded", "amount")


def downgrade():
    pass
