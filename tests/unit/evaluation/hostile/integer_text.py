"""Numbers of ten million digits, read and written: quadratic time."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "integer_text"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    n = int("9" * 10**7)
    op.execute(str(n))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
