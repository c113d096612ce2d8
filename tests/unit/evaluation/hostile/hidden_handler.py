"""A statement in the handler of what the server may refuse."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_handler"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    try:
        op.execute("select some_function()")
    except Exception:
        op.drop_table("hidden")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
