"""CASE in CASE, doubled, and functions of functions."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "case_laughs"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    clause = sa.case((sa.true(), 1), else_=2)
    for _ in range(60):
        clause = sa.case((clause == clause, clause), else_=sa.func.coalesce(clause, clause))
    op.execute(sa.select(clause.label('a')))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
