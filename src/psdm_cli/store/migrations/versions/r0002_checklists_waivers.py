"""Checklist runs with their answers, waivers of findings."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables of the checklists."""
    op.create_table(
        "checklist_runs",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("checklist", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("started_at", sa.String(40), nullable=False),
        sa.Column("touched_at", sa.String(40), nullable=False),
        sa.Column("done", sa.Integer),
        sa.Column("total", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_checklist_runs"),
        sa.UniqueConstraint(
            "site", "checklist", "subject", "scope", name="uq_checklist_runs_site_checklist_subject_scope"
        ),
    )
    op.create_table(
        "checklist_answers",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("run_id", sa.Integer, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("answered_at", sa.String(40), nullable=False),
        sa.Column("seen", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_checklist_answers"),
        sa.ForeignKeyConstraint(
            ["run_id"], ["checklist_runs.id"], name="fk_checklist_answers_run_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_checklist_answers_run_id", "checklist_answers", ["run_id"])
    op.create_table(
        "waivers",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("finding", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("until", sa.String(10), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("waived_at", sa.String(40), nullable=False),
        sa.Column("withdrawn_at", sa.String(40)),
        sa.Column("withdrawn_by", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_waivers"),
    )
    op.create_index("ix_waivers_site_finding", "waivers", ["site", "finding"])
