"""The same with format() and str.format."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "giant_format_method"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute(format(1, ">1000000000"))
    op.execute("{0:>{1}}".format(1, 10**9))
    op.execute("{:.1000000000f}".format(1.5))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
