"""Functions handed to SQLAlchemy where it calls what it is given."""
import enum

import sqlalchemy as sa
from alembic import op

revision = "callable_arguments"
down_revision = None
TRACE = "@TRACE@"

class Kind(enum.Enum):
    a = 1
    b = 2


def upgrade():
    def work(*_, **__):
        open(TRACE, "w").write("ran")
        return 'x'

    table = sa.Table('made', sa.MetaData(naming_convention={'mine': work, 'pk': '%(mine)s', 'ck': work}), sa.Column('id', sa.Integer, primary_key=True, default=work, onupdate=work, info=work), sa.Column('e', sa.Enum(Kind, values_callable=work, name='kind')), sa.Column('j', sa.JSON), sa.CheckConstraint('id > 0'))
    table.create(op.get_bind())
    op.execute(table.insert().values(id=sa.bindparam('id', callable_=work)))
    op.bulk_insert(table, [{'e': 'a'}])
    op.create_table('other', sa.Column('id', sa.Integer, default=work, server_default=sa.FetchedValue()), sa.Column('s', sa.Sequence('s', metadata=work)))
    sa.DDL('select 1').execute_if(callable_=work)
    op.execute(sa.DDL('select 1', context={'a': work}))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
