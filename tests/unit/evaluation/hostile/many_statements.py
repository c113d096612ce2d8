"""A hundred thousand statements."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "many_statements"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    for number in range(100_000):
        op.execute(f"insert into guarded (id) values ({number})")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
