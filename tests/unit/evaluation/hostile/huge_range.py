"""A loop of a billion billion rounds."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "huge_range"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    for number in range(10**18):
        op.execute(f"insert into guarded (id) values ({number})")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
