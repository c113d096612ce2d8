"""Builtins that walk through a billion billion numbers."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "huge_range_consumed"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    a = sum(range(10**18))
    b = max(range(10**18))
    c = list(range(10**18))
    d = set(range(10**18))
    e = sorted(range(10**18))
    f = dict.fromkeys(range(10**18))
    g = tuple(enumerate(range(10**18)))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
