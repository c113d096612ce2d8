"""Fetches from the network, here a file into a file."""
import socket
import urllib.request

import sqlalchemy as sa
from alembic import op

revision = "fetching"
down_revision = None
TRACE = "@TRACE@"


def upgrade():
    urllib.request.urlretrieve("file:///etc/hostname", TRACE)
    socket.create_connection(("127.0.0.1", 9))
    op.drop_column("guarded", "amount")


def downgrade():
    pass
