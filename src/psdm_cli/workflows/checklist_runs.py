"""A run of a checklist at work: judged anew, answered step by step, each answer stored at once; waivers of findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from psdm_cli.checklists.answers import SKIP, Answer, accepted
from psdm_cli.checklists.definition import Definition, StepDefinition
from psdm_cli.checklists.engine import Run, RunStep, Subject, Verified, run
from psdm_cli.domain.findings import Finding, Step
from psdm_cli.domain.waivers import Returned, Waiver, apply_waivers, returned, waiver
from psdm_cli.errors import NotFound, RefusedByRule, WrongUsage
from psdm_cli.store.checklists import RunKey, StoredAnswer

if TYPE_CHECKING:
    from psdm_cli.store.database import Store


@dataclass(frozen=True, slots=True)
class Desk:
    """Where answers are kept, by whom they are given, and what time it is. Not `keep`: nothing is stored (dry run).

    `links` are the settings' links by name, for the steps that name one.
    """

    store: Store
    now: Callable[[], datetime]
    as_of: date
    zone: ZoneInfo
    keep: bool = True
    who: str = ""
    links: Mapping[str, str] = field(default_factory=dict)

    def address(self, link: str | None) -> str:
        """The address of a step's link; "" where it has none, or the settings do not know its name."""
        if link is None:
            return ""
        return link if "://" in link else self.links.get(link, "")


@dataclass
class OpenRun:
    """A run that can be answered. `verified` holds the steps as they were judged, waivers not yet applied.

    `scope` says whose run it is (`leads:4711`); runs about an engagement are everybody's and have none.
    """

    desk: Desk
    definition: Definition
    subject: Subject
    scope: str = ""
    verified: Verified = field(default_factory=Verified)
    warnings: tuple[str, ...] = ()
    _answers: dict[str, Answer] = field(default_factory=dict)
    _waivers: tuple[Waiver, ...] = ()

    def __post_init__(self) -> None:
        self._answers = {step: self._answer(found) for step, found in self._store.checklists.answers(self.key).items()}
        self._waivers = self._store.waivers.list()

    @property
    def _store(self) -> Store:
        return self.desk.store

    @property
    def key(self) -> RunKey:
        """Under which the run is stored."""
        return RunKey(self.definition.id, self.subject.id, self.scope)

    @property
    def run(self) -> Run:
        """How it stands now."""
        steps = {name: self._waived(step) for name, step in self.verified.steps.items()}
        return run(self.definition, self.subject, self._answers, replace(self.verified, steps=steps))

    @property
    def review(self) -> tuple[Returned, ...]:
        """The findings that are back because their waiver is over."""
        return returned(self.run.steps, self._waivers, self.desk.as_of)

    @property
    def waivers(self) -> tuple[Waiver, ...]:
        """The waivers that hold on findings of this run."""
        keys = {finding.key for step in self.run.steps for finding in step.findings if not finding.is_live}
        return tuple(each for each in self._waivers if each.is_active(self.desk.as_of) and each.finding in keys)

    def answer(self, step_id: str, value: str, note: str = "") -> RunStep:
        """Store an answer at once, with what psdm sees now, and give the step as it stands then.

        Raises `WrongUsage` for a step or an answer that makes no sense, `RefusedByRule` when other steps come first.
        """
        now = self.run
        row = self._row(now, step_id)
        if row.waits_for:
            raise RefusedByRule(
                f"{row.step.id} comes after {', '.join(row.waits_for)}: not finished yet.",
                hint=f"Finish first: {', '.join(row.waits_for)}.",
            )
        note = " ".join(note.split())
        try:
            kept = accepted(row.definition, value, note)
        except ValueError as error:
            raise WrongUsage(f"{row.step.id}: {error}.") from None
        stored = StoredAnswer(row.step.id, kept, note, self.desk.who, self.desk.now(), now.seen())
        self._keep_fact(row.definition, kept)
        if self.desk.keep:
            self._store.checklists.answer(self.key, self.subject.name, stored)
        self._answers[row.step.id] = self._answer(stored)
        self.remember()
        return self._row(self.run, step_id)

    def _keep_fact(self, step: StepDefinition, value: str) -> None:
        """Before the answer itself, so that a crash between the two asks again instead of losing the fact."""
        if step.fact is None or value == SKIP:
            return
        if self.desk.keep:
            self._store.facts.put(self.subject.id, step.fact, value, who=self.desk.who, at=self.desk.now())
        self.subject = replace(self.subject, facts={**self.subject.facts, step.fact: value})

    def waive(self, key: str, reason: str, until: date) -> Waiver:
        """Store a waiver of a live finding of this run.

        Raises `WrongUsage` without a reason or with an end in the past, `NotFound` for a finding that is not there.
        """
        try:
            made = waiver(self.finding(key), reason, until, self.desk.who, self.desk.now(), self.desk.as_of)
        except ValueError as error:
            raise WrongUsage(f"{key}: {error}.") from None
        if self.desk.keep:
            self._store.waivers.put(made)
        self._waivers = (*self._waivers, made)
        self.remember()
        return made

    def withdraw(self, key: str) -> None:
        """Take the waiver of a finding back. Raises `NotFound` when it has none."""
        if not any(each.finding == key for each in self._waivers):
            raise NotFound(f"The finding {key!r} is not waived{_meant(key, [w.finding for w in self._waivers])}")
        if self.desk.keep:
            self._store.waivers.withdraw(key, who=self.desk.who, at=self.desk.now())
        self._waivers = tuple(each for each in self._waivers if each.finding != key)
        self.remember()

    def finding(self, key: str) -> Finding:
        """A finding of this run that is open or waived, by its key. Raises `NotFound` with the nearest one."""
        known = {finding.key: finding for step in self.run.steps for finding in step.findings}
        if key not in known:
            raise NotFound(
                f"There is no finding {key!r} in this run{_meant(key, list(known))}",
                hint=f"Keys of findings: psdm checklist show {self.definition.id} --json",
            )
        return known[key]

    def remember(self) -> None:
        """Store how the run stands, for the list of open runs."""
        now = self.run
        if self.desk.keep:
            self._store.checklists.stand(
                self.key,
                self.subject.name,
                done=now.done,
                total=now.total,
                who=self.desk.who,
                at=self.desk.now(),
            )

    def _row(self, now: Run, step_id: str) -> RunStep:
        found = now.row(step_id)
        if found is None:
            known = [step.id for step in self.definition.steps]
            raise WrongUsage(f"{self.definition.id} has no step {step_id!r}{_meant(step_id, known)}")
        return found

    def _waived(self, step: Step) -> Step:
        return apply_waivers((step,), self._waivers, self.desk.as_of)[0]

    def _answer(self, stored: StoredAnswer) -> Answer:
        at = stored.at.astimezone(self.desk.zone)
        return Answer(stored.step, stored.value, stored.note, stored.who, at, stored.seen)


def _meant(word: str, known: Sequence[str]) -> str:
    near = get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else "."


@dataclass(frozen=True, slots=True)
class Given:
    """What options ask for: answers and notes by step, findings to waive until a day with a reason, waivers to end."""

    answers: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    waive: tuple[str, ...] = ()
    reason: str = ""
    until: date | None = None
    unwaive: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether no option asks for anything."""
        return not (self.answers or self.notes or self.waive or self.unwaive)


def give(opened: OpenRun, given: Given) -> None:
    """Do what options ask for, answers in an order that keeps what comes after what. Raises what `OpenRun` raises.

    All of it is tried before the first is stored, so that a wrong one stores none. A note alone goes to the answer that
    was given before.
    """
    answers = _answers(opened, given)
    rehearsal = replace(opened, desk=replace(opened.desk, keep=False))
    for trial in (rehearsal, opened):
        for key in given.unwaive:
            trial.withdraw(key)
        for key in given.waive:
            if given.until is None:
                raise WrongUsage(f"{key}: a waiver needs a last day.")
            trial.waive(key, given.reason, given.until)
        for step, value, note in answers:
            trial.answer(step, value, note)


def _answers(opened: OpenRun, given: Given) -> list[tuple[str, str, str]]:
    """Step, value and note of every answer, in the order of the walk."""
    notes = {step.casefold(): note for step, note in given.notes.items()}
    found = {step.casefold(): (step, value, notes.get(step.casefold(), "")) for step, value in given.answers.items()}
    for step, note in given.notes.items():
        if step.casefold() in found:
            continue
        row = opened.run.row(step)
        if row is None or row.answer is None:
            raise WrongUsage(f"--note {step}: that step was not answered; add --answer {step}=VALUE.")
        found[step.casefold()] = (step, row.answer.value, note)
    order = {step.id.casefold(): number for number, step in enumerate(opened.definition.walk())}
    return [found[step] for step in sorted(found, key=lambda step: order.get(step, -1))]
