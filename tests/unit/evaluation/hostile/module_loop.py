"""An endless loop at module level."""
import sqlalchemy as sa
from alembic import op

revision = "module_loop"
down_revision = None
TRACE = "@TRACE@"

NUMBER = 0
while True:
    NUMBER += 1


def upgrade():
    op.execute(f"select {NUMBER}")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
