"""An operation that is one of two."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_operation_of_two"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    run = op.execute if op.get_bind().scalar(sa.text("select 1")) else print
    run("drop table hidden")
    op.drop_column("guarded", "amount")


def downgrade():
    pass
