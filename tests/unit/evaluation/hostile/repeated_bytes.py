"""Buffers of ten billion bytes."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "repeated_bytes"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    a = bytes(10**10)
    b = bytearray(10**10)
    op.execute(str(len(a) + len(b)))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
