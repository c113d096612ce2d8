"""A statement in __str__, used by an f-string."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_special_method"
down_revision = None
TRACE = "@TRACE@"

class Work:
    def __str__(self):
        op.drop_table("hidden")
        return ''


def upgrade():
    f"{Work()}"
    op.drop_column("guarded", "amount")


def downgrade():
    pass
