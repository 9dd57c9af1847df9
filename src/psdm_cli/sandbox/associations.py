"""Includes: which rows stand behind each association of the contract, per collection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from psdm_cli.sandbox.account import Account, Row
from psdm_cli.sandbox.people import Readings


@dataclass(frozen=True, slots=True)
class Looking:
    """What an association may depend on besides the row."""

    account: Account
    readings: Readings
    today: date


Resolver = Callable[[Looking, Row], list[str]]
Association = tuple[str, Resolver]


def one(target: str, attribute: str) -> Association:
    """The row's own foreign key."""

    def resolve(_: Looking, row: Row) -> list[str]:
        value = row.get(attribute)
        return [] if value is None else [str(value)]

    return target, resolve


def stored(target: str, attribute: str) -> Association:
    """The row's own list of ids."""
    return target, lambda _, row: [str(id_) for id_ in row.get(attribute) or ()]


def owned(target: str, attribute: str, **where: object) -> Association:
    """Rows of the target that point back at this row."""

    def resolve(looking: Looking, row: Row) -> list[str]:
        found = looking.account.find(target, attribute, row["id"])
        return [r["id"] for r in found if all(r.get(key) == value for key, value in where.items())]

    return target, resolve


def nothing(target: str) -> Association:
    """An association this account has no rows for: the empty map still appears."""
    return target, lambda _looking, _row: []


def subject(target: str, subject_type: str) -> Association:
    """Polymorphic rows (custom field values, external references) of this subject."""

    def resolve(looking: Looking, row: Row) -> list[str]:
        found = looking.account.find(target, "subject_id", row["id"])
        return [r["id"] for r in found if r["subject_type"] == subject_type]

    return target, resolve


def _participants(looking: Looking, row: Row) -> list[str]:
    return [str(p["user_id"]) for p in looking.account.find("participations", "workspace_id", row["id"])]


def _named_resources(looking: Looking, row: Row) -> list[str]:
    found = looking.account.find("workspace_resources", "workspace_id", row["id"])
    return [r["id"] for r in found if r.get("user_id") is not None]


def _my_participation(looking: Looking, row: Row) -> list[str]:
    found = looking.account.find("participations", "workspace_id", row["id"])
    return [p["id"] for p in found if p["user_id"] == looking.account.me]


def _current_report(looking: Looking, row: Row) -> list[str]:
    reports = looking.account.find("status_reports", "workspace_id", row["id"])
    if not looking.readings.current_report_any_age:
        reports = [r for r in reports if r["created_at"][:10] == looking.today.isoformat()]
    return [max(reports, key=lambda r: r["created_at"])["id"]] if reports else []


def _next_milestone(looking: Looking, row: Row) -> list[str]:
    open_ones = [
        s
        for s in looking.account.find("stories", "workspace_id", row["id"])
        if s["story_type"] == "milestone" and s["state"] != "completed" and not s.get("archived") and s.get("due_date")
    ]
    return [min(open_ones, key=lambda s: (s["due_date"], int(s["id"])))["id"]] if open_ones else []


def current_assignments(looking: Looking, story: Row) -> list[Row]:
    """Current assignments of a story, with or without unnamed resources as the reading says."""
    found = [a for a in looking.account.find("assignments", "story_id", story["id"]) if a.get("current")]
    if looking.readings.current_assignments_with_unnamed:
        return found
    return [a for a in found if a.get("assignee_id") is not None]


def _assignees(looking: Looking, row: Row) -> list[str]:
    found = looking.account.find("assignments", "story_id", row["id"])
    return [str(a["assignee_id"]) for a in found if a.get("current") and a.get("assignee_id") is not None]


def _story_resources(named_only: bool) -> Resolver:
    def resolve(looking: Looking, row: Row) -> list[str]:
        found = looking.account.find("assignments", "story_id", row["id"])
        return [
            str(a["resource_id"])
            for a in found
            if a.get("current") and not (named_only and a.get("assignee_id") is None)
        ]

    return resolve


def ancestors(looking: Looking, row: Row) -> list[str]:
    """Ids of a story's ancestors, the nearest first."""
    found: list[str] = []
    parent = row.get("parent_id")
    while parent is not None and str(parent) not in found:
        found.append(str(parent))
        above = looking.account.get("stories", parent)
        parent = above.get("parent_id") if above else None
    return found


def descendants(looking: Looking, row: Row) -> list[str]:
    """Ids of all stories below a story."""
    found: list[str] = []
    waiting = [row["id"]]
    while waiting:
        children = [s["id"] for s in looking.account.find("stories", "parent_id", waiting.pop())]
        found += children
        waiting += children
    return found


def _root(looking: Looking, row: Row) -> list[str]:
    above = ancestors(looking, row)
    return above[-1:] or [row["id"]]


def _replies(looking: Looking, row: Row) -> list[str]:
    found = looking.account.find("posts", "subject_id", row["id"])
    return [p["id"] for p in found if p.get("subject_type") == "Post"]


def _newest_reply(looking: Looking, row: Row) -> list[str]:
    return _replies(looking, row)[-1:]


def _newest_reply_user(looking: Looking, row: Row) -> list[str]:
    return [str(looking.account.row("posts", id_)["user_id"]) for id_ in _newest_reply(looking, row)]


def _membership(looking: Looking, row: Row) -> list[str]:
    return [m["id"] for m in looking.account.find("account_memberships", "user_id", row["id"])]


def _managees(looking: Looking, row: Row) -> list[str]:
    found = looking.account.find("account_memberships", "manager_id", row.get("user_id"))
    return [str(m["user_id"]) for m in found]


def _participant_resources(looking: Looking, row: Row) -> list[str]:
    found = looking.account.find("workspace_resources", "workspace_id", row["workspace_id"])
    return [r["id"] for r in found if r.get("user_id") == row["user_id"]]


def _participation(looking: Looking, row: Row) -> list[str]:
    found = looking.account.find("participations", "workspace_id", row["workspace_id"])
    return [p["id"] for p in found if row.get("user_id") is not None and p["user_id"] == row["user_id"]]


def _group_workspaces(looking: Looking, row: Row) -> list[str]:
    return [w["id"] for w in looking.account.rows("workspaces") if row["id"] in (w.get("workspace_group_ids") or ())]


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
        "participants": ("users", _participants),
        "participations": owned("participations", "workspace_id"),
        "current_user_participation": ("participations", _my_participation),
        "workspace_resources": ("workspace_resources", _named_resources),
        "workspace_resources_with_unnamed": owned("workspace_resources", "workspace_id"),
        "billing_milestones": owned("billing_milestones", "workspace_id"),
        "status_reports": owned("status_reports", "workspace_id"),
        "current_status_report": ("status_reports", _current_report),
        "next_uncompleted_milestone": ("stories", _next_milestone),
        "timesheet_submissions": owned("timesheet_submissions", "workspace_id"),
    },
    "workspace_groups": {"workspaces": ("workspaces", _group_workspaces), "rate_card_sets": nothing("rate_card_sets")},
    "participations": {
        "user": USER,
        "workspace": WORKSPACE,
        "workspace_resources": ("workspace_resources", _participant_resources),
        "primary_role": one("roles", "primary_role_id"),
        "workspace_role": one("roles", "workspace_role_id"),
        "active_roles": nothing("roles"),
    },
    "users": {
        "account_membership": ("account_memberships", _membership),
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
        "managees": ("users", _managees),
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
        "participation": ("participations", _participation),
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
        "root": ("stories", _root),
        "ancestors": ("stories", ancestors),
        "descendants": ("stories", descendants),
        "sub_stories": owned("stories", "parent_id"),
        "assignees": ("users", _assignees),
        "current_assignments": (
            "assignments",
            lambda looking, row: [a["id"] for a in current_assignments(looking, row)],
        ),
        "workspace_resources": ("workspace_resources", _story_resources(named_only=True)),
        "workspace_resources_with_unnamed": ("workspace_resources", _story_resources(named_only=False)),
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
        "replies": ("posts", _replies),
        "newest_reply": ("posts", _newest_reply),
        "newest_reply_user": ("users", _newest_reply_user),
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
