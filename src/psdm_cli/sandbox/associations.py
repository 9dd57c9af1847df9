"""Includes: which rows stand behind each association of the contract, per collection."""

from __future__ import annotations

from psdm_cli.sandbox.resolvers import (
    Association,
    ancestors,
    assignees,
    current_assignments,
    current_report,
    descendants,
    group_workspaces,
    managees,
    membership,
    my_participation,
    named_resources,
    newest_reply,
    newest_reply_user,
    next_milestone,
    nothing,
    one,
    owned,
    participant_resources,
    participants,
    participation,
    replies,
    root,
    stored,
    story_resources,
    subject,
)

WORKSPACE = one("workspaces", "workspace_id")
USER = one("users", "user_id")
STORY = one("stories", "story_id")
ROLE = one("roles", "role_id")
CREATOR = one("users", "creator_id")

SUBJECT_TYPES = {
    "workspaces": "Workspace",
    "stories": "Story",
    "users": "User",
    "workspace_groups": "WorkspaceGroup",
    "workspace_resources": "Resource",
    "workspace_allocations": "WorkspaceAllocation",
    "billing_milestones": "BillingMilestone",
    "status_reports": "StatusReport",
    "assignments": "Assignment",
    "time_entries": "TimeEntry",
    "time_off_entries": "TimeOffEntry",
    "participations": "Participation",
    "posts": "Post",
    "roles": "Role",
}

ASSOCIATIONS: dict[str, dict[str, Association]] = {
    "workspaces": {
        "creator": CREATOR,
        "primary_maven": one("users", "primary_maven_id"),
        "primary_counterpart": one("users", "primary_counterpart_id"),
        "primary_workspace_group": one("workspace_groups", "primary_workspace_group_id"),
        "workspace_groups": stored("workspace_groups", "workspace_group_ids"),
        "approver": one("users", "approver_id"),
        "approvers": stored("users", "approver_ids"),
        "possible_approvers": nothing("users"),
        "financial_viewers": nothing("users"),
        "participants": ("users", participants),
        "participations": owned("participations", "workspace_id"),
        "current_user_participation": ("participations", my_participation),
        "workspace_resources": ("workspace_resources", named_resources),
        "workspace_resources_with_unnamed": owned("workspace_resources", "workspace_id"),
        "billing_milestones": owned("billing_milestones", "workspace_id"),
        "status_reports": owned("status_reports", "workspace_id"),
        "current_status_report": ("status_reports", current_report),
        "next_uncompleted_milestone": ("stories", next_milestone),
        "timesheet_submissions": owned("timesheet_submissions", "workspace_id"),
    },
    "workspace_groups": {"workspaces": ("workspaces", group_workspaces), "rate_card_sets": nothing("rate_card_sets")},
    "participations": {
        "user": USER,
        "workspace": WORKSPACE,
        "workspace_resources": ("workspace_resources", participant_resources),
        "primary_role": one("roles", "primary_role_id"),
        "workspace_role": one("roles", "workspace_role_id"),
        "active_roles": nothing("roles"),
    },
    "users": {
        "account_membership": ("account_memberships", membership),
        "role": ROLE,
        "skills": stored("skills", "skill_ids"),
        "skill_memberships": owned("skill_memberships", "user_id"),
        "manager": one("users", "manager_id"),
    },
    "account_memberships": {
        "user": USER,
        "default_role": one("roles", "default_role_id"),
        "effective_workweek": one("workweeks", "effective_workweek_id"),
        "future_billable_utilizations": owned("billable_utilizations", "account_membership_id"),
        "manager": one("users", "manager_id"),
        "managees": ("users", managees),
        "possible_managees": nothing("users"),
        "possible_managers": nothing("users"),
        "skill_memberships": (
            "skill_memberships",
            lambda looking, row: [
                m["id"] for m in looking.account.find("skill_memberships", "user_id", row["user_id"])
            ],
        ),
    },
    "skills": {"roles": nothing("roles")},
    "workspace_resources": {
        "role": ROLE,
        "user": USER,
        "workspace": WORKSPACE,
        "participation": ("participations", participation),
        "organization_membership": nothing("organization_memberships"),
    },
    "workspace_allocations": {
        "workspace_resource": one("workspace_resources", "workspace_resource_id"),
        "workspace": WORKSPACE,
        "creator": CREATOR,
        "updater": one("users", "updater_id"),
    },
    "resource_requests": {
        "resource": one("workspace_resources", "resource_id"),
        "creator": CREATOR,
        "approvers": stored("users", "approver_ids"),
    },
    "stories": {
        "workspace": WORKSPACE,
        "creator": CREATOR,
        "parent": one("stories", "parent_id"),
        "root": ("stories", root),
        "ancestors": ("stories", ancestors),
        "descendants": ("stories", descendants),
        "sub_stories": owned("stories", "parent_id"),
        "assignees": ("users", assignees),
        "current_assignments": (
            "assignments",
            lambda looking, row: [a["id"] for a in current_assignments(looking, row)],
        ),
        "workspace_resources": ("workspace_resources", story_resources(named_only=True)),
        "workspace_resources_with_unnamed": ("workspace_resources", story_resources(named_only=False)),
        "potential_workspace_resources": nothing("workspace_resources"),
        "potential_workspace_resources_with_unnamed": nothing("workspace_resources"),
        "assigned_role": one("roles", "assigned_role_id"),
        "followers": nothing("users"),
        "replies": owned("posts", "story_id"),
    },
    "assignments": {
        "story": STORY,
        "assignee": one("users", "assignee_id"),
        "story_allocation_days": owned("story_allocation_days", "assignment_id"),
    },
    "story_allocation_days": {
        "assignment": one("assignments", "assignment_id"),
        "story": STORY,
        "workspace": WORKSPACE,
    },
    "time_entries": {
        "user": USER,
        "workspace": WORKSPACE,
        "story": STORY,
        "role": ROLE,
        "invoice": one("invoices", "invoice_id"),
        "active_submission": one("timesheet_submissions", "active_submission_id"),
        "recent_submission": one("timesheet_submissions", "recent_submission_id"),
    },
    "billing_milestones": {"story": STORY, "workspace": WORKSPACE, "invoices": stored("invoices", "invoice_ids")},
    "status_reports": {"workspace": WORKSPACE, "creator": CREATOR, "updater": one("users", "updater_id")},
    "workspace_status_changes": {"workspace": WORKSPACE, "user": USER},
    "workspace_baselines": {"workspace": WORKSPACE, "creator": CREATOR},
    "posts": {
        "workspace": WORKSPACE,
        "user": USER,
        "story": STORY,
        "replies": ("posts", replies),
        "newest_reply": ("posts", newest_reply),
        "newest_reply_user": ("users", newest_reply_user),
        "recipients": stored("users", "recipient_ids"),
        "subject": ("posts", lambda _, row: [str(row["subject_id"])] if row.get("subject_type") == "Post" else []),
    },
    "custom_fields": {"choices": owned("custom_field_choices", "custom_field_id"), "creator": CREATOR},
    "custom_field_values": {
        "custom_field": one("custom_fields", "custom_field_id"),
        "selected_choices": stored("custom_field_choices", "selected_choice_ids"),
        "setter": one("users", "setter_id"),
    },
    "time_off_entries": {"user": USER, "role": ROLE},
    "rate_cards": {
        "rate_card_set": one("rate_card_sets", "rate_card_set_id"),
        "rate_card_versions": owned("rate_card_versions", "rate_card_id"),
        "effective_rate_card_version": one("rate_card_versions", "effective_rate_card_version_id"),
    },
    "rate_card_versions": {"rate_card": one("rate_cards", "rate_card_id")},
    "rate_card_roles": {"role": ROLE, "rate_card_version": one("rate_card_versions", "rate_card_version_id")},
    "billable_utilizations": {
        "account_membership": one("account_memberships", "account_membership_id"),
        "creator": CREATOR,
    },
    "project_accounting_records": {"workspace": WORKSPACE, "story": STORY, "user": USER, "role": ROLE},
}


def association(resource: str, include: str) -> Association:
    """The association of an include the contract names; one without rows here answers an empty map."""
    found = ASSOCIATIONS.get(resource, {}).get(include)
    if found is not None:
        return found
    if include in ("custom_field_values", "external_references") and resource in SUBJECT_TYPES:
        return subject(include, SUBJECT_TYPES[resource])
    return nothing(include if include.endswith("s") else include + "s")
