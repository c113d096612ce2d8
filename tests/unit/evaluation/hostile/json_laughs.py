"""A billion laughs written as JSON."""
# expected: opaque
import json

import sqlalchemy as sa
from alembic import op

revision = "json_laughs"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    rows = ['ha']
    for _ in range(60):
        rows = [rows, rows]
    op.execute(json.dumps(rows))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
