"""An enum of ten million labels."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "many_labels"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    sa.Enum(*map(str, range(10**7)), name="wide").create(op.get_bind())
    op.drop_column("guarded", "amount")


def downgrade():
    pass
