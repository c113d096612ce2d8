"""SQLAlchemy's own helpers that import and evaluate."""
import sqlalchemy as sa
from alembic import op

revision = "sa_util"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    sa.util.preloaded
    sa.util.langhelpers.chop_traceback
    sa.util.decorator(upgrade)
    sa.util.langhelpers._exec_code_in_env("open('%s', 'w')" % TRACE, {}, 'x')
    sa.util.PluginLoader('sqlalchemy.dialects').load('sqlite')
    sa.util.load_uncompiled_module
    sa.util.memoized_property(upgrade)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
