"""A statement inside of a function that a SELECT calls."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_select_function"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute("create function work() returns void language sql as $$ drop table hidden $$")
    op.execute('select work()')
    op.drop_column("guarded", "amount")


def downgrade():
    pass
