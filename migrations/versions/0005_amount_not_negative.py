"""An amount is never negative; the check holds for new rows now, and is validated on its own."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # schemaguard: ignore restrict-writes -- refunds are rows of their own: nothing writes a negative amount
    op.execute("ALTER TABLE transactions ADD CONSTRAINT amount_not_negative CHECK (amount >= 0) NOT VALID")
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE transactions VALIDATE CONSTRAINT amount_not_negative")


def downgrade() -> None:
    op.drop_constraint("amount_not_negative", "transactions", type_="check")
