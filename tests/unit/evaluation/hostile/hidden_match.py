"""A statement in a match of something unknown."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_match"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    match op.get_bind().scalar(sa.text("select 1")):
        case 1:
            op.drop_table("hidden")
        case _:
            pass
    op.drop_column("guarded", "amount")


def downgrade():
    pass
