"""Strings padded to a billion characters."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "giant_padding"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute("x".ljust(10**9))
    op.execute("x".rjust(10**9))
    op.execute("x".center(10**9))
    op.execute("x".zfill(10**9))
    op.execute("\t".expandtabs(10**9))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
