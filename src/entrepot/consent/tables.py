"""What people said, in order, never changed; which scopes they spoke of; bulk files; personal links; people's requests."""

from __future__ import annotations

import sqlalchemy as sa

from entrepot.store import Json, UtcDateTime, metadata

# The row of a controller is locked by every act, so that acts of one controller are counted in the order of their commits.
consent_counters = sa.Table(
    "consent_counters",
    metadata,
    sa.Column("controller_id", sa.String(40), primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("link_epoch", sa.Integer, nullable=False),
    sa.Column("links_ended_at", UtcDateTime),
)

consent_scopes = sa.Table(
    "consent_scopes",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
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
    sa.UniqueConstraint("controller_id", "digest"),
)

consent_acts = sa.Table(
    "consent_acts",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
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
    sa.Column("link", sa.Integer),
    sa.Column("after_no", sa.String(40)),
    sa.Index("ix_consent_acts_subject", "controller_id", "subject"),
    sa.Index("ix_consent_acts_scope", "scope_id", "seq"),
    sa.Index("ix_consent_acts_expiry", "scope_id", "expires_at", sqlite_where=sa.text("expires_at IS NOT NULL"), postgresql_where=sa.text("expires_at IS NOT NULL")),
)  # fmt: skip

consent_batches = sa.Table(
    "consent_batches",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("controller_id", sa.String(40), nullable=False, index=True),
    sa.Column("scope_id", sa.String(40), nullable=False),
    sa.Column("act", sa.String(10), nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("root", sa.String(64), nullable=False),
    sa.Column("secret", sa.LargeBinary(32), nullable=False),
    sa.Column("entry_id", sa.String(40), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

consent_links = sa.Table(
    "consent_links",
    metadata,
    sa.Column("controller_id", sa.String(40), primary_key=True),
    sa.Column("subject", sa.LargeBinary(16), primary_key=True),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("issued", sa.Integer, nullable=False, server_default="0"),
    sa.Column("issued_at", UtcDateTime),
    sa.Column("used_at", UtcDateTime),
    sa.Column("renewed_at", UtcDateTime),
)

consent_tokens = sa.Table(
    "consent_tokens",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("controller_id", sa.String(40), nullable=False),
    sa.Column("subject", sa.LargeBinary(16), nullable=False),
    sa.Column("listing_id", sa.String(40), nullable=False),
    sa.Column("recipient_id", sa.String(40), nullable=False),
    sa.Column("purpose", sa.String(200), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("used_at", UtcDateTime),
)

subject_requests = sa.Table(
    "subject_requests",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("controller_id", sa.String(40), nullable=False, index=True),
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
    sa.Index("ix_subject_requests_due", "state", "due_at"),
)
