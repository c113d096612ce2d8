"""A function that is one of two."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_function_of_two"
down_revision = None
TRACE = "@TRACE@"

def work():
    op.drop_table("hidden")


def other():
    pass


def upgrade():
    run = work if op.get_bind().scalar(sa.text("select 1")) else other
    run()
    op.drop_column("guarded", "amount")


def downgrade():
    pass
