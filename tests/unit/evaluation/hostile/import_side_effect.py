"""Writes a file when it is imported."""
import sqlalchemy as sa
from alembic import op

revision = "import_side_effect"
down_revision = None
TRACE = "@TRACE@"

open(TRACE, "w").write("ran")


def upgrade():
    op.execute("select 1")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
