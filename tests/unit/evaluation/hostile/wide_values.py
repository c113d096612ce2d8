"""An INSERT of fifty thousand rows of many columns, and one of every row again."""
# expected: opaque
import sqlalchemy as sa
from alembic import op

revision = "wide_values"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    rows = [{f'c{i}': i for i in range(100)}] * 50_000
    table = sa.table('guarded', *[sa.column(f'c{i}') for i in range(100)])
    op.execute(table.insert().values(rows))
    op.bulk_insert(table, rows)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
