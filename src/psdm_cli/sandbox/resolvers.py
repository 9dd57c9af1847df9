"""How associated rows are found: by own key, by stored list, by pointing back, by a rule."""

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


def participants(looking: Looking, row: Row) -> list[str]:
    """Ids of everybody who takes part in a project."""
    return [str(p["user_id"]) for p in looking.account.find("participations", "workspace_id", row["id"])]


def named_resources(looking: Looking, row: Row) -> list[str]:
    """Ids of a project's named resources."""
    found = looking.account.find("workspace_resources", "workspace_id", row["id"])
    return [r["id"] for r in found if r.get("user_id") is not None]


def my_participation(looking: Looking, row: Row) -> list[str]:
    """The asking person's own participation in a project."""
    found = looking.account.find("participations", "workspace_id", row["id"])
    return [p["id"] for p in found if p["user_id"] == looking.account.me]


def current_report(looking: Looking, row: Row) -> list[str]:
    """The latest health report, of today only unless the reading says of any age."""
    reports = looking.account.find("status_reports", "workspace_id", row["id"])
    if not looking.readings.current_report_any_age:
        reports = [r for r in reports if r["created_at"][:10] == looking.today.isoformat()]
    return [max(reports, key=lambda r: r["created_at"])["id"]] if reports else []


def next_milestone(looking: Looking, row: Row) -> list[str]:
    """The open dated milestone that is due next."""
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


def assignees(looking: Looking, row: Row) -> list[str]:
    """Ids of the people on a task."""
    found = looking.account.find("assignments", "story_id", row["id"])
    return [str(a["assignee_id"]) for a in found if a.get("current") and a.get("assignee_id") is not None]


def story_resources(named_only: bool) -> Resolver:
    """Ids of the resources on a task, with or without unnamed ones."""

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


def root(looking: Looking, row: Row) -> list[str]:
    """The topmost ancestor of a task, or itself."""
    above = ancestors(looking, row)
    return above[-1:] or [row["id"]]


def replies(looking: Looking, row: Row) -> list[str]:
    """Ids of the replies to a note."""
    found = looking.account.find("posts", "subject_id", row["id"])
    return [p["id"] for p in found if p.get("subject_type") == "Post"]


def newest_reply(looking: Looking, row: Row) -> list[str]:
    """The newest reply to a note."""
    return replies(looking, row)[-1:]


def newest_reply_user(looking: Looking, row: Row) -> list[str]:
    """Who wrote the newest reply to a note."""
    return [str(looking.account.row("posts", id_)["user_id"]) for id_ in newest_reply(looking, row)]


def membership(looking: Looking, row: Row) -> list[str]:
    """A person's account membership."""
    return [m["id"] for m in looking.account.find("account_memberships", "user_id", row["id"])]


def managees(looking: Looking, row: Row) -> list[str]:
    """Ids of the people a member manages."""
    found = looking.account.find("account_memberships", "manager_id", row.get("user_id"))
    return [str(m["user_id"]) for m in found]


def participant_resources(looking: Looking, row: Row) -> list[str]:
    """Ids of a participant's resources in the project."""
    found = looking.account.find("workspace_resources", "workspace_id", row["workspace_id"])
    return [r["id"] for r in found if r.get("user_id") == row["user_id"]]


def participation(looking: Looking, row: Row) -> list[str]:
    """The participation behind a resource."""
    found = looking.account.find("participations", "workspace_id", row["workspace_id"])
    return [p["id"] for p in found if row.get("user_id") is not None and p["user_id"] == row["user_id"]]


def group_workspaces(looking: Looking, row: Row) -> list[str]:
    """Ids of a group's projects."""
    return [w["id"] for w in looking.account.rows("workspaces") if row["id"] in (w.get("workspace_group_ids") or ())]
