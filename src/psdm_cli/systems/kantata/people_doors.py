"""The doors to Kantata where people answer: resource requests and posts. Neither can carry a marker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from psdm_cli.changes.comparing import settled
from psdm_cli.changes.doors import Seen
from psdm_cli.changes.plan import Action, Audience, Change
from psdm_cli.errors import RefusedByRule
from psdm_cli.systems.kantata.contract import Value
from psdm_cli.systems.kantata.looking import Found, Row
from psdm_cli.systems.kantata.row_door import RowDoor, same

PENDING = "new"
DECISIONS = {"approved": "approve", "rejected": "reject", "cancelled": "cancel"}
START, END = "workspace_allocation_start_date", "workspace_allocation_end_date"


class RequestDoor(RowDoor):
    """Resource requests (`resource_request`): asked for, or withdrawn (`close` with `request_resolution_status`).

    A pending request is the same when it asks for the same resource, or for the same role in the same project with the
    same dates. `request_resolution_status` of one that is pending is None.
    """

    kind = "resource_request"
    path = "/resource_requests"
    include = ("resource",)
    to_see = "to see resource requests (Resource Management, feature switched on for the account)"
    to_write = "to request resources (Resource Management access group)"
    actions = frozenset({Action.CREATE, Action.CLOSE})

    def rules(self, change: Change) -> None:
        """A resource, or a project and a role; only withdrawing closes."""
        given = change.after
        if change.action is Action.CLOSE:
            if given.get("request_resolution_status") != "cancel":
                raise ValueError("request_resolution_status must be cancel: approving is the coordinator's")
        elif not given.get("resource_id") and not (
            given.get("resource_workspace_id") and given.get("resource_role_id")
        ):
            raise ValueError("give resource_id, or resource_workspace_id and resource_role_id")
        elif given.get(START) and given.get(END) and str(given[END]) < str(given[START]):
            raise ValueError(f"{END} lies before {START}")

    def alike(self, change: Change) -> Iterator[Found]:
        """Pending requests for the same."""
        wanted = change.after
        for found in self.listed({"pending_requests_only": True}):
            if found.row.get("status") not in (PENDING, None):
                continue
            if wanted.get("resource_id"):
                if same(wanted, found.row, "resource_id"):
                    yield found
            elif self._asks_for(found, wanted):
                yield found

    def _asks_for(self, found: Found, wanted: Mapping[str, Any]) -> bool:
        slot = self._slot(found)
        if (
            slot.get("user_id") is not None
            or settled(slot.get("workspace_id")) != settled(wanted["resource_workspace_id"])
            or settled(slot.get("role_id")) != settled(wanted["resource_role_id"])
        ):
            return False
        if not wanted.get(START):
            return True
        params: dict[str, Value] = {"workspace_resource_ids": (str(found.row["resource_id"]),)}
        bookings = self.looker.all("/workspace_allocations", "workspace_allocations", params, self.to_see)
        return any(
            (row.row.get("start_date"), row.row.get("end_date")) == (str(wanted[START]), str(wanted[END]))
            for row in bookings
        )

    def _slot(self, found: Found) -> Row:
        """The resource asked for. What came along with the request may lack the ids that are compared."""
        ident = found.row.get("resource_id")
        slot = found.side("workspace_resources", ident)
        if ident is None or {"workspace_id", "role_id", "user_id"} <= set(slot):
            return slot
        together: dict[str, Value] = {"include_unnamed": True, "include": ("role", "user", "workspace")}
        params = {"only": (str(ident),), **together}
        slots = self.looker.all("/workspace_resources", "workspace_resources", params, self.to_see)
        return next((each.row for each in slots if each.id == str(ident)), {})

    def seen(self, found: Found) -> Seen:
        """Its resource and its answer; dates and shares live on the resource's bookings, not here."""
        row = found.row
        attributes: dict[str, Any] = {}
        if row.get("resource_id") is not None:
            attributes["resource_id"] = str(row["resource_id"])
        if "status" in row:
            attributes["request_resolution_status"] = DECISIONS.get(str(row["status"]))
        return Seen(found.id, None, attributes)

    def inverse(self, change: Change, seen: Seen | None) -> Change | str:
        """A pending request is withdrawn; an answered one stays."""
        if change.action is not Action.CREATE:
            return "a withdrawn request cannot be opened again; request the resource anew"
        if seen is None:
            return "it is no longer there"
        answer = seen.attributes.get("request_resolution_status")
        if answer == "cancel":
            return replace(change, action=Action.KEEP, after={}, id=seen.id, depends_on=(), why="")
        if answer is not None:
            words = {decision: status for status, decision in DECISIONS.items()}
            return f"the request was {words[answer]} already"
        stays = ""
        if not change.after.get("resource_id"):
            slot = seen.attributes.get("resource_id", "")
            stays = f"the unnamed resource {slot} and its soft booking stay in Kantata; the request is withdrawn"
        return replace(
            change,
            action=Action.CLOSE,
            before={"request_resolution_status": None},
            after={"request_resolution_status": "cancel"},
            id=seen.id,
            depends_on=(),
            why=stays,
        )


class PostDoor(RowDoor):
    """Posts in a project's activity (`post`); recipients make one private.

    Internal text goes only to recipients on our side of the project. The same author, project, task, recipients and
    words are the same post.
    """

    kind = "post"
    path = "/posts"
    show = {"from_archived_workspaces": True}  # noqa: RUF012 - a ClassVar of the base
    include = ("recipients", "story", "user", "workspace")
    to_see = "to see the project's posts (participation in the project)"
    to_write = "to post in the project (participation in the project)"
    actions = frozenset({Action.CREATE, Action.DELETE})

    def rules(self, change: Change) -> None:
        """Internal text needs recipients."""
        if (
            change.action is Action.CREATE
            and change.audience is Audience.INTERNAL
            and not change.after.get("recipient_ids")
        ):
            raise RefusedByRule(
                f"{change.title}: a post without recipients is read by everybody in the project, and this is internal.",
                hint="Name recipients, or make it a text for customers.",
            )

    def alike(self, change: Change) -> Iterator[Found]:
        """Own posts that say the same to the same people. Refuses internal text to the customer's side."""
        wanted = change.after
        self._refuse_customers(change)
        params: dict[str, Value] = {**self.show, "workspace_id": str(wanted["workspace_id"])}
        if wanted.get("story_id"):
            params["story_id"] = str(wanted["story_id"])
        me = self.looker.me()
        recipients = settled(list(wanted.get("recipient_ids") or ()))
        for found in self.listed(params):
            if (
                str(found.row.get("user_id")) == me
                and same(wanted, found.row, "message")
                and settled(found.row.get("recipient_ids") or ()) == recipients
            ):
                yield found

    def _refuse_customers(self, change: Change) -> None:
        if change.audience is not Audience.INTERNAL:
            return
        recipients = {str(ident) for ident in change.after.get("recipient_ids") or ()}
        params: dict[str, Value] = {"workspace_id": str(change.after["workspace_id"]), "include": ("user",)}
        permission = "to see who takes part in the project, so that internal text goes to our side only"
        for found in self.looker.all("/participations", "participations", params, permission):
            if str(found.row.get("user_id")) in recipients and found.row.get("role") not in ("maven", None):
                raise RefusedByRule(
                    f"{change.title}: user {found.row.get('user_id')} is on the customer's side of the project, "
                    "and this is internal.",
                    hint="Choose recipients on our side.",
                )

    def attributes(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """What can be compared; and how many answered."""
        names = ("workspace_id", "message", "story_id", "recipient_ids", "subject_type", "reply_count")
        found = {name: row[name] for name in names if name in row}
        if found.get("subject_type") != "Post":
            found.pop("subject_type", None)  # of a post that is no reply it is the project's
        return found

    def inverse(self, change: Change, seen: Seen | None) -> Change | str:
        """A post that nobody answered is deleted; what was mailed is mailed."""
        if change.action is not Action.CREATE:
            return "a deleted post cannot come back; post it again"
        if seen is not None and seen.attributes.get("reply_count"):
            return "the post was answered already"
        inverse = super().inverse(change, seen)
        if isinstance(inverse, Change):
            return replace(inverse, why="whoever was notified of the post has been notified")
        return inverse
