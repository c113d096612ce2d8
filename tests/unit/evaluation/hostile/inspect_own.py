"""sa.inspect of things that it can inspect, and an inspection of its own."""
import sqlalchemy as sa
from alembic import op

revision = "inspect_own"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    @sa.inspection._inspects(int)
    def work(subject):
        open(TRACE, "w").write("ran")

    sa.inspect(1)
    sa.inspect(op.get_bind()).engine.raw_connection()
    sa.inspect(op.get_bind()).bind.connection
    op.drop_column("guarded", "amount")


def downgrade():
    pass
