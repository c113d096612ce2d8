"""@compiles: changes how every statement of the process is compiled."""
from sqlalchemy.ext.compiler import compiles

import sqlalchemy as sa
from alembic import op

revision = "compiles_hook"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    @compiles(sa.schema.CreateTable, 'postgresql')
    def work(element, compiler, **kw):
        open(TRACE, "w").write("ran")
        return 'select 1'

    op.create_table('made', sa.Column('id', sa.Integer))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
