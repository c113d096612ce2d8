"""A statement in a comprehension over something unknown."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_comprehension"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    [op.drop_table(row[0]) for row in op.get_bind().execute(sa.text("select 1"))]
    op.drop_column("guarded", "amount")


def downgrade():
    pass
