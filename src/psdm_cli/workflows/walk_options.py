"""The walk's questions answered by options: waivers, upside, answers of steps; all tried before any is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from difflib import get_close_matches

from psdm_cli.domain.findings import Finding
from psdm_cli.domain.upside import is_probability, probability, upside_reason
from psdm_cli.domain.waivers import waiver_end, waiver_reason
from psdm_cli.errors import NotFound, RefusedByRule, WrongUsage
from psdm_cli.prompting import iso_day
from psdm_cli.workflows.checklist_runs import OpenRun
from psdm_cli.workflows.walk_answers import COUNTED_TOO, Answers, Taken

WAIVE, UPSIDE, CONFIRM, ANSWER = "--waive", "--upside", "--confirm", "--answer"


@dataclass(frozen=True, slots=True)
class WaiveOption:
    """`--waive KEY=REASON@DATE`."""

    key: str
    reason: str
    until: date


@dataclass(frozen=True, slots=True)
class UpsideOption:
    """`--upside KEY=REASON[@PROBABILITY]`; probability None: the policy's."""

    key: str
    reason: str
    chance: Decimal | None


@dataclass(frozen=True, slots=True)
class StepOption:
    """`--answer STEP=VALUE`, or `--confirm STEP=NOTE` (the value is yes)."""

    step: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class WalkOptions:
    """What options answer, in the order in which it is done."""

    waive: tuple[WaiveOption, ...] = ()
    upside: tuple[UpsideOption, ...] = ()
    steps: tuple[StepOption, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether no option answers anything."""
        return not (self.waive or self.upside or self.steps)


def options_of(
    *,
    waive: Sequence[str] = (),
    upside: Sequence[str] = (),
    answer: Sequence[str] = (),
    confirm: Sequence[str] = (),
    as_of: date,
) -> WalkOptions:
    """The options as they were typed, read. Raises `WrongUsage` with what was expected."""
    steps = [StepOption(*_pair(text, ANSWER, "STEP=VALUE", "FP-12=yes")) for text in answer]
    for text in confirm:
        step, note = _pair(text, CONFIRM, "STEP=NOTE", 'FP-13="sheet updated at 10:40"')
        if not note.strip():
            raise WrongUsage(f"{CONFIRM} {step}: a confirmation needs a note that says what was done.")
        steps.append(StepOption(step, "yes", note))
    named = [each.step.casefold() for each in steps]
    if twice := next((name for name in named if named.count(name) > 1), None):
        raise WrongUsage(f"{twice.upper()} is answered twice.")
    return WalkOptions(
        tuple(_waive(text, as_of) for text in waive), tuple(_upside(text) for text in upside), tuple(steps)
    )


def _pair(text: str, option: str, shape: str, example: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise WrongUsage(f"{option}: expected {shape}, such as {option} {example}, not {text!r}.")
    return name.strip(), value.strip()


def _waive(text: str, as_of: date) -> WaiveOption:
    shape, example = "KEY=REASON@DATE", '"FP-01:3001=change order signed Friday@2026-12-04"'
    key, value = _pair(text, WAIVE, shape, example)
    reason, at, day = value.rpartition("@")
    if not at:
        raise WrongUsage(f"{WAIVE} {key}: the last day is missing; expected {shape}, such as {WAIVE} {example}.")
    try:
        return WaiveOption(key, waiver_reason(reason), waiver_end(iso_day(day), as_of))
    except ValueError as error:
        raise WrongUsage(f"{WAIVE} {key}: {error}.") from None


def _upside(text: str) -> UpsideOption:
    key, value = _pair(text, UPSIDE, "KEY=REASON[@PROBABILITY]", '"FP-04:soft-booking:71=customer decides Friday@60"')
    reason, at, tail = value.rpartition("@")
    chance = None
    try:
        if at and is_probability(tail):
            chance = probability(tail)
        else:
            reason = value
        return UpsideOption(key, upside_reason(reason), chance)
    except ValueError as error:
        raise WrongUsage(f"{UPSIDE} {key}: {error}.") from None


def give(answers: Answers, opened: OpenRun, wanted: WalkOptions) -> list[str]:
    """Do what the options say and tell it; all of it is tried before anything is stored.

    Raises `NotFound` for a finding that is not there, `RefusedByRule` for one that is answered already, `WrongUsage`
    for what makes no sense.
    """
    trial = Answers(replace(answers.desk, keep=False), answers.prepared)
    _give(trial, replace(opened, desk=replace(opened.desk, keep=False)), wanted)
    return _give(answers, opened, wanted)


def _give(answers: Answers, opened: OpenRun, wanted: WalkOptions) -> list[str]:
    said = []
    for waive in wanted.waive:
        finding = _finding(answers, waive.key)
        try:
            made = answers.waive(finding, waive.reason, waive.until)
        except ValueError as error:
            raise WrongUsage(f"{WAIVE} {waive.key}: {error}.") from None
        if isinstance(made, Taken):
            raise RefusedByRule(
                f"{waive.key} is answered already: {made.said}.",
                hint="Take it back with: psdm checklist resume forecast-prep --unwaive KEY",
            )
        said.append(f"{finding.subject}: {made.said}.")
    for upside in wanted.upside:
        said.append(_added(answers, upside))
    for step in wanted.steps:
        row = opened.answer(step.step, step.value, step.note)
        said.append(f"{row.step.id}: {row.step.reason}.")
    return said


def _added(answers: Answers, wanted: UpsideOption) -> str:
    finding = _finding(answers, wanted.key, ledger=True)
    chance = wanted.chance or answers.prepared.assessment.policy.soft_probability
    made = answers.add_upside(finding, wanted.reason, chance)
    if made is None:
        raise RefusedByRule(
            f"{wanted.key} is no upside: it is neither a soft booking nor an open milestone.",
            hint="Soft bookings and milestones can be upside: psdm forecast-prep --step FP-04",
        )
    if isinstance(made, Taken):
        raise RefusedByRule(f"{wanted.key} is {made.said}.", hint="One entry for a source and quarter is enough.")
    counted_too = f" {COUNTED_TOO}" if answers.is_forecast(finding) else ""
    return f"{made.engagement}: in the upside ledger for {made.quarter}: {made.said}.{counted_too}"


def _finding(answers: Answers, key: str, *, ledger: bool = False) -> Finding:
    """An open finding by its key; with `ledger` one that the ledger has as well. Raises `NotFound`."""
    steps = answers.prepared.steps()
    known = {finding.key: finding for step in steps for finding in step.live}
    if ledger:
        known = {**answers.every_candidate(), **known}
    if key in known:
        return known[key]
    near = get_close_matches(key, known, n=1, cutoff=0.6)
    raise NotFound(
        f"There is no open finding {key!r}.",
        hint=f"Did you mean {near[0]}?" if near else "Their keys: psdm forecast-prep --json",
    )
