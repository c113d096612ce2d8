"""iter() of a function whose sentinel never comes."""
import sqlalchemy as sa
from alembic import op

revision = "iter_with_sentinel"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    for _ in iter(lambda: 1, 2):
        pass
    op.drop_column("guarded", "amount")


def downgrade():
    pass
