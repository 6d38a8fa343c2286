"""Keep when personal links are handed out and used, and which link a person's answer came by.

Revision: 0013, after 0012
"""

import sqlalchemy as sa
from alembic import op

from entrepot.store.types import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("consent_counters", sa.Column("links_ended_at", UtcDateTime)),
    ("consent_links", sa.Column("issued", sa.Integer, nullable=False, server_default="0")),
    ("consent_links", sa.Column("issued_at", UtcDateTime)),
    ("consent_links", sa.Column("used_at", UtcDateTime)),
    ("consent_links", sa.Column("renewed_at", UtcDateTime)),
    ("consent_acts", sa.Column("link", sa.Integer)),
    ("consent_acts", sa.Column("after_no", sa.String(40))),
)


def upgrade() -> None:
    for table, column in _COLUMNS:
        op.add_column(table, column)
    # Which link an answer came by was not kept: it is taken for the one that holds now, which is handed out to nobody any more.
    op.execute(
        "INSERT INTO consent_links (controller_id, subject, epoch, issued, used_at)"
        " SELECT controller_id, subject, 0, 0, max(at) FROM consent_acts WHERE \"by\" = 'person' GROUP BY controller_id, subject"
        " ON CONFLICT (controller_id, subject) DO UPDATE SET used_at = excluded.used_at"
    )
    op.execute(
        "UPDATE consent_acts SET link ="
        " coalesce((SELECT c.link_epoch FROM consent_counters c WHERE c.controller_id = consent_acts.controller_id), 0)"
        " + coalesce((SELECT l.epoch FROM consent_links l WHERE l.controller_id = consent_acts.controller_id AND l.subject = consent_acts.subject), 0)"
        " WHERE \"by\" = 'person'"
    )


def downgrade() -> None:
    for table, column in reversed(_COLUMNS):
        op.drop_column(table, column.name)
