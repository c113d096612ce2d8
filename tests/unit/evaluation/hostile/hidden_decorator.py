"""A statement in a decorator, and behind one that isn't known."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_decorator"
down_revision = None
TRACE = "@TRACE@"

def traced(function):
    op.drop_table("hidden")
    return function


def upgrade():
    @traced
    def inner():
        pass
    op.drop_column("guarded", "amount")


def downgrade():
    pass
