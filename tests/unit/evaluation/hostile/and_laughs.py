"""Conditions of conditions, and long texts in them, doubled."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "and_laughs"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    clause = sa.text('x' * 10**6)
    for _ in range(60):
        clause = sa.and_(clause, clause)
    op.execute(sa.select(clause))
    op.create_check_constraint('c', 'guarded', clause)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
