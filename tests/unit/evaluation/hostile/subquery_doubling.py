"""Queries that union themselves, forty times."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "subquery_doubling"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    query = sa.select(sa.literal(1).label('a'))
    for _ in range(40):
        query = sa.union_all(query, query)
    op.execute(query)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
