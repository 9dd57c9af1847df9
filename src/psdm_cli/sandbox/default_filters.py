"""What every list hides unless it is told otherwise, and the table of all filters."""

from __future__ import annotations

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.filters import SHARED, Asking, Predicate
from psdm_cli.sandbox.filters_people import PEOPLE_FILTERS
from psdm_cli.sandbox.filters_work import WORK_FILTERS

FILTERS = PEOPLE_FILTERS | WORK_FILTERS


def _default_workspaces(asking: Asking) -> list[Predicate]:
    wanted = asking.given.get("archived") or ("include" if asking.yes("include_archived") else "exclude")
    if wanted == "only":
        return [lambda row: bool(row.get("archived"))]
    return [] if wanted == "include" else [lambda row: not row.get("archived")]


def _default_stories(asking: Asking) -> list[Predicate]:
    found: list[Predicate] = []
    archived = asking.given.get("archived")
    if archived == "only":
        found.append(lambda row: bool(row.get("archived")))
    elif archived != "include" and not asking.yes("show_archived") and not asking.yes("only_archived"):
        found.append(lambda row: not row.get("archived"))
    if not asking.yes("show_deleted") and not asking.yes("only_deleted"):
        found.append(lambda row: row.get("deleted_at") is None)
    if not asking.yes("show_todos") and not asking.yes("only_todos"):
        found.append(lambda row: row.get("project_plan") is not False)
    return [*found, *_live_workspaces(asking, "show_from_archived_workspaces")]


def _live_workspaces(asking: Asking, switch: str) -> list[Predicate]:
    if asking.yes(switch):
        return []
    gone = asking.archived_workspaces()
    return [lambda row: str(row.get("workspace_id")) not in gone] if gone else []


def _off(asking: Asking, name: str) -> bool:
    return name in asking.given and not asking.yes(name)


def _default_assignments(asking: Asking) -> list[Predicate]:
    """Hides what hangs on archived tasks and projects, and (unless asked for) on unnamed resources."""
    account = asking.looking.account
    gone = frozenset() if _off(asking, "in_unarchived_workspaces") else asking.archived_workspaces()
    tasks_too = not _off(asking, "in_unarchived_stories")

    def alive(row: Row) -> bool:
        story = account.get("stories", row["story_id"]) or {}
        if story.get("deleted_at") is not None or (tasks_too and story.get("archived")):
            return False
        return str(story.get("workspace_id")) not in gone

    found: list[Predicate] = [alive]
    if not asking.yes("include_unnamed"):
        if asking.resource == "assignments":
            found.append(lambda row: row.get("assignee_id") is not None)
        else:
            found.append(
                lambda row: (account.get("assignments", row["assignment_id"]) or {}).get("assignee_id") is not None
            )
    return found


def _default_users(asking: Asking) -> list[Predicate]:
    found: list[Predicate] = []
    if not asking.yes("show_disabled"):
        found.append(lambda row: not row.get("disabled"))
    reaching = ("on_my_account", "participant_in", "provider_leads_on_account_projects", "is_project_lead")
    if not any(name in asking.given for name in reaching):
        account = asking.looking.account
        near = {
            str(p["user_id"])
            for workspace in asking.workspaces_of(asking.user)
            for p in account.find("participations", "workspace_id", workspace)
        } | {asking.user}
        found.append(lambda row: row["id"] in near)
    return found


def _default_resources(asking: Asking) -> list[Predicate]:
    if any(asking.yes(name) for name in ("include_unnamed", "only_unnamed", "providers_with_unnamed")):
        return []
    return [lambda row: row.get("user_id") is not None]


def _default_roles(asking: Asking) -> list[Predicate]:
    return [] if _off(asking, "only_active") else [lambda row: row.get("deleted_at") is None]


def _default_memberships(asking: Asking) -> list[Predicate]:
    return [] if asking.yes("only_inactive") else [lambda row: row.get("disabled_at") is None]


def default_filters(asking: Asking) -> list[Predicate]:
    """What a list hides unless told otherwise (kantata.md 1, 5)."""
    found: list[Predicate] = []
    match asking.resource:
        case "workspaces":
            found = _default_workspaces(asking)
        case "stories":
            found = _default_stories(asking)
        case "assignments" | "story_allocation_days":
            found = _default_assignments(asking)
        case "time_entries" | "posts":
            found = _live_workspaces(asking, "from_archived_workspaces")
        case "users":
            found = _default_users(asking)
        case "workspace_resources":
            found = _default_resources(asking)
        case "roles":
            found = _default_roles(asking)
        case "account_memberships":
            found = _default_memberships(asking)
        case _:
            pass
    return found + visible_projects(asking)


def visible_projects(asking: Asking) -> list[Predicate]:
    """For a person who sees only the projects they take part in: nothing of the others."""
    if asking.persona.sees == "all":
        return []
    mine = asking.workspaces_of(asking.user)
    account = asking.looking.account
    if asking.resource == "workspaces":
        return [lambda row: row["id"] in mine]
    if asking.resource == "assignments":
        return [lambda row: str((account.get("stories", row["story_id"]) or {}).get("workspace_id")) in mine]
    return [lambda row: row.get("workspace_id") is None or str(row["workspace_id"]) in mine]


def is_applied(resource: str, name: str) -> bool:
    """Whether this sandbox can apply the parameter."""
    return name in FILTERS.get(resource, {}) or name in SHARED


def predicate_for(asking: Asking, name: str, value: str) -> tuple[bool, Predicate | None]:
    """(known to this sandbox, what it keeps) for one parameter."""
    build = FILTERS.get(asking.resource, {}).get(name) or SHARED.get(name)
    return (False, None) if build is None else (True, build(asking, value))
