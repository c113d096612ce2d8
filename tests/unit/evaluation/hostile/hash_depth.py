"""A tuple a hundred thousand deep, hashed, compared and written: the C stack ends before."""
import sqlalchemy as sa
from alembic import op

revision = "hash_depth"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    key = ()
    other = ()
    for _ in range(30_000):
        key = (key,)
        other = (other,)
    rows = {key: 1}
    op.execute(str(key == other))
    op.execute(str(key))
    op.execute(repr([key]))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
