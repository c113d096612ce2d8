"""drop_all() of reflected metadata."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_drop_all"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    metadata = sa.MetaData()
    metadata.reflect(op.get_bind())
    metadata.drop_all(op.get_bind())
    op.drop_column("guarded", "amount")


def downgrade():
    pass
