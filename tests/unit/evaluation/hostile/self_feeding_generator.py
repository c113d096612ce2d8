"""A generator that yields from itself."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "self_feeding_generator"
down_revision = None
TRACE = "@TRACE@"

def again():
    yield 1
    yield from again()


def upgrade():
    list(again())
    op.drop_column("guarded", "amount")


def downgrade():
    pass
