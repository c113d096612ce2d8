"""A list thirty thousand deep, given to SQLAlchemy and to JSON."""
import json

import sqlalchemy as sa
from alembic import op

revision = "deep_lists"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    rows = []
    for _ in range(30_000):
        rows = [rows]
    op.execute(sa.text('select :a').bindparams(a=rows))
    op.execute(sa.table('guarded', sa.column('id')).insert().values(id=rows))
    op.execute(json.dumps(rows))
    op.create_table('made', *rows)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
