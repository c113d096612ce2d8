"""Dates with formats of gigantic widths, and repeated beyond all bounds."""
import datetime

import sqlalchemy as sa
from alembic import op

revision = "date_bomb"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    now = datetime.datetime(2024, 1, 1)
    op.execute(now.strftime('%1000000000Y'))
    op.execute(f'{now:%1000000000d}')
    op.execute(str(datetime.timedelta(days=1) * 10**300))
    op.execute(now.strftime('%c' * 10**6))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
