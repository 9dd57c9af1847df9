"""Ticking steps of the scheduling intake from here: one check-box line each, never before the handbook's gate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from psdm_cli.changes import gitlab_changes as make
from psdm_cli.changes.gitlab_edits import kept
from psdm_cli.changes.gitlab_places import internal_place
from psdm_cli.changes.plan import Change
from psdm_cli.domain.space.intake import ASSIGNMENT, STEPS, Intake
from psdm_cli.domain.space.observed import Space
from psdm_cli.domain.space.parts import Missing, Seen, value_of
from psdm_cli.errors import NotFound, RefusedByRule, WrongUsage

TICK_FORM = f"a number of 1 to {len(STEPS)}"


def ticks(space: Space, numbers: Sequence[int]) -> Iterator[Change]:
    """The changes that tick these steps; a step that is ticked already is kept.

    Raises `NotFound` without an intake issue, `WrongUsage` for a step that has no box, `RefusedByRule` (exit 6) for PM
    assignment before steps 1 and 2 are considered.
    """
    if not numbers:
        return
    intake = _intake(space)
    plan = value_of(space.plan)
    if plan is None:
        raise NotFound("ps_plan is hidden from the token, so its intake issue cannot be ticked.")
    place = internal_place(plan, space.places)
    for number in dict.fromkeys(numbers):
        step = intake.step(number)
        if not step.boxes:
            raise WrongUsage(
                f"--tick {number}: the intake issue has no check-box for step {number} ({step.title}).",
                hint=f"Open it: {intake.issue.url or intake.issue.title}",
            )
        if number == ASSIGNMENT and not step.ticked:
            _keep_the_gate(intake, numbers)
        for box in step.boxes:
            change = make.task(place, issue=intake.issue.id, line=box.line, checked=True, sow=space.name)
            yield kept(change, intake.issue.id, intake.issue.url) if box.checked else change


def _intake(space: Space) -> Intake:
    part = space.intake
    if isinstance(part, Seen):
        return part.value
    why = part.why if isinstance(part, Missing) else part.reason
    raise NotFound(
        f"There is no intake issue to tick: {why}.", hint="The engagement manager opens it on the Customer Epic."
    )


def _keep_the_gate(intake: Intake, numbers: Sequence[int]) -> None:
    missing = [step for step in intake.gate_missing if step.number not in numbers]
    if missing:
        said = " and ".join(f"{step.number} ({step.title}, {step.owner})" for step in missing)
        raise RefusedByRule(
            f"PM assignment (step {ASSIGNMENT}) waits for step {said}: the handbook's gate.",
            hint="Ask the engagement manager to fill them in first.",
        )
