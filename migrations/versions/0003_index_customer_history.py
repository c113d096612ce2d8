"""The feature query looks up a customer's recent transactions."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INDEX = "transactions_customer_occurred_idx"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            INDEX,
            "transactions",
            ["customer_id", "occurred_at"],
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(INDEX, "transactions", postgresql_concurrently=True, if_exists=True)
