"""Report exports of Kantata that were imported: which file, when, by whom, and its rows as long as they are current."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("lead", sa.Text, nullable=False),
        sa.Column("report", sa.String(20), nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("exported_on", sa.String(10), nullable=False),
        sa.Column("row_count", sa.Integer, nullable=False),
        sa.Column("mapping", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("imported_at", sa.String(40), nullable=False),
        sa.Column("replaced_at", sa.String(40)),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
    )
    op.create_index("ix_imports_site_lead", "imports", ["site", "lead"])
