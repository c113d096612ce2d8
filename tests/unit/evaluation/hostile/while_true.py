"""Never ends: a loop without a condition."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "while_true"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    while True:
        pass
    op.drop_column("guarded", "amount")


def downgrade():
    pass
