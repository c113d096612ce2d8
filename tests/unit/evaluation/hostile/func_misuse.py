"""sa.func, which answers to any name, as a way to the builtins."""
import sqlalchemy as sa
from alembic import op

revision = "func_misuse"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    sa.func.open(TRACE, 'w')
    sa.func.__class__.__getattr__.__globals__['__builtins__']['open'](TRACE, 'w')
    sa.func.x.y.z.__call__.__globals__
    op.execute(sa.select(sa.func.pg_read_file('/etc/passwd')))
    sa.func.a(type_=lambda: open(TRACE, 'w'))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
