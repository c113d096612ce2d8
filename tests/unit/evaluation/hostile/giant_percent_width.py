"""The same with the % operator."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "giant_percent_width"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute("%*d" % (10**9, 1))
    op.execute("%1000000000s" % "x")
    op.execute("%.*f" % (10**9, 1.5))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
