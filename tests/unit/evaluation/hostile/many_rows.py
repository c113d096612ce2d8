"""A million rows inserted at once."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "many_rows"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.bulk_insert(sa.table("guarded", sa.column("id", sa.Integer)), [{"id": n} for n in range(10**6)])
    op.drop_column("guarded", "amount")


def downgrade():
    pass
