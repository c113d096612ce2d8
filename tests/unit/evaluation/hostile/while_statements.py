"""Never ends: a loop that sends a statement every time round."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "while_statements"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    while True:
        op.execute("insert into guarded (id) values (1)")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
