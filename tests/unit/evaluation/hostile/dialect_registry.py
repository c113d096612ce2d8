"""Registers a dialect that is a helper of the project, and asks for it."""
from sqlalchemy.dialects import registry

import sqlalchemy as sa
from alembic import op

revision = "dialect_registry"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    registry.register('evil', 'writing_helper', 'Dialect')
    sa.create_engine('evil://x').connect()
    registry.load('sqlite')
    op.drop_column("guarded", "amount")


def downgrade():
    pass
