"""A loop over something unknown that sends statements and nests."""
import sqlalchemy as sa
from alembic import op

revision = "unknown_loop"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    for row in op.get_bind().execute(sa.text("select 1")):
        for other in op.get_bind().execute(sa.text("select 2")):
            while op.get_bind().scalar(sa.text("select 3")):
                op.execute("insert into guarded (id) values (1)")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
