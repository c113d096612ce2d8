"""A statement in __lt__, which a sort calls, and in __hash__."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_comparison"
down_revision = None
TRACE = "@TRACE@"

class Work:
    def __lt__(self, other):
        op.drop_table("hidden")
        return True

    def __hash__(self):
        op.drop_table("hidden")
        return 1


def upgrade():
    sorted([Work(), Work()])
    {Work(): 1}
    op.drop_column("guarded", "amount")


def downgrade():
    pass
