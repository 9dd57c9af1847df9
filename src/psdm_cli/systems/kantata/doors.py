"""The doors to Kantata: bookings, tasks, billing milestones, health reports, custom fields, and all of them by kind."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import replace

from psdm_cli.changes.doors import Door, Doors, Seen
from psdm_cli.changes.plan import Action, Change
from psdm_cli.systems.kantata.client import Client
from psdm_cli.systems.kantata.contract import Value
from psdm_cli.systems.kantata.looking import Found, Looker
from psdm_cli.systems.kantata.people_doors import PostDoor, RequestDoor
from psdm_cli.systems.kantata.row_door import RowDoor, same
from psdm_cli.systems.kantata.writing import Writer

BOOKING = ("start_date", "end_date", "minutes", "hard")


class AllocationDoor(RowDoor):
    """Bookings (`workspace_allocation`): `resource_id`, `start_date`, `end_date`, `minutes` in total, `hard`, `notes`.

    Natural key: the same resource, dates, minutes and hardness.
    """

    kind = "workspace_allocation"
    path = "/workspace_allocations"
    subject = "WorkspaceAllocation"
    include = ("workspace_resource",)
    answered_as = {"resource_id": "workspace_resource_id"}  # noqa: RUF012 - a ClassVar of the base
    to_see = "to see allocations (Resource Management access group)"
    to_write = "to edit allocations (Resource Management access group)"

    def rules(self, change: Change) -> None:
        """Soft or hard is always said, since the default is not known; a booking ends on or after its start."""
        given = change.after
        if change.action is Action.CREATE and not isinstance(given.get("hard"), bool):
            raise ValueError("hard must be said: true or false")
        start, end = given.get("start_date"), given.get("end_date")
        if start is not None and end is not None and str(end) < str(start):
            raise ValueError("end_date lies before start_date")
        minutes = given.get("minutes")
        if isinstance(minutes, int) and minutes < 0:
            raise ValueError("minutes must not be negative")

    def alike(self, change: Change) -> Iterator[Found]:
        """Bookings of the same resource that say the same."""
        wanted = change.after
        params: dict[str, Value] = {
            "workspace_resource_ids": (str(wanted["resource_id"]),),
            "overlaps_with_date_range": f"{wanted['start_date']}:{wanted['end_date']}",
        }
        for found in self.listed(params):
            if same(wanted, found.row, *BOOKING):
                yield found


class StoryDoor(RowDoor):
    """Tasks and milestones (`story`). Natural key of a new one: project, parent and title."""

    kind = "story"
    path = "/stories"
    subject = "Story"
    include = ("parent", "workspace")
    to_see = "to see tasks (View Tasks on the project)"
    to_write = "to edit tasks (Edit Tasks on the project)"
    show = {"show_archived": True, "show_from_archived_workspaces": True}  # noqa: RUF012 - a ClassVar of the base

    def rules(self, change: Change) -> None:
        """A task is due on or after its start."""
        start = change.after.get("start_date", change.before.get("start_date"))
        due = change.after.get("due_date", change.before.get("due_date"))
        if start is not None and due is not None and str(due) < str(start):
            raise ValueError("due_date lies before start_date")

    def alike(self, change: Change) -> Iterator[Found]:
        """Tasks of the project with this title, under the same parent."""
        wanted = change.after
        params: dict[str, Value] = {"workspace_id": str(wanted["workspace_id"])}
        for found in self.listed(params):
            if same(wanted, found.row, "title", "parent_id"):
                yield found


class BillingMilestoneDoor(RowDoor):
    """The billing schedule (`billing_milestone`); amounts in whole cents. Natural key: project and title."""

    kind = "billing_milestone"
    path = "/billing_milestones"
    subject = "BillingMilestone"
    include = ("story", "workspace")
    to_see = "financial access (View Financials on the project)"
    to_write = "to edit the billing schedule (Edit Financials on the project)"

    def alike(self, change: Change) -> Iterator[Found]:
        """Milestones of the project with this title."""
        wanted = change.after
        params: dict[str, Value] = {"workspace_ids": (str(wanted["workspace_id"]),)}
        for found in self.listed(params):
            if same(wanted, found.row, "title"):
                yield found


class StatusReportDoor(RowDoor):
    """Health reports (`status_report`): known by their marker alone, since last week's may say the very same.

    An update drops the categories of `details` that it leaves out, so it always names all that are to stay.
    """

    kind = "status_report"
    path = "/status_reports"
    subject = "StatusReport"
    include = ("workspace",)
    to_see = "to see project health reports (provider side of the project)"
    to_write = "to report on the project's health (Edit on the project)"

    def look(self, change: Change, taken: Set[str] = frozenset()) -> Seen | None:
        """As others; of the categories those that the change names."""
        return _categories(change, super().look(change, taken))

    def send(self, change: Change) -> Seen | None:
        """As others; of the categories those that the change names."""
        return _categories(change, super().send(change))


def _categories(change: Change, seen: Seen | None) -> Seen | None:
    """A report as a change speaks of it: Kantata may answer categories that nobody wrote, and attributes of its own."""
    if seen is None:
        return None
    wanted = change.after.get("details")
    found = dict(seen.attributes)
    rows = found.pop("details", None)
    if wanted is not None:
        named = {str(each.get("category")) for each in (*wanted, *(change.before.get("details") or ()))}
        found["details"] = [
            {name: row.get(name) for name in ("category", "color", "description")}
            for row in rows or ()
            if str(row.get("category")) in named
        ]
    return replace(seen, attributes=found)


class CustomFieldDoor(RowDoor):
    """Custom fields (`custom_field_value`): `subject_type`, `subject_id`, `custom_field_id`, `value`.

    Writing is an upsert that gives the value a new id, so it is found by its subject and field. A choice is `[id]`,
    money `[cents, "USD"]`. An empty value is a delete.
    """

    kind = "custom_field_value"
    path = "/custom_field_values"
    include = ("custom_field", "subject")
    to_see = "to see custom fields"
    to_write = "to edit this custom field"
    finds_by_key = True

    def call(self, change: Change) -> str:
        """An upsert for create and change alike."""
        return f"DELETE {self.path}/{{id}}" if change.action is Action.DELETE else f"POST {self.path}"

    def look(self, change: Change, taken: Set[str] = frozenset()) -> Seen | None:  # noqa: ARG002 - one value a field
        """The value that the field has."""
        where = {**change.before, **change.after}
        params: dict[str, Value] = {
            "subject_type": str(where["subject_type"]),
            "with_subject_id": (str(where["subject_id"]),),
            "with_custom_field_id": (str(where["custom_field_id"]),),
        }
        for found in self.listed(params):
            if same(where, found.row, "subject_id", "custom_field_id"):
                return self.seen(found)
        return None

    def rules(self, change: Change) -> None:
        """Subject and field are always named."""
        where = {**change.before, **change.after}
        lacking = [name for name in ("subject_type", "subject_id", "custom_field_id") if not where.get(name)]
        if lacking:
            raise ValueError(f"{lacking[0]} is missing")

    def inverse(self, change: Change, seen: Seen | None) -> Change | str:
        """As for others; the field's place goes along."""
        if change.action is Action.CHANGE and "value" in change.before:
            where = {name: value for name, value in change.after.items() if name != "value"}
            if change.before["value"] in (None, "", []):
                return replace(change, action=Action.DELETE, before=dict(change.after), after={}, depends_on=(), why="")
            after = {**where, "value": change.before["value"]}
            return replace(change, before=dict(change.after), after=after, id=None, depends_on=(), why="")
        return super().inverse(change, seen)


def doors_of(client: Client) -> Doors:
    """Every door to the Kantata behind a client, by system and kind."""
    looker, writer = Looker(client), Writer(client)
    kinds = (
        AllocationDoor,
        StoryDoor,
        BillingMilestoneDoor,
        StatusReportDoor,
        CustomFieldDoor,
        RequestDoor,
        PostDoor,
    )
    doors: list[Door] = [kind(looker, writer) for kind in kinds]
    return {(door.system, door.kind): door for door in doors}
