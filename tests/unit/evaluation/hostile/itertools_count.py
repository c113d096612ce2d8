"""Infinite iterators of itertools, consumed."""
import itertools

import sqlalchemy as sa
from alembic import op

revision = "itertools_count"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    a = list(itertools.count())
    b = list(itertools.cycle([1]))
    c = list(itertools.repeat(1))
    d = sum(itertools.accumulate(itertools.count()))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
