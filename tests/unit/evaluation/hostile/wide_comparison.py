"""Lists of lists, each short, compared item by item: 10^14 comparisons."""
import sqlalchemy as sa
from alembic import op

revision = "wide_comparison"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    def lists():
        a = [1] * 50_000
        b = [a] * 50_000
        return [b] * 50_000

    op.execute(str(lists() == lists()))
    op.execute(str(lists() in [lists()]))
    op.execute(str([lists()].index(lists())))
    op.execute(str(sorted([lists(), lists()])[0] is None))
    op.execute(str(max(lists(), lists()) is None))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
