"""Decimals of a billion digits, written out, rounded and made integers."""
import decimal

import sqlalchemy as sa
from alembic import op

revision = "decimal_bomb"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    n = decimal.Decimal('1e999999999')
    op.execute(f'{n:f}')
    op.execute(format(n, ',f'))
    op.execute('%d' % n)
    op.execute(str(int(n)))
    op.execute(str(round(n)))
    op.execute(str(n == 10**100))
    op.execute(str(n // 3))
    op.execute(str(n.quantize(decimal.Decimal('1e-999999999'))))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
