"""A statement with parameters that name a table."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_executemany"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.get_bind().exec_driver_sql("drop table hidden")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
