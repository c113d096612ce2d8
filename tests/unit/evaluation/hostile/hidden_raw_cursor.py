"""A cursor of the driver."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_raw_cursor"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.get_bind().connection.cursor().execute("drop table hidden")
    op.get_bind().connection.driver_connection.cursor().execute("drop table hidden")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
