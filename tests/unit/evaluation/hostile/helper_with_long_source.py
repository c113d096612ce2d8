"""Imports a helper of the project that is 10 MB of statements."""
# expected: opaque
import long_source_helper

import sqlalchemy as sa
from alembic import op

revision = "helper_with_long_source"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute(str(long_source_helper.SQL))
    op.execute(str(long_source_helper.work()))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
