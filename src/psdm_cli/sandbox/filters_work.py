"""Filters of the work itself: bookings, requests, tasks, hours, reports, notes."""

from __future__ import annotations

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.filters import (
    Asking,
    Filter,
    Predicate,
    among,
    date_after,
    date_before,
    date_within,
    equal,
    flag,
    no_effect,
    present,
    when_true,
    words,
)
from psdm_cli.sandbox.reading import day, days, ids, is_true, listed
from psdm_cli.sandbox.resolvers import ancestors


def _resource_of(asking: Asking, row: Row) -> Row:
    return asking.looking.account.get("workspace_resources", row["workspace_resource_id"]) or {}


def _booked_people(asking: Asking, value: str) -> Predicate:
    wanted = ids(value)
    account = asking.looking.account
    resources = {id_ for user in wanted for id_ in account.ids_where("workspace_resources", "user_id", user)}
    return lambda row: row["workspace_resource_id"] in resources


def _overlap(_: Asking, value: str) -> Predicate:
    start, end = days(value)
    return lambda row: row["start_date"] <= end and row["end_date"] >= start


def _named(wanted: bool) -> Filter:
    def build(asking: Asking, value: str) -> Predicate | None:
        if not is_true(value):
            return None
        return lambda row: (_resource_of(asking, row).get("user_id") is not None) == wanted

    return build


def _for_approver(asking: Asking, value: str) -> Predicate:
    wanted = asking.user if value in ("me", "current", "true") else value
    return lambda row: wanted in {str(id_) for id_ in row.get("approver_ids") or ()}


def _with_assignees(asking: Asking, value: str) -> Predicate:
    wanted = set(listed(value))
    account = asking.looking.account

    def kept(row: Row) -> bool:
        current = [a for a in account.find("assignments", "story_id", row["id"]) if a.get("current")]
        people = {str(a["assignee_id"]) for a in current if a.get("assignee_id") is not None}
        unnamed = any(a.get("assignee_id") is None for a in current)
        return bool(people & wanted) or ("unassigned" in wanted and not current) or ("unnamed" in wanted and unnamed)

    return kept


def _assigned_to(asking: Asking, user: str) -> Predicate:
    return _with_assignees(asking, user)


def _active_between(_: Asking, value: str) -> Predicate:
    start, end = days(value)

    def kept(row: Row) -> bool:
        first, last = row.get("start_date") or row.get("due_date"), row.get("due_date") or row.get("start_date")
        return first is not None and last is not None and first <= end and last >= start

    return kept


def _under(asking: Asking, value: str) -> Predicate:
    return lambda row: row["id"] == value or value in ancestors(asking.looking, row)[-1:]


def _of_story(asking: Asking, value: str, attribute: str = "workspace_id") -> Predicate:
    account = asking.looking.account
    return lambda row: str((account.get("stories", row["story_id"]) or {}).get(attribute)) == value


def _of_assignment(attribute: str) -> Filter:
    def build(asking: Asking, value: str) -> Predicate:
        account = asking.looking.account
        return lambda row: str((account.get("assignments", row["assignment_id"]) or {}).get(attribute)) == value

    return build


def _of_group(asking: Asking, value: str) -> Predicate:
    wanted = ids(value)
    inside = {
        w["id"]
        for w in asking.looking.account.rows("workspaces")
        if wanted & {str(id_) for id_ in w.get("workspace_group_ids") or ()}
    }
    return lambda row: str(row["workspace_id"]) in inside


def _completed(row: Row) -> bool:
    return bool(row["state"] == "completed")


def _milestone_period(asking: Asking, value: str) -> Predicate:
    start, end = days(value)
    account = asking.looking.account

    def kept(row: Row) -> bool:
        story = account.get("stories", row["story_id"]) if row.get("story_id") else None
        dated = row.get("date_to_invoice") or (story or {}).get("due_date") or ""
        return start <= dated <= end

    return kept


WORK_FILTERS: dict[str, dict[str, Filter]] = {
    "workspace_resources": {
        "workspace_id": equal("workspace_id"),
        "user_id": equal("user_id"),
        "role_id": equal("role_id"),
        "include_unnamed": no_effect,
        "only_unnamed": when_true(lambda row: row.get("user_id") is None),
        "providers": when_true(lambda row: row.get("user_id") is not None),
        "providers_with_unnamed": no_effect,
        "matching": words("full_name", "role_name", "label"),
    },
    "workspace_allocations": {
        "workspace_ids": among("workspace_id"),
        "workspace_resource_ids": among("workspace_resource_id"),
        "user_ids": _booked_people,
        "type": lambda _, value: lambda row: row["hard"] == (value == "hard"),
        "overlaps_with_date_range": _overlap,
        "named_resources_only": _named(True),
        "unnamed_resources_only": _named(False),
    },
    "resource_requests": {
        "pending_requests_only": when_true(lambda row: row["status"] == "new"),
        "requests_for_approver": _for_approver,
    },
    "stories": {
        "workspace_id": equal("workspace_id"),
        "with_projects": among("workspace_id"),
        "by_workspace_group": _of_group,
        "story_type": equal("story_type"),
        "story_types": lambda _, value: lambda row: row["story_type"] in listed(value),
        "by_status": lambda _, value: lambda row: row["status"] in listed(value),
        "completed": when_true(_completed),
        "uncompleted": when_true(lambda row: not _completed(row)),
        "archived": no_effect,
        "only_archived": when_true(lambda row: bool(row.get("archived"))),
        "show_archived": no_effect,
        "only_deleted": when_true(lambda row: row.get("deleted_at") is not None),
        "show_deleted": no_effect,
        "show_from_archived_workspaces": no_effect,
        "show_todos": no_effect,
        "only_todos": when_true(lambda row: row.get("project_plan") is False),
        "active_between": _active_between,
        "starting_between": date_within("start_date"),
        "due_between": date_within("due_date"),
        "due_before": date_before("due_date"),
        "due_after": date_after("due_date"),
        "due_on": lambda _, value: lambda row: row.get("due_date") == day(value),
        "with_start_or_due_date": present(lambda row: bool(row.get("start_date") or row.get("due_date"))),
        "with_assignees": _with_assignees,
        "assigned_to_current_user": lambda asking, value: _assigned_to(asking, asking.user) if is_true(value) else None,
        "not_assigned_to_user": lambda asking, value: lambda row: not _assigned_to(asking, value)(row),
        "creators": among("creator_id"),
        "priority": lambda _, value: lambda row: row.get("priority") in listed(value),
        "parents_only": when_true(lambda row: row.get("parent_id") is None),
        "with_parent_id": equal("parent_id"),
        "with_root_id": _under,
        "with_ancestry_depth": lambda asking, value: lambda row: len(ancestors(asking.looking, row)) == int(value),
        "all_on_account": no_effect,
    },
    "assignments": {
        "workspace_id": _of_story,
        "story_id": equal("story_id"),
        "assignee_id": equal("assignee_id"),
        "resource_id": equal("resource_id"),
        "current": when_true(lambda row: bool(row.get("current"))),
        "uncurrent": when_true(lambda row: not row.get("current")),
        "in_unarchived_stories": no_effect,
        "in_unarchived_workspaces": no_effect,
        "include_unnamed": no_effect,
        "plannable": no_effect,
    },
    "story_allocation_days": {
        "workspace_id": equal("workspace_id"),
        "story_id": equal("story_id"),
        "assignment_id": equal("assignment_id"),
        "assignee_id": _of_assignment("assignee_id"),
        "date_between": date_within("date"),
        "updated_at_between": date_within("updated_at"),
        "current": when_true(lambda row: bool(row.get("current"))),
        "uncurrent": when_true(lambda row: not row.get("current")),
        "in_unarchived_stories": no_effect,
        "in_unarchived_workspaces": no_effect,
        "include_unnamed": no_effect,
        "only_my_account": no_effect,
    },
    "time_entries": {
        "workspace_id": equal("workspace_id"),
        "workspace_ids": among("workspace_id"),
        "with_user_ids": among("user_id"),
        "created_by": equal("user_id"),
        "date_performed_between": date_within("date_performed"),
        "billable": flag("billable"),
        "approved": present(lambda row: bool(row.get("approved"))),
        "invoiced": present(lambda row: bool(row.get("is_invoiced"))),
        "uninvoiced": present(lambda row: not row.get("is_invoiced")),
        "in_active_submission": lambda _, value: (
            lambda row: (row.get("active_submission_id") is not None) == is_true(value)
        ),
        "from_archived_workspaces": no_effect,
        "on_my_account": no_effect,
    },
    "billing_milestones": {
        "workspace_ids": among("workspace_id"),
        "story_ids": among("story_id"),
        "date_between": _milestone_period,
    },
    "status_reports": {"workspace_id": equal("workspace_id")},
    "workspace_status_changes": {"workspace_id": equal("workspace_id")},
    "workspace_baselines": {"workspace_id": equal("workspace_id")},
    "project_snapshots": {"workspace_id": equal("workspace_id")},
    "posts": {
        "workspace_id": equal("workspace_id"),
        "story_id": equal("story_id"),
        "story_ids": among("story_id"),
        "parents_only": when_true(lambda row: not row.get("reply")),
        "private": flag("private"),
        "from_archived_workspaces": no_effect,
    },
    "custom_fields": {"subject_type": equal("subject_type"), "matching": words("name")},
    "custom_field_values": {
        "subject_type": equal("subject_type"),
        "with_subject_id": among("subject_id"),
        "with_custom_field_id": among("custom_field_id"),
        "with_setter_id": among("setter_id"),
    },
    "external_references": {
        "subject_type": equal("subject_type"),
        "subject_id": equal("subject_id"),
        "service_name": equal("service_name"),
        "service_model": equal("service_model"),
        "service_model_ref": equal("service_model_ref"),
        "status": equal("status"),
        "external_status": equal("external_status"),
        "external_message": equal("external_message"),
    },
}
