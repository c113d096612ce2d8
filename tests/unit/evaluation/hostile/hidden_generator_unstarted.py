"""A statement behind the first yield of a generator that is only begun."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_generator_unstarted"
down_revision = None
TRACE = "@TRACE@"

def work():
    yield 1
    op.drop_table("hidden")
    yield 2


def upgrade():
    found = work()
    next(found)
    next(found, None)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
