"""Consents, personal links, people's requests, and the consent state of each parcel.

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

from entrepot.store.types import Json, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("parcel_consents", "subject_requests", "consent_links", "consent_batches", "consent_acts", "consent_scopes", "consent_counters")


def upgrade() -> None:
    op.create_table(
        "consent_counters",
        sa.Column("controller_id", sa.String(40), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("link_epoch", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("controller_id", name="pk_consent_counters"),
    )
    op.create_table(
        "consent_scopes",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("controller_id", sa.String(40), nullable=False),
        sa.Column("digest", sa.String(80), nullable=False),
        sa.Column("listing_id", sa.String(40), nullable=False),
        sa.Column("recipient_id", sa.String(40), nullable=False),
        sa.Column("purposes", Json, nullable=False),
        sa.Column("categories", Json, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("notice_digest", sa.String(80), nullable=False),
        sa.Column("last_seq", sa.BigInteger, nullable=False),
        sa.Column("last_act_id", sa.String(40), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consent_scopes"),
        sa.UniqueConstraint("controller_id", "digest", name="uq_consent_scopes_controller_id_digest"),
    )
    _acts()
    op.create_table(
        "consent_batches",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("controller_id", sa.String(40), nullable=False),
        sa.Column("scope_id", sa.String(40), nullable=False),
        sa.Column("act", sa.String(10), nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("secret", sa.LargeBinary(32), nullable=False),
        sa.Column("entry_id", sa.String(40), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consent_batches"),
    )
    op.create_index("ix_consent_batches_controller_id", "consent_batches", ["controller_id"])
    op.create_table(
        "consent_links",
        sa.Column("controller_id", sa.String(40), nullable=False),
        sa.Column("subject", sa.LargeBinary(16), nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("controller_id", "subject", name="pk_consent_links"),
    )
    _requests()
    op.create_table(
        "parcel_consents",
        sa.Column("parcel_id", sa.String(40), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("parcel_id", name="pk_parcel_consents"),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcels.id"], name="fk_parcel_consents_parcel_id"),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _acts() -> None:
    op.create_table(
        "consent_acts",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("controller_id", sa.String(40), nullable=False),
        sa.Column("subject", sa.LargeBinary(16), nullable=False),
        sa.Column("scope_id", sa.String(40), nullable=False),
        sa.Column("act", sa.String(10), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String(10), nullable=False),
        sa.Column("batch_id", sa.String(40)),
        sa.Column("position", sa.Integer),
        sa.Column("entry_id", sa.String(40)),
        sa.PrimaryKeyConstraint("id", name="pk_consent_acts"),
    )
    op.create_index("ix_consent_acts_subject", "consent_acts", ["controller_id", "subject"])
    op.create_index("ix_consent_acts_scope", "consent_acts", ["scope_id", "seq"])
    dated = sa.text("expires_at IS NOT NULL")
    op.create_index("ix_consent_acts_expiry", "consent_acts", ["scope_id", "expires_at"], sqlite_where=dated, postgresql_where=dated)


def _requests() -> None:
    op.create_table(
        "subject_requests",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("controller_id", sa.String(40), nullable=False),
        sa.Column("subject", sa.LargeBinary(16), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("law", sa.String(120), nullable=False),
        sa.Column("assumption", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("answered_at", UtcDateTime),
        sa.Column("answer", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subject_requests"),
    )
    op.create_index("ix_subject_requests_controller_id", "subject_requests", ["controller_id"])
    op.create_index("ix_subject_requests_due", "subject_requests", ["state", "due_at"])
