"""The Top Customer report: its list of a week, its notes with their history, and why forecasts were pushed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "top_customer_lists",
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("week", sa.String(8), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("listed_at", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("site", "scope", "week", name="pk_top_customer_lists"),
    )
    op.create_table(
        "top_customer_notes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("project", sa.Text, nullable=False),
        sa.Column("week", sa.String(8), nullable=False),
        sa.Column("sow", sa.Text),
        sa.Column("customer", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("noted_at", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_top_customer_notes"),
    )
    op.create_index("ix_top_customer_notes_site_project_week", "top_customer_notes", ["site", "project", "week"])
    op.create_table(
        "push_reasons",
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("project", sa.Text, nullable=False),
        sa.Column("month_from", sa.String(7), nullable=False),
        sa.Column("month_to", sa.String(7), nullable=False),
        sa.Column("week", sa.String(8), nullable=False),
        sa.Column("sow", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("told_at", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("site", "project", "month_from", "month_to", "week", name="pk_push_reasons"),
    )
