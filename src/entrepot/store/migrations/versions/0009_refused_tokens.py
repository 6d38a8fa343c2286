"""Count the questions that were refused for their tokens.

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op

from entrepot.store.types import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refused_tokens",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("recipient_id", sa.String(40), nullable=False),
        sa.Column("agreement_id", sa.String(40), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_refused_tokens"),
    )
    op.create_index("ix_refused_tokens_recipient", "refused_tokens", ["recipient_id", "at"])


def downgrade() -> None:
    op.drop_table("refused_tokens")
