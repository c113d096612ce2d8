"""An array of arrays of arrays, without end."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "deep_types"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    type_ = sa.Integer()
    for _ in range(10**6):
        type_ = sa.TypeDecorator if type_ is None else sa.dialects.postgresql.ARRAY(type_)
    op.add_column("guarded", sa.Column("deep", type_))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
