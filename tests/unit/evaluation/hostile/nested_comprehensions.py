"""A comprehension of 10^24 rounds."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "nested_comprehensions"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    found = [a + b + c + d for a in range(10**6) for b in range(10**6) for c in range(10**6) for d in range(10**6)]
    op.execute(str(len(found)))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
