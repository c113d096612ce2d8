"""Types of its own whose methods write a file when a value is bound or compiled."""
import sqlalchemy as sa
from alembic import op

revision = "type_decorator"
down_revision = None
TRACE = "@TRACE@"

class Work(sa.types.TypeDecorator):
    impl = sa.Integer
    cache_ok = True

    def process_bind_param(self, value, dialect):
        open(TRACE, "w").write("ran")
        return value

    def process_literal_param(self, value, dialect):
        open(TRACE, "w").write("ran")
        return '1'

    def load_dialect_impl(self, dialect):
        open(TRACE, "w").write("ran")
        return dialect.type_descriptor(sa.Integer())


class Made(sa.types.UserDefinedType):
    def get_col_spec(self, **kw):
        open(TRACE, "w").write("ran")
        return 'integer'

    def bind_expression(self, value):
        open(TRACE, "w").write("ran")
        return value


def upgrade():
    op.create_table('made', sa.Column('id', Work()), sa.Column('other', Made(), server_default='1'))
    op.bulk_insert(sa.table('made', sa.column('id', Work())), [{'id': 1}])
    op.execute(sa.text('select :a').bindparams(sa.bindparam('a', 1, Work())))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
