"""`psdm check`: a collaboration space held against the handbook's shape, and what brings it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from psdm_cli.changes.gitlab_edits import project_change
from psdm_cli.changes.gitlab_places import customer_place
from psdm_cli.changes.plan import Change
from psdm_cli.domain.findings import Finding, State, Step
from psdm_cli.domain.kickoff_checks.catalog import CHECKS
from psdm_cli.domain.kickoff_checks.common import Kickoff, found
from psdm_cli.domain.space.observed import Space
from psdm_cli.domain.space.parts import Missing, Seen
from psdm_cli.domain.space.wanted import Wanted
from psdm_cli.errors import NotFound
from psdm_cli.workflows.kickoff import planned
from psdm_cli.workflows.kickoff_kit import Kit
from psdm_cli.workflows.kickoff_planning import PRIVATE, Intent

#: the checks of the space itself; what sales, Kantata and people owe is the kickoff checklist's
SHAPE = (
    "parent-group",
    "customer-subgroup",
    "project",
    "activity-epics",
    "raid",
    "board-readme",
    "retrospective",
)
STEP = "CHECK"


@dataclass(frozen=True, slots=True)
class Drift:
    """How a space differs from the handbook's shape: findings, what could not be looked at, and the healing."""

    findings: tuple[Finding, ...]
    unseen: tuple[str, ...]
    intent: Intent

    @property
    def is_clean(self) -> bool:
        """Whether nothing differs and everything was seen."""
        return not self.findings and not self.unseen


def refuse_nothing(space: Space) -> None:
    """Raise `NotFound` where there is no space to check at all."""
    if isinstance(space.group, Missing) and isinstance(space.project, Missing):
        raise NotFound(
            f"{space.name} has no collaboration space: {space.group.why or space.project.why}.",
            hint=f"psdm init-project {space.name} builds it.",
        )


def drift_of(kickoff: Kickoff, kit: Kit, wanted: Wanted) -> Drift:
    """What differs, and the changes that heal it. Raises `NotFound` without a space, `RefusedByRule` for the config."""
    space = kickoff.space
    refuse_nothing(space)
    hidden = tuple(_made_private(space))
    intent = planned(kit, _as_if_private(space), wanted, ())
    intent = replace(intent, changes=_merged(hidden, intent.changes))
    steps = [CHECKS[name](kickoff) for name in SHAPE]
    findings = [finding for step in steps for finding in step.findings]
    findings += _labels(kickoff, intent)
    unseen = tuple(dict.fromkeys(sentence for step in steps for sentence in _unseen(step)))
    return Drift(tuple(findings), unseen, intent)


def _unseen(step: Step) -> tuple[str, ...]:
    return step.unseen or ((step.reason,) if step.state is State.UNVERIFIED else ())


def _labels(kickoff: Kickoff, intent: Intent) -> Iterator[Finding]:
    """Labels of the customer's group that are missing or coloured otherwise, and files that are missing."""
    for change in intent.changes:
        if not change.writes:
            continue
        if change.kind == "label":
            what = "is missing" if change.id is None else "has another colour than the settings say"
            yield found(kickoff, STEP, change.key, f"the label {change.after.get('name') or change.title} {what}")
        elif change.kind == "file" and change.id is None and "issue_templates" in change.key:
            yield found(kickoff, STEP, change.key, f"the file {change.title} is missing")
        elif change.kind == "custom_field_value" or change.system == "kantata":
            yield found(kickoff, STEP, change.key, "Kantata's link to the project is missing or another one")
        elif change.kind == "note":
            yield found(kickoff, STEP, change.key, "the note with the links on the Customer Epic is missing or old")


def _made_private(space: Space) -> Iterator[Change]:
    """A project that others than its members see, made private again; a group's owner does that by hand.

    GitLab's contract has no call that changes a group: a public one stays a finding.
    """
    if isinstance(space.project, Seen) and space.project.value.visibility != PRIVATE:
        place = customer_place(space.project.value, space.places)
        yield project_change(place, space.project.value, visibility=PRIVATE, sow=space.name)


def _as_if_private(space: Space) -> Space:
    """The space as it will be once it is private: planning refuses public places."""
    group, project = space.group, space.project
    if isinstance(group, Seen):
        group = replace(group, value=replace(group.value, visibility=PRIVATE))
    if isinstance(project, Seen):
        project = replace(project, value=replace(project.value, visibility=PRIVATE))
    return replace(space, group=group, project=project)


def _merged(first: tuple[Change, ...], then: tuple[Change, ...]) -> tuple[Change, ...]:
    """Both, what is changed first in the place of its `keep`."""
    by_key = {change.key: change for change in first}
    return tuple(by_key.pop(change.key, change) for change in then) + tuple(by_key.values())
