"""Many kinds of quotes that are opened and never closed."""
import sqlalchemy as sa
from alembic import op

revision = "long_dollar_quotes"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    op.execute("".join(f"$q{i}$ '" for i in range(2_000)))
    op.execute("do $$ begin " + "'" * 9_999)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
