"""A statement put together of pieces, one of which isn't known."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_sql_text"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute("drop " + str(op.get_bind().scalar(sa.text("select 1"))) + " hidden")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
