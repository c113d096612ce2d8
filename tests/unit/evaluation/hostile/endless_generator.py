"""Consumes a generator that never ends."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "endless_generator"
down_revision = None
TRACE = "@TRACE@"

def numbers():
    n = 0
    while True:
        yield n
        n += 1


def upgrade():
    for number in numbers():
        op.execute(f"select {number}")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
