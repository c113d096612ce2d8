"""A function looked up by something unknown."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_table_of_functions"
down_revision = None
TRACE = "@TRACE@"

def work():
    op.drop_table("hidden")


def other():
    pass


def upgrade():
    functions = {"a": work, "b": other}
    functions[op.get_bind().scalar(sa.text("select 1"))]()
    op.drop_column("guarded", "amount")


def downgrade():
    pass
