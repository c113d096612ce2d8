"""A default argument that writes a file."""
import sqlalchemy as sa
from alembic import op

revision = "default_argument"
down_revision = None
TRACE = "@TRACE@"

def work(made=open(TRACE, "w").write("ran")):
    return made


def upgrade():
    work()
    op.drop_column("guarded", "amount")


def downgrade():
    pass
