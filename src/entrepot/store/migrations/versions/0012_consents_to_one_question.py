"""Tell consents to one question from those that release rows.

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ACTS = sa.table("consent_acts", sa.column("id"), sa.column("act"))
_TOKENS = sa.table("consent_tokens", sa.column("id"))


def upgrade() -> None:
    op.execute(sa.update(_ACTS).where(_ACTS.c.id.in_(sa.select(_TOKENS.c.id))).values(act="given_once"))


def downgrade() -> None:
    op.execute(sa.update(_ACTS).where(_ACTS.c.act == "given_once").values(act="given"))
