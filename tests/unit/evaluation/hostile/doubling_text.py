"""A string that doubles a hundred times."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "doubling_text"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    text = "x"
    for _ in range(100):
        text += text
    op.execute(text)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
