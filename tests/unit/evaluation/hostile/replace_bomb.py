"""Every character replaced by a million."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "replace_bomb"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute(("a" * 10**6).replace("a", "b" * 10**6))
    op.execute(("a" * 10**6).translate({97: "b" * 10**6}))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
