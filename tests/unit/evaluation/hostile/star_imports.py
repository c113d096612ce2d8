"""Star imports of helpers that star-import each other."""
# expected: opaque
from star_one import *  # noqa: F403

import sqlalchemy as sa
from alembic import op

revision = "star_imports"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute(SQL_OF_STARS)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
