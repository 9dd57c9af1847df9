"""Lists: which rows a query matches, in which order, cut into pages; selections are kept until the account changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from psdm_cli.sandbox.account import Account, Row
from psdm_cli.sandbox.contract import Resource
from psdm_cli.sandbox.default_filters import default_filters, predicate_for, visible_projects
from psdm_cli.sandbox.filters import Asking, Predicate
from psdm_cli.sandbox.parameters import Parameters
from psdm_cli.sandbox.reading import ids, instant

KEPT_SELECTIONS = 256

# Parameters that name rows by a foreign key: the index finds them without walking the whole table.
NARROW: dict[str, dict[str, str]] = {
    "workspaces": {"provider_lead": "primary_maven_id"},
    "participations": {"workspace_id": "workspace_id"},
    "workspace_resources": {"workspace_id": "workspace_id", "user_id": "user_id"},
    "workspace_allocations": {"workspace_resource_ids": "workspace_resource_id", "workspace_ids": "workspace_id"},
    "stories": {"with_parent_id": "parent_id", "workspace_id": "workspace_id", "with_projects": "workspace_id"},
    "assignments": {"story_id": "story_id", "resource_id": "resource_id"},
    "story_allocation_days": {"assignment_id": "assignment_id", "workspace_id": "workspace_id"},
    "time_entries": {"workspace_id": "workspace_id", "workspace_ids": "workspace_id", "with_user_ids": "user_id"},
    "billing_milestones": {"story_ids": "story_id", "workspace_ids": "workspace_id"},
    "status_reports": {"workspace_id": "workspace_id"},
    "workspace_status_changes": {"workspace_id": "workspace_id"},
    "posts": {"workspace_id": "workspace_id"},
    "custom_field_values": {"with_subject_id": "subject_id"},
    "external_references": {"service_model_ref": "service_model_ref", "subject_id": "subject_id"},
    "time_off_entries": {"user_id": "user_id", "user_ids": "user_id"},
    "account_memberships": {"with_user_ids": "user_id", "by_user_id": "user_id"},
    "project_accounting_records": {"workspace_ids": "workspace_id"},
}


def _text(attribute: str) -> Callable[[Account, Row], Any]:
    return lambda _, row: str(row.get(attribute) or "").lower()


def _stamp(attribute: str) -> Callable[[Account, Row], Any]:
    return lambda _, row: instant(row[attribute]) if row.get(attribute) else 0.0


def _number(attribute: str) -> Callable[[Account, Row], Any]:
    return lambda _, row: row.get(attribute) or 0


def _user_name(attribute: str) -> Callable[[Account, Row], Any]:
    return lambda account, row: str((account.get("users", row.get(attribute)) or {}).get("full_name", "")).lower()


def _tree_place(account: Account, row: Row) -> Any:
    path = [int(row.get("position") or 0)]
    parent = row.get("parent_id")
    while parent is not None and (above := account.get("stories", parent)) is not None:
        path.insert(0, int(above.get("position") or 0))
        parent = above.get("parent_id")
    return (int(row["workspace_id"]), path)


PRIORITIES = ("critical", "high", "normal", "low")


def _priority(_: Account, row: Row) -> int:
    priority = row.get("priority")
    return PRIORITIES.index(priority) if priority in PRIORITIES else len(PRIORITIES)


NUMBERS = ("percentage_complete", "price", "position", "subject_id")
STAMPS = ("created_at", "updated_at", "last_synced_at", "newest_reply_at", "last_viewed")
SPECIAL: dict[tuple[str, str], Callable[[Account, Row], Any]] = {
    ("users", "alphabetical"): _text("full_name"),
    ("roles", "alphabetical"): _text("name"),
    ("organizations", "alphabetical"): _text("name"),
    ("workspace_resources", "alphabetical"): _text("display_label"),
    ("workspace_resources", "alphabetically"): _text("display_label"),
    ("participations", "user_name"): _user_name("user_id"),
    ("account_memberships", "full_name"): _user_name("user_id"),
    ("account_memberships", "bill_rate"): _number("bill_rate_in_cents"),
    ("account_memberships", "cost_rate"): _number("cost_rate_in_cents"),
    ("account_memberships", "role"): _text("default_role_id"),
    ("workspaces", "provider_lead_name"): _user_name("primary_maven_id"),
    ("workspaces", "price"): _number("price_in_cents"),
    ("workspaces", "amount_paid"): _number("total_invoiced"),
    ("workspaces", "status"): lambda _, row: str((row.get("status") or {}).get("message", "")).lower(),
    ("stories", "parent_and_position"): _tree_place,
    ("stories", "importance"): _priority,
    ("stories", "priority_level"): _priority,
    ("story_allocation_days", "id"): lambda _, row: int(row["id"]),
}


def _sort_key(resource: str, order: str) -> Callable[[Account, Row], Any]:
    special = SPECIAL.get((resource, order))
    if special is not None:
        return special
    if order in STAMPS:
        return _stamp(order)
    return _number(order) if order in NUMBERS else _text(order)


class Selections:
    """Answers `which ids, in order` and remembers it until the account changes: pages of one list are one selection."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._kept: OrderedDict[object, tuple[int, list[str]]] = OrderedDict()

    def page(self, resource: Resource, asking: Asking, wanted: Parameters) -> tuple[list[Row], dict[str, int]]:
        """The page's rows and the envelope's meta."""
        found = self.select(resource, asking, wanted)
        size, offset = wanted.size, wanted.offset
        if wanted.only is not None:
            size, offset = max(len(found), 1), 0
        table = self.account.table(resource.name)
        rows = [table[id_] for id_ in found[offset : offset + size]]
        count = len(found)
        meta = {
            "count": count,
            "page_count": -(-count // size),
            "page_number": offset // size + 1 if count else 0,
            "page_size": size,
        }
        return rows, meta

    def select(self, resource: Resource, asking: Asking, wanted: Parameters) -> list[str]:
        """Ids of everything the filters keep, in order."""
        order = wanted.order or resource.default_order
        key = (
            resource.name,
            asking.persona.name,
            asking.user,
            order,
            tuple(sorted(wanted.filters.items())),
            tuple(wanted.only) if wanted.only is not None else None,
            repr(asking.looking.readings),
            wanted.defaults,
        )
        kept = self._kept.get(key)
        if kept is not None and kept[0] == self.account.version:
            self._kept.move_to_end(key)
            return kept[1]
        predicates = default_filters(asking) if wanted.defaults else visible_projects(asking)
        for name, value in wanted.filters.items():
            predicate = predicate_for(asking, name, value)[1]
            if predicate is not None:
                predicates.append(predicate)
        rows = _kept_rows(self._candidates(resource, wanted), predicates)
        self._sort(resource.name, rows, order)
        found = [row["id"] for row in rows]
        self._kept[key] = (self.account.version, found)
        while len(self._kept) > KEPT_SELECTIONS:
            self._kept.popitem(last=False)
        return found

    def _candidates(self, resource: Resource, wanted: Parameters) -> Iterable[Row]:
        table = self.account.table(resource.name)
        if wanted.only is not None:
            return [table[id_] for id_ in dict.fromkeys(wanted.only) if id_ in table]
        for parameter, attribute in NARROW.get(resource.name, {}).items():
            value = wanted.filters.get(parameter)
            if value is not None:
                keys = [value] if parameter == "service_model_ref" else sorted(ids(value))
                return [table[i] for key in keys for i in self.account.ids_where(resource.name, attribute, key)]
        if resource.name == "workspace_allocations" and "user_ids" in wanted.filters:
            slots = (
                id_
                for user in ids(wanted.filters["user_ids"])
                for id_ in self.account.ids_where("workspace_resources", "user_id", user)
            )
            return [
                table[i] for slot in slots for i in self.account.ids_where(resource.name, "workspace_resource_id", slot)
            ]
        if resource.name == "assignments" and "workspace_id" in wanted.filters:
            stories = self.account.ids_where("stories", "workspace_id", wanted.filters["workspace_id"])
            return [table[i] for story in stories for i in self.account.ids_where("assignments", "story_id", story)]
        return table.values()

    def _sort(self, resource: str, rows: list[Row], order: str | None) -> None:
        rows.sort(key=lambda row: int(row["id"]))
        if order is None or order == "search":
            return
        name, _, direction = order.partition(":")
        key = _sort_key(resource, name)
        account = self.account
        rows.sort(key=lambda row: (key(account, row), int(row["id"])), reverse=direction == "desc")


def _kept_rows(rows: Iterable[Row], predicates: list[Predicate]) -> list[Row]:
    if not predicates:
        return list(rows)
    return [row for row in rows if all(predicate(row) for predicate in predicates)]
