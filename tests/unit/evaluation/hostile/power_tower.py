"""A number of ten billion digits."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "power_tower"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute(str(10**10**10))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
