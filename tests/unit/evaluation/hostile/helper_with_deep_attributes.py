"""Imports a helper of the project that is fifty thousand attributes of attributes."""
# expected: opaque
import deep_attributes_helper

import sqlalchemy as sa
from alembic import op

revision = "helper_with_deep_attributes"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute(str(deep_attributes_helper.SQL))
    op.execute(str(deep_attributes_helper.work()))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
