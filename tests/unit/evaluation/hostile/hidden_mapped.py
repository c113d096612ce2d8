"""Operations handed to map(), sorted(), max() and a comprehension."""
import sqlalchemy as sa
from alembic import op

revision = "hidden_mapped"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    list(map(op.drop_table, ["hidden"]))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
