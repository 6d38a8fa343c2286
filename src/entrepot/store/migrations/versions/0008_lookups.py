"""Keep consent tokens, each good for one question, and the questions that were answered.

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op

from entrepot.store.types import Json, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consent_tokens",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("controller_id", sa.String(40), nullable=False),
        sa.Column("subject", sa.LargeBinary(16), nullable=False),
        sa.Column("listing_id", sa.String(40), nullable=False),
        sa.Column("recipient_id", sa.String(40), nullable=False),
        sa.Column("purpose", sa.String(200), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("used_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_consent_tokens"),
    )
    op.create_table(
        "lookups",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("agreement_id", sa.String(40), nullable=False),
        sa.Column("listing_id", sa.String(40), nullable=False),
        sa.Column("version_id", sa.String(40), nullable=False),
        sa.Column("controller_id", sa.String(40), nullable=False),
        sa.Column("recipient_id", sa.String(40), nullable=False),
        sa.Column("purpose", sa.String(200), nullable=False),
        sa.Column("subject", sa.LargeBinary(16), nullable=False),
        sa.Column("token_id", sa.String(40), nullable=False),
        sa.Column("question", Json, nullable=False),
        sa.Column("matches", sa.Boolean, nullable=False),
        sa.Column("entry_id", sa.String(40), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lookups"),
        sa.UniqueConstraint("token_id", name="uq_lookups_token_id"),
    )
    op.create_index("ix_lookups_agreement", "lookups", ["agreement_id", "at"])
    op.create_index("ix_lookups_subject", "lookups", ["controller_id", "subject"])


def downgrade() -> None:
    op.drop_table("lookups")
    op.drop_table("consent_tokens")
