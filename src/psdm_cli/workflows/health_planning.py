"""The plan of a health report: Kantata's report of the day, its mirror on the Customer Epic, the escalation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from psdm_cli.changes import gitlab_changes as make
from psdm_cli.changes.comparing import settled
from psdm_cli.changes.doors import Doors, Seen, door_for
from psdm_cli.changes.gitlab_edits import epic_change, issue_change, kept
from psdm_cli.changes.gitlab_places import Place, Ref, customer_place, internal_place
from psdm_cli.changes.plan import Action, Change
from psdm_cli.domain.audience import Internal, for_customer, internal
from psdm_cli.domain.gitlab import Epic, Issue
from psdm_cli.domain.health.deciding import Decision, description_of, details_of
from psdm_cli.domain.health.dimensions import Health
from psdm_cli.domain.quick_actions import neutralised
from psdm_cli.domain.space.observed import Space
from psdm_cli.domain.space.parts import Unseen, value_of
from psdm_cli.errors import PsdmError
from psdm_cli.workflows.coordinator import place as kantata_place
from psdm_cli.workflows.health import Looked

if TYPE_CHECKING:
    from psdm_cli.settings.model import Settings

REPORT, HEALTH = "status_report", "epic_health"
#: Kantata's colour → GitLab's health status.
MIRRORED = {Health.GREEN: "on_track", Health.YELLOW: "needs_attention", Health.RED: "at_risk"}
COLOURS = {Health.GREEN: "#69d100", Health.YELLOW: "#f0ad4e", Health.RED: "#cc0033"}
ESCALATION = "escalation"


@dataclass(frozen=True, slots=True)
class Intent:
    """What is planned, and what is not, with the reason."""

    changes: tuple[Change, ...] = ()
    left_out: tuple[str, ...] = field(default=())


class Planning:
    """Plans what a decision changes in both systems. `doors` look, so that a second report of the day is an update."""

    def __init__(self, looked: Looked, decision: Decision, settings: Settings, doors: Doors, as_of: date) -> None:
        self.looked = looked
        self.decision = decision
        self.settings = settings
        self.doors = doors
        self.as_of = as_of
        self.left_out: list[str] = []

    def intent(self) -> Intent:
        """Everything that is to be written: the report, its mirror in GitLab, the escalation."""
        changes = [self._report(), *self._mirror(), *self._escalation()]
        return Intent(tuple(changes), tuple(self.left_out))

    # Kantata

    def _report(self) -> Change:
        """This day's report: a new one, or the day's changed: the handbook has at most one a day."""
        engagement, decision = self.looked.engagement, self.decision
        wanted = Change(
            system="kantata",
            kind=REPORT,
            action=Action.CREATE,
            key=f"{REPORT}:{engagement.id}:{self.as_of.isoformat()}",
            title=f"Health report of {self.as_of.isoformat()}: {decision.overall}",
            place=kantata_place(engagement),
            after={
                "workspace_id": engagement.id,
                "color": decision.overall.value,
                "description": description_of(decision),
                "details": details_of(decision),
            },
            sow=engagement.sow,
        )
        door = door_for(self.doors, wanted)
        seen = door.look(wanted)
        if seen is None and self.looked.latest is not None and self.looked.latest_on == self.as_of:
            seen = door.look(replace(wanted, action=Action.CHANGE, id=self.looked.latest.id))
        return wanted if seen is None else _changed(wanted, seen)

    # GitLab: the internal Customer Epic

    def _mirror(self) -> Iterator[Change]:
        """The epic's health, or a label where the plan lacks it and the settings name one."""
        space = self.looked.space
        anchor = value_of(space.customer_epic) if space is not None else None
        if space is None or anchor is None:
            self.left_out.append(f"health in GitLab: {self._why_no_anchor()}")
            return
        able = space.capabilities is not None and space.capabilities.health_status is True
        if able and isinstance(anchor.record, Epic):
            change = self._health(space, anchor.record)
            if change is not None:
                yield change
                return
        pattern = self.settings.gitlab.health_label
        if pattern is None:
            self.left_out.append(
                "health in GitLab: the plan of the Customer Epics' group has no health status, and no label stands for "
                "it (gitlab.health_label)"
            )
            return
        yield from self._label(space, anchor.record, pattern)

    def _why_no_anchor(self) -> str:
        space = self.looked.space
        if space is None:
            return "GitLab was not asked"
        part = space.customer_epic
        return part.reason if isinstance(part, Unseen) else "there is no Customer Epic"

    def _health(self, space: Space, epic: Epic) -> Change | None:
        """The change of the epic's health; None where GitLab does not let this token see it."""
        group = value_of(space.epics_group)
        if group is None:
            return None
        place = internal_place(group, space.places)
        wanted = Change(
            system=make.SYSTEM,
            kind=HEALTH,
            action=Action.CHANGE,
            key=f"{HEALTH}:{epic.id}",
            title=f"Health of {epic.title}",
            place=place.full_path,
            audience=place.audience,
            after={"health_status": MIRRORED[self.decision.overall]},
            id=epic.id,
            url=epic.url,
            sow=self.looked.engagement.sow,
        )
        try:
            seen = door_for(self.doors, wanted).look(wanted)
        except PsdmError as error:
            self.left_out.append(f"health in GitLab: {error.message}")
            return None
        return _changed(wanted, seen) if seen is not None else None

    def _label(self, space: Space, record: Epic | Issue, pattern: str) -> Iterator[Change]:
        """The label of the colour on the Customer Epic (or its issue), the other colours taken away."""
        names = {colour: label_named(pattern, colour) for colour in Health}
        wanted = names[self.decision.overall]
        others = [name for name in names.values() if name != wanted]
        where = value_of(space.epics_group) if isinstance(record, Epic) else value_of(space.plan)
        if where is None:
            self.left_out.append("health in GitLab: the place of the Customer Epic is hidden")
            return
        place = internal_place(where, space.places)
        color = COLOURS[self.decision.overall]
        made = make.label(place, name=internal(wanted), color=color, sow=self.looked.engagement.sow)
        seen = door_for(self.doors, made).look(made)
        yield made if seen is None else kept(made, seen.id)
        if isinstance(record, Epic):
            yield epic_change(place, record, add_labels=(wanted,), remove_labels=others)
        else:
            yield issue_change(place, record, add_labels=(wanted,), remove_labels=others)

    # escalating

    def _escalation(self) -> Iterator[Change]:
        """`Escalated` on the RAID log; to whom and why as an internal note on the Customer Epic (interface.md 6)."""
        space, to = self.looked.space, self.decision.escalate_to
        if to is None:
            return
        project = value_of(space.project) if space is not None else None
        raid = value_of(space.raid) if space is not None else None
        if space is None or project is None or raid is None:
            self.left_out.append("Escalated: there is no RAID log to be seen")
            return
        label = self.settings.labels["escalated"]
        place = customer_place(project, space.places)
        known = {row.name for row in value_of(space.labels) or ()}
        group = value_of(space.group)
        if label.name not in known and group is not None:
            above = customer_place(group, space.places)
            yield make.label(above, name=for_customer(label.name), color=label.color, sow=space.name)
        yield issue_change(place, raid.issue, add_labels=(label.name,), sow=space.name)
        where = self._note_place(space)
        if where is None:
            self.left_out.append("the note on whom it is escalated to: there is no Customer Epic")
            return
        on, inside = where
        mark = (ESCALATION, f"{space.name}/{self.as_of.isoformat()}")
        body = internal(self._escalation_text(raid.issue, to))
        note = make.note(inside, on=on, body=body, mark=mark, title="Escalation", internal=True, sow=space.name)
        seen = door_for(self.doors, note).look(note)
        yield note if seen is None else _changed(note, seen, at=("on",), fixed=("internal",))

    def _note_place(self, space: Space) -> tuple[Ref, Place[Internal]] | None:
        anchor = value_of(space.customer_epic)
        where = value_of(space.epics_group) if anchor is not None and anchor.is_epic else value_of(space.plan)
        return (anchor.id, internal_place(where, space.places)) if anchor is not None and where is not None else None

    def _escalation_text(self, raid: Issue, to: str) -> str:
        decision, remedy = self.decision, self.decision.remedy
        red = [each for each, verdict in decision.verdicts.items() if verdict.color is Health.RED]
        why = "; ".join(f"{each}: {decision.verdicts[each].why or 'red'}" for each in red)
        lines = [
            f"**Escalated on {self.as_of.isoformat()}** to {_tame(to)}.",
            f"- Health: {decision.overall} ({', '.join(each.value for each in red) or 'overall'})",
            f"- Why: {_tame(why or decision.text)}",
        ]
        if remedy is not None:
            lines += [f"- RAID entry: {_tame(remedy.raid)}", f"- Action: {_tame(remedy.action)}, by {remedy.by}"]
        if raid.url:
            lines.append(f"- RAID log: {raid.url}")
        return "\n".join(lines)


def label_named(pattern: str, colour: Health) -> str:
    """The label that stands for a colour: `PS Health::{color}` is `PS Health::Green`."""
    word = colour.value.capitalize()
    return pattern.replace("{color}", word) if "{color}" in pattern else f"{pattern}::{word}"


def _tame(text: str) -> str:
    """A person's words on one line, without what would act in GitLab."""
    return neutralised(" ".join(text.split()), cell=True, headings=False)


def _changed(wanted: Change, seen: Seen, at: tuple[str, ...] = (), fixed: tuple[str, ...] = ()) -> Change:
    """What stands brought to what is wanted: a change of what differs, or a `keep`.

    `at` are attributes that name the place and are always sent; `fixed` ones cannot be changed any more.
    """
    differing = {
        name: value
        for name, value in wanted.after.items()
        if name not in (*at, *fixed, "workspace_id") and settled(value) != settled(seen.attributes.get(name))
    }
    if not differing:
        return kept(wanted, seen.id, seen.url or wanted.url)
    if "details" in wanted.after:  # an update without them would drop them
        differing["details"] = wanted.after["details"]
    return replace(
        wanted,
        action=Action.CHANGE,
        id=seen.id,
        url=seen.url or wanted.url,
        before={name: seen.attributes.get(name) for name in differing},
        after={**{name: wanted.after[name] for name in at}, **differing},
    )
