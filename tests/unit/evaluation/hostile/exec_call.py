"""exec of a text."""
import sqlalchemy as sa
from alembic import op

revision = "exec_call"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    exec("open(TRACE, 'w').write('ran')", globals())
    op.drop_column("guarded", "amount")


def downgrade():
    pass
