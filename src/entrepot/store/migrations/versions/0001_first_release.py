"""The schema of the first release, frozen as the statements that make it on each store.

Revision: 0001, after none
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    statements = Path(__file__).with_name("first_release") / f"{connection.dialect.name}.sql"
    for statement in statements.read_text("utf-8").split("\n--;;\n"):
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    raise NotImplementedError("There is nothing before the first release; restore a backup instead.")
