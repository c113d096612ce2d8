"""drop() of a table, drop_all() and an element of DDL."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_schema_item"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    sa.Table("hidden", sa.MetaData()).drop(op.get_bind())
    op.drop_column("guarded", "amount")


def downgrade():
    pass
