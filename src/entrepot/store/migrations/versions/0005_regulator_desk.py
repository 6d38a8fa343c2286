"""Notices, holds on listings, government access, complaints and counters of refused uses.

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

from entrepot.store.types import Json, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = (
    "listing_holds", "notice_freezes", "notice_steps", "notices", "access_requests", "complaint_messages", "complaints", "refusals",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "listing_holds",
        sa.Column("listing_id", sa.String(40), nullable=False),
        sa.Column("holder", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("freezes", sa.Boolean, nullable=False),
        sa.Column("placed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("listing_id", "holder", name="pk_listing_holds"),
        sa.ForeignKeyConstraint(["listing_id"], ["listings.id"], name="fk_listing_holds_listing_id"),
    )
    # What operators have suspended so far is lifted by them as before.
    op.execute(
        "INSERT INTO listing_holds (listing_id, holder, reason, freezes, placed_at) "
        "SELECT id, 'operator', reason, (1 = 0), changed_at FROM listings WHERE state = 'suspended'"
    )
    _create_notices()
    _create_access()
    _create_complaints()


def _create_notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("issuer_id", sa.String(40), nullable=False),
        sa.Column("organisation_id", sa.String(40), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.ForeignKeyConstraint(["issuer_id"], ["organisations.id"], name="fk_notices_issuer_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_notices_organisation_id"),
    )
    op.create_index("ix_notices_issuer", "notices", ["issuer_id", "id"])
    op.create_index("ix_notices_organisation", "notices", ["organisation_id", "id"])
    op.create_table(
        "notice_steps",
        sa.Column("notice_id", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("verb", sa.String(40), nullable=False),
        sa.Column("before", sa.String(20), nullable=False),
        sa.Column("after", sa.String(20), nullable=False),
        sa.Column("by_id", sa.String(40)),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("notice_id", "number", name="pk_notice_steps"),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_notice_steps_notice_id"),
    )
    op.create_table(
        "notice_freezes",
        sa.Column("agreement_id", sa.String(40), nullable=False),
        sa.Column("listing_id", sa.String(40), nullable=False),
        sa.Column("notice_id", sa.String(40), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("agreement_id", name="pk_notice_freezes"),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreements.id"], name="fk_notice_freezes_agreement_id"),
        sa.ForeignKeyConstraint(["listing_id"], ["listings.id"], name="fk_notice_freezes_listing_id"),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_notice_freezes_notice_id"),
    )
    op.create_index("ix_notice_freezes_listing_id", "notice_freezes", ["listing_id"])


def _create_access() -> None:
    op.create_table(
        "access_requests",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("issuer_id", sa.String(40), nullable=False),
        sa.Column("owner_id", sa.String(40), nullable=False),
        sa.Column("buyer_id", sa.String(40), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("told_at", UtcDateTime),
        sa.Column("content", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_access_requests"),
        sa.ForeignKeyConstraint(["issuer_id"], ["organisations.id"], name="fk_access_requests_issuer_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["organisations.id"], name="fk_access_requests_owner_id"),
    )
    op.create_index("ix_access_requests_issuer", "access_requests", ["issuer_id", "id"])
    op.create_index("ix_access_requests_owner", "access_requests", ["owner_id", "id"])
    op.create_index("ix_access_requests_buyer", "access_requests", ["buyer_id", "id"])


def _create_complaints() -> None:
    op.create_table(
        "complaints",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("code_sha256", sa.String(64), nullable=False),
        sa.Column("about", sa.String(20), nullable=False),
        sa.Column("listing_id", sa.String(40), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("notice_id", sa.String(40), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_complaints"),
        sa.UniqueConstraint("code_sha256", name="uq_complaints_code_sha256"),
    )
    op.create_index("ix_complaints_created_at", "complaints", ["created_at"])
    op.create_table(
        "complaint_messages",
        sa.Column("complaint_id", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("by_operator", sa.Boolean, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("complaint_id", "number", name="pk_complaint_messages"),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name="fk_complaint_messages_complaint_id"),
    )
    op.create_index("ix_complaint_messages_at", "complaint_messages", ["at"])
    op.create_table(
        "refusals",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("gate", sa.String(20), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("day", "kind", "gate", name="pk_refusals"),
    )


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
