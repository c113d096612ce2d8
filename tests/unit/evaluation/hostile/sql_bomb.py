"""One statement with a million parts, under the limit of a literal."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "sql_bomb"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute("insert into guarded (id) values " + ", ".join(["(1)"] * 10**6))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
