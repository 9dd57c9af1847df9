"""How a run of a checklist stands: definition, subject, answers and what was verified in, judged steps out. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from psdm_cli.checklists.answers import Answer, accepted, said, state_of
from psdm_cli.checklists.definition import Definition, StepDefinition, SubjectKind
from psdm_cli.domain.findings import State, Step

FINISHED = frozenset({State.PASS, State.DONE, State.SKIPPED})
SEES = "psdm sees: "  # begins what a check shows to the person who answers
NEEDS_SOMEBODY = frozenset({State.ATTENTION, State.UNVERIFIED})


@dataclass(frozen=True, slots=True)
class Subject:
    """What a run is about. `id` is an ISO week or an engagement's id, `name` how people call it; None: unknown fact."""

    kind: SubjectKind
    id: str
    name: str
    facts: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verified:
    """What psdm saw: judged steps by the name of their check; `unseen` says why a check is missing among them."""

    steps: Mapping[str, Step] = field(default_factory=dict)
    unseen: str = "was not looked at"


@dataclass(frozen=True, slots=True)
class RunStep:
    """One step of a run: how it stands, the answer behind it, and the steps that must be finished before it."""

    step: Step
    definition: StepDefinition
    answer: Answer | None = None
    waits_for: tuple[str, ...] = ()

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.step.state in FINISHED

    @property
    def can_be_answered(self) -> bool:
        """Whether a person may answer it now: open or answered before, and nothing to be waited for."""
        return self.definition.is_manual and not self.waits_for


@dataclass(frozen=True, slots=True)
class Run:
    """How a checklist stands for a subject."""

    definition: Definition
    subject: Subject
    rows: tuple[RunStep, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The judged steps as they are written."""
        return tuple(row.step for row in self.rows)

    @property
    def done(self) -> int:
        """How many steps are finished: passed, done, skipped."""
        return sum(row.is_finished for row in self.rows)

    @property
    def total(self) -> int:
        """How many steps there are."""
        return len(self.rows)

    @property
    def is_complete(self) -> bool:
        """Whether every step is finished."""
        return self.done == self.total

    @property
    def blocking(self) -> tuple[str, ...]:
        """The blocking steps that need somebody; open manual ones as well where the checklist must be complete."""
        return tuple(row.step.id for row in self.rows if row.definition.blocking and self._needs_somebody(row))

    @property
    def state(self) -> State:
        """Attention, else unverified, else manual where the checklist must be complete, else pass."""
        states = {row.step.state for row in self.rows}
        for state in (State.ATTENTION, State.UNVERIFIED):
            if state in states:
                return state
        return State.MANUAL if self.definition.complete and State.MANUAL in states else State.PASS

    @property
    def open(self) -> tuple[RunStep, ...]:
        """The manual steps that wait for a person, in the order in which they may be done."""
        order = [step.id for step in self.definition.walk()]
        rows = [row for row in self.rows if row.definition.is_manual and not row.is_finished]
        return tuple(sorted(rows, key=lambda row: order.index(row.step.id)))

    def row(self, step_id: str) -> RunStep | None:
        """One step by its id, in any case."""
        wanted = step_id.strip().casefold()
        return next((row for row in self.rows if row.step.id.casefold() == wanted), None)

    def seen(self) -> dict[str, Any]:
        """What psdm saw, to be kept with an answer: numbers per verified step, and a digest over every finding."""
        numbers: dict[str, Any] = {}
        content = []
        for row in self.rows:
            if row.definition.is_manual or row.step.state is State.SKIPPED:
                continue
            step = row.step
            numbers[step.id] = {"state": step.state.value, "findings": len(step.live), "waived": step.waived}
            content.append([step.id, step.state.value, [[f.key, f.state.value, str(f.amount)] for f in step.findings]])
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
        return {"digest": digest, "steps": numbers}

    def _needs_somebody(self, row: RunStep) -> bool:
        if row.step.state in NEEDS_SOMEBODY:
            return True
        return self.definition.complete and row.step.state is State.MANUAL


def run(
    definition: Definition, subject: Subject, answers: Mapping[str, Answer], verified: Verified | None = None
) -> Run:
    """Judge every step: conditions first, then the answer of a person or what psdm verified now.

    Auto steps are as they were verified this time, whatever was answered; manual steps stand by their latest answer.
    """
    seen = verified or Verified()
    judged = {step.id: _judged(step, subject, answers.get(step.id), seen) for step in definition.steps}
    finished = {key for key, step in judged.items() if step.state in FINISHED}
    rows = []
    for each in definition.steps:
        step, answer = judged[each.id], answers.get(each.id) if each.is_manual else None
        waits = tuple(name for name in each.after if name not in finished) if step.state is not State.SKIPPED else ()
        if waits and step.state is State.MANUAL:
            step = replace(step, reason=f"after {', '.join(waits)}: {step.reason}")
        rows.append(RunStep(step, each, answer, waits))
    return Run(definition, subject, tuple(rows))


def _judged(definition: StepDefinition, subject: Subject, answer: Answer | None, verified: Verified) -> Step:
    unknown = []
    for condition in definition.when:
        holds = condition.holds(subject.facts)
        if holds is None:
            unknown.append(condition.fact.replace("_", " "))
        elif not holds:
            value = str(subject.facts[condition.fact]).replace("_", " ")
            fact = condition.fact.replace("_", " ")
            return _step(definition, State.SKIPPED, f"only where {condition.said}; here {fact} is {value}")
    found = _automatic(definition, verified) if not definition.is_manual else _checked(definition, answer, verified)
    if unknown and found.state not in FINISHED:
        return replace(found, reason=f"{found.reason} (whether it applies is unknown: {', '.join(unknown)})")
    return found


def _automatic(definition: StepDefinition, verified: Verified) -> Step:
    found = verified.steps.get(definition.verifier or "")
    if found is None:
        return _step(definition, State.UNVERIFIED, verified.unseen)
    return replace(found, id=definition.id, title=definition.title, owner=definition.owner)


def _checked(definition: StepDefinition, answer: Answer | None, verified: Verified) -> Step:
    """A manual step that a check supports: what psdm sees is wrong counts, what it sees is right is shown beside."""
    stood = _manual(definition, answer)
    seen = verified.steps.get(definition.verifier or "")
    if seen is None or stood.state is State.SKIPPED:
        return stood
    if seen.live:
        return replace(seen, id=definition.id, title=definition.title, owner=definition.owner)
    shown = (f"{SEES}{seen.reason}",) if seen.reason else ()
    return replace(stood, evidence=(*stood.evidence, *shown), unseen=seen.unseen)


def _manual(definition: StepDefinition, answer: Answer | None) -> Step:
    if answer is None:
        wanted = f"; to show: {', '.join(definition.evidence)}" if definition.evidence else ""
        return _step(definition, State.MANUAL, f"only a person can tell{wanted}")
    try:
        accepted(definition, answer.value, answer.note)
    except ValueError as error:  # the checklist was changed since
        reason = f"answered {answer.value!r} by {answer.who}, which no longer fits: {error}"
        return _step(definition, State.MANUAL, reason)
    evidence = (answer.note,) if answer.note else ()
    return replace(_step(definition, state_of(definition, answer), said(definition, answer)), evidence=evidence)


def _step(definition: StepDefinition, state: State, reason: str) -> Step:
    return Step(definition.id, definition.title, definition.owner, state, reason)
