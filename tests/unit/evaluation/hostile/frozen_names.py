"""Rebinds the names that the evaluator knows: op, sa, str, the functions themselves."""
import sqlalchemy as sa
from alembic import op

revision = "frozen_names"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    global op
    class Fake:
        def __getattr__(self, name):
            return lambda *a, **k: open(TRACE, "w").write("ran")

    old = op
    op = Fake()
    op.execute('select 1')
    op = old
    str = open
    str(TRACE, 'w')
    op.drop_column("guarded", "amount")


def downgrade():
    pass
