"""op.run_async: runs a coroutine function of the revision."""
import sqlalchemy as sa
from alembic import op

revision = "run_async"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    async def work(connection):
        open(TRACE, "w").write("ran")

    op.run_async(work)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
