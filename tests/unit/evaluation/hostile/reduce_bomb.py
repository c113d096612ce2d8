"""functools.reduce that doubles."""
# expected: opaque
import functools

import sqlalchemy as sa
from alembic import op

revision = "reduce_bomb"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    rows = functools.reduce(lambda a, _: a + a, range(100), [1])
    op.execute(str(len(rows)))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
