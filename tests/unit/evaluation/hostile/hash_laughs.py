"""Tuples of tuples as keys: 2^60 hashes for one."""
import sqlalchemy as sa
from alembic import op

revision = "hash_laughs"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    key = ('ha',)
    for _ in range(60):
        key = (key, key)
    rows = {key: 1}
    rows[key] = 2
    more = {key}
    more.add(key)
    rows.setdefault(key, 1)
    rows.get(key)
    rows.pop(key, None)
    frozenset([key])
    dict([(key, 1)])
    dict.fromkeys([key])
    {k: 1 for k in [key]}
    {k for k in [key]}
    key in rows
    op.drop_column("guarded", "amount")


def downgrade():
    pass
