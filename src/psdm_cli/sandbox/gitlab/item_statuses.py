"""The statuses of work items (Premium): five of GitLab's own, in step with opened and closed."""

from __future__ import annotations

from dataclasses import dataclass

from psdm_cli.sandbox.account import Row
from psdm_cli.sandbox.gitlab.calls import Call


@dataclass(frozen=True, slots=True)
class Status:
    """One status of the default lifecycle."""

    number: int
    name: str
    category: str
    color: str

    @property
    def gid(self) -> str:
        """Its global id."""
        return f"gid://gitlab/WorkItems::Statuses::SystemDefined::Status/{self.number}"


STATUSES = (
    Status(1, "To do", "TO_DO", "#737278"),
    Status(2, "In progress", "IN_PROGRESS", "#1f75cb"),
    Status(3, "Done", "DONE", "#108548"),
    Status(4, "Won't do", "CANCELED", "#DD2B0E"),
    Status(5, "Duplicate", "CANCELED", "#DD2B0E"),
)
OPEN, CLOSED, DUPLICATE = STATUSES[0], STATUSES[2], STATUSES[4]
ENDED = ("DONE", "CANCELED")
WITH_STATUS = frozenset({"Issue", "Task", "Epic"})


def status_named(name: object) -> Status | None:
    """The status with this name, whatever its case."""
    return next((s for s in STATUSES if s.name.casefold() == str(name).strip().casefold()), None)


def status_of(call: Call, item: Row) -> Status | None:
    """An item's status: the kept one, or the default of its state; None where plan or type have none."""
    if not call.has("work_item_status") or item["type"] not in WITH_STATUS:
        return None
    kept = status_named(item["status"]) if item.get("status") else None
    if kept is not None and (kept.category in ENDED) == (item["state"] == "closed"):
        return kept
    return CLOSED if item["state"] == "closed" else OPEN


def status_after(call: Call, item: Row, state: str, wanted: object) -> tuple[str, str | None]:
    """State and status name after a change; a wanted status carries the state with it."""
    kept = item.get("status")
    if not call.has("work_item_status") or item["type"] not in WITH_STATUS:
        return state, kept
    status = status_named(wanted) if wanted else None
    if status is not None:
        return ("closed" if status.category in ENDED else "opened"), status.name
    if state != item["state"]:
        return state, (CLOSED if state == "closed" else OPEN).name
    return state, kept
