"""A billion laughs compared: 2^60 comparisons."""
import sqlalchemy as sa
from alembic import op

revision = "nested_laughs_equal"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    a = b = ('ha',)
    for _ in range(60):
        a, b = (a, a), (b, b)
    op.execute(str(a == (b[0], b[1])))
    keys = {a: 1, b: 2}
    op.drop_column("guarded", "amount")


def downgrade():
    pass
