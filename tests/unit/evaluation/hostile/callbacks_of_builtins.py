"""Hands functions that write a file to builtins."""
import collections
import json
import re

import sqlalchemy as sa
from alembic import op

revision = "callbacks_of_builtins"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    def work(*_):
        open(TRACE, "w").write("ran")
        return 1

    sorted([2, 1], key=work)
    list(map(work, [1]))
    list(filter(work, [1]))
    min([1, 2], key=work)
    [3, 1].sort(key=work)
    re.sub('a', work, 'a')
    collections.defaultdict(work)[1]
    json.dumps(object(), default=work)
    iter(work, 1)
    op.drop_column("guarded", "amount")


def downgrade():
    pass
