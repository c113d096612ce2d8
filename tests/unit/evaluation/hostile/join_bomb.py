"""A million strings of a million characters, joined."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "join_bomb"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute("".join(["x" * 10**6] * 10**6))
    op.execute(("x" * 10**6).join(["y"] * 10**6))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
