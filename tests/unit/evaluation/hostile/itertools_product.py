"""A product of 10^60 tuples."""
# expected: opaque
import itertools

import sqlalchemy as sa
from alembic import op

revision = "itertools_product"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    for row in itertools.product(range(10), repeat=60):
        op.execute(str(row))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
