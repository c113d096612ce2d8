"""A condition of ten thousand ANDs, each around the one before."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "deep_clauses"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    clause = sa.column('a') == 1
    for _ in range(10_000):
        clause = sa.not_(sa.and_(clause, sa.column('b') == 2))
    op.execute(sa.table('guarded', sa.column('id')).delete().where(clause))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
