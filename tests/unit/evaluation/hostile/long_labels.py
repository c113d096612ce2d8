"""An enum whose labels are as long as allowed to be built, many times."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "long_labels"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    label = "x" * 10**5
    sa.Enum(*[label + str(i) for i in range(10**5)], name="wide").create(op.get_bind())
    op.drop_column("guarded", "amount")


def downgrade():
    pass
