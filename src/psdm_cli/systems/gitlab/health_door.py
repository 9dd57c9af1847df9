"""The door to the health status of an internal epic: on track, needs attention, at risk; never where customers read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from psdm_cli.changes.doors import Seen
from psdm_cli.changes.plan import Action, Audience, Change
from psdm_cli.errors import NotFound, RefusedByRule, WrongUsage
from psdm_cli.systems.gitlab import items
from psdm_cli.systems.gitlab.gitlab_door import AGAIN, GitLabDoor, epic_of
from psdm_cli.systems.gitlab.guard import RULE, Where
from psdm_cli.systems.gitlab.item_texts import EPIC_HEALTH, SET_HEALTH, gid
from psdm_cli.systems.gitlab.rows import part
from psdm_cli.systems.http.attributes import text

WRITE = "to set the health of epics there (Planner or Reporter, plan Ultimate)"
#: As psdm says it, as REST does → GraphQL's spelling.
SPELLED = {"on_track": "onTrack", "needs_attention": "needsAttention", "at_risk": "atRisk"}
_SAID = {spelled: said for said, spelled in SPELLED.items()}


class HealthDoor(GitLabDoor):
    """An epic's health (`epic_health`): `health_status`, empty for none. GraphQL alone has it (gitlab.md 1)."""

    kind = "epic_health"
    changes = frozenset({"health_status"})
    actions = frozenset({Action.CHANGE})
    why_not = "an epic's health is only set or taken away"

    def rules(self, change: Change) -> None:
        """One of GitLab's three, or none; health says what we think of an engagement, so customers never read it."""
        wanted = change.after.get("health_status")
        if wanted and wanted not in SPELLED:
            raise WrongUsage(f"{change.title} ({change.key}): “{wanted}” is none of {', '.join(SPELLED)}.")
        self._refuse_customers(change, change.audience)

    def places(self, change: Change) -> Sequence[Where]:
        """The epic's group."""
        return (("group", epic_of(change.id, change)[0]),)

    def by_id(self, change: Change) -> Seen | None:
        """The health of the epic of this number."""
        group, iid = epic_of(change.id, change)
        path = self.guard.record(("group", group)).full_path
        data = self.client.graphql(EPIC_HEALTH, {"path": path, "iid": iid}, "EpicHealth")
        item = part(part(data, "namespace"), "workItem")
        return _seen(item, change) if item.get("id") else None

    def alike(self, change: Change) -> Iterator[Seen]:
        """None is made: an epic has its health by its id alone."""
        del change
        yield from ()

    def write(self, change: Change) -> Seen | None:
        """Set it, or take it away. Raises `RefusedByRule` for an epic that customers read."""
        (where,) = self.places(change)
        self._refuse_customers(change, self.guard.audience(where))
        epic = self.reading.epic(*epic_of(change.id, change))
        if epic is None or epic.item_id is None:
            raise NotFound(f"{change.title}: GitLab does not know the epic any more.", hint=AGAIN)
        wanted = SPELLED.get(str(change.after.get("health_status") or ""))
        asked = {"id": gid("WorkItem", epic.item_id), "healthStatusWidget": {"healthStatus": wanted}}
        data = self.client.graphql(SET_HEALTH, {"input": asked}, "SetHealth", permission=WRITE)
        return _seen(part(part(data, "workItemUpdate"), "workItem"), change)

    def _refuse_customers(self, change: Change, audience: Audience) -> None:
        if audience is Audience.CUSTOMER:
            raise RefusedByRule(
                f"{change.title}: customers read {change.place or 'this epic'}, and its health is for ourselves.",
                hint=f"{RULE} The Customer Epic's group is the place for it.",
            )


def _seen(item: Mapping[str, Any], change: Change) -> Seen:
    value = text(items.widgets(dict(item)), "healthStatus")
    return Seen(str(change.id), text(dict(item), "webUrl"), {"health_status": _SAID.get(value or "", value)})
