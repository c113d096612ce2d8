"""A revision that imports itself."""
from versions import self_import

import sqlalchemy as sa
from alembic import op

revision = "self_import"
down_revision = None
TRACE = "@TRACE@"

REVISIONS = self_import.REVISIONS


def upgrade():
    op.execute(str(self_import.REVISIONS))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
