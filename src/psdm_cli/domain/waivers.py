"""Waivers: a finding that somebody answers for, with a reason and an end date, and what becomes of it afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from psdm_cli.domain.findings import Finding, FindingState, State, Step


@dataclass(frozen=True, slots=True)
class Waiver:
    """Who answers for a finding, why, and until which day, that day included. `finding` is the finding's key."""

    finding: str
    reason: str
    until: date
    who: str
    at: datetime
    subject: str = ""

    def is_active(self, as_of: date) -> bool:
        """Whether it still holds on that day."""
        return as_of <= self.until

    @property
    def said(self) -> str:
        """The waiver in words: until when, why, by whom."""
        return f"waived until {self.until.isoformat()} because {self.reason} ({self.who})"


def waiver(  # noqa: PLR0917 - the order reads like a sentence
    finding: Finding, reason: str, until: date, who: str, at: datetime, as_of: date
) -> Waiver:
    """A waiver of a finding from `as_of` on. Raises `ValueError` with what is expected."""
    return Waiver(finding.key, waiver_reason(reason), waiver_end(until, as_of), who, at, finding.subject)


def waiver_reason(text: str) -> str:
    """The reason on one line. Raises `ValueError` when there is none."""
    reason = " ".join(text.split())
    if not reason:
        raise ValueError("a waiver needs a reason, in words that can be repeated in the forecast call")
    return reason


def waiver_end(until: date, as_of: date) -> date:
    """The last day of a waiver. Raises `ValueError` for one that is over already."""
    if until < as_of:
        raise ValueError(f"a waiver ends on {as_of.isoformat()} or later, not in the past ({until.isoformat()})")
    return until


def latest(waivers: Iterable[Waiver]) -> dict[str, Waiver]:
    """The waiver that counts of each finding, by its key: the one made last."""
    return {each.finding: each for each in sorted(waivers, key=lambda waiver: waiver.at)}


def apply_waivers(steps: Sequence[Step], waivers: Iterable[Waiver], as_of: date) -> tuple[Step, ...]:
    """The steps with the findings marked whose waiver holds on `as_of`; states follow.

    Attention only with live findings. With all of them waived a step passes (`waived: n`), except where something could
    not be looked at: then it is unverified (design.md, promise 4).
    """
    active = {key: each for key, each in latest(waivers).items() if each.is_active(as_of)}
    return tuple(_applied(step, active) for step in steps)


def _applied(step: Step, active: dict[str, Waiver]) -> Step:
    waived = [finding.key for finding in step.live if finding.key in active]
    if not waived:
        return step
    findings = tuple(
        replace(finding, state=FindingState.WAIVED) if finding.is_live and finding.key in active else finding
        for finding in step.findings
    )
    marked = replace(step, findings=findings, evidence=(*step.evidence, *_lines(step.live, active)))
    count = _counted(len(waived))
    if marked.live or step.state is not State.ATTENTION:
        return replace(marked, reason=f"{step.reason} ({count})")
    if step.unseen:
        return replace(marked, state=State.UNVERIFIED, reason="; ".join((*step.unseen, count)))
    return replace(marked, state=State.PASS, reason=f"nothing open; {count}")


def _lines(findings: Sequence[Finding], active: dict[str, Waiver]) -> tuple[str, ...]:
    return tuple(f"{each.subject}: {active[each.key].said}" for each in findings if each.key in active)


def _counted(count: int) -> str:
    return f"{count} finding{'' if count == 1 else 's'} waived"


@dataclass(frozen=True, slots=True)
class Returned:
    """A finding that is back because its waiver is over: to be looked at again."""

    finding: Finding
    waiver: Waiver

    @property
    def said(self) -> str:
        """What is to be reviewed, in a sentence."""
        return f"{self.finding.step} {self.finding.subject}: was {self.waiver.said}, and is open again: review it."


def returned(steps: Sequence[Step], waivers: Iterable[Waiver], as_of: date) -> tuple[Returned, ...]:
    """The findings of these steps whose last waiver has expired, in the steps' order."""
    over = {key: each for key, each in latest(waivers).items() if not each.is_active(as_of)}
    return tuple(
        Returned(finding, over[finding.key])
        for step in steps
        for finding in step.findings
        if finding.is_live and finding.key in over
    )
