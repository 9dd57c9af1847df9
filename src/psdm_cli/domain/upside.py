"""Upside: money that could land but is in no hard forecast; an entry of the ledger, and what may become one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from psdm_cli.domain.dates import Quarter, month_of
from psdm_cli.domain.findings import Finding, State, Step
from psdm_cli.domain.money import CENT, money_text

STEP = "FP-04"
_PROBABILITY = re.compile(r"[+-]?[\d.,]+\s*%?")


class Scenario(StrEnum):
    """Why it is upside (domain.md 3.4; interface.md 4)."""

    SOFT_BOOKING = "soft-booking"
    PENDING_CO = "pending-co"
    MILESTONE = "milestone"
    OTHER = "other"


class UpsideStatus(StrEnum):
    """What became of it."""

    OPEN = "open"
    CONVERTED = "converted"
    PUSHED = "pushed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class UpsideEntry:
    """One entry of the ledger. `amount` in currency units, None where unknown; `probability` between 0 and 1.

    `source` is what it stands for, such as `soft-booking:4711`: once a fiscal quarter. `what` names that for people.
    `month` (YYYY-MM) is when it is expected. `reason` completes "can only soft-forecast … because of …".
    """

    source: str
    project: str | None
    sow: str | None
    engagement: str
    what: str
    scenario: Scenario
    hours: Decimal | None
    amount: Decimal | None
    currency: str | None
    quarter: str
    month: str
    probability: Decimal
    reason: str
    links: Mapping[str, str] = field(default_factory=dict)
    status: UpsideStatus = UpsideStatus.OPEN
    who: str = ""
    at: datetime | None = None
    reviewed_at: datetime | None = None
    id: str | None = None

    @property
    def weighted(self) -> Decimal | None:
        """The amount times its probability, two decimals."""
        return None if self.amount is None else (self.amount * self.probability).quantize(CENT)

    @property
    def worth(self) -> str:
        """The amount in words, else the hours."""
        if self.amount is not None and self.currency is not None:
            return money_text(self.amount, self.currency)
        return "an unknown amount" if self.hours is None else f"{self.hours.normalize():f} h"

    @property
    def said(self) -> str:
        """The handbook's sentence: can only soft-forecast "x" because of "y"."""
        verb = "forecast" if self.scenario is Scenario.MILESTONE else "soft-forecast"
        return f"can only {verb} {self.worth} because of {self.reason} ({self.what}; {percent(self.probability)})"


def percent(probability: Decimal) -> str:
    """A probability as people say it: 40 %, 12.5 %."""
    return f"{(probability * 100).normalize():f} %"


def upside_reason(text: str) -> str:
    """The reason on one line. Raises `ValueError` when there is none."""
    reason = " ".join(text.split())
    if not reason:
        raise ValueError('expected what keeps it soft, in words that complete "because of …"')
    return reason


def is_probability(text: str) -> bool:
    """Whether a text looks like a number that stands for a probability, sensible or not."""
    return _PROBABILITY.fullmatch(text.strip()) is not None


def probability(text: str) -> Decimal:
    """A probability from `40`, `40 %` or `0.4`: more than 0, at most 1. Raises `ValueError` with what was expected.

    Whole numbers are percent, `1` too: nobody soft-forecasts with certainty.
    """
    word = text.strip().replace(",", ".")
    bare = word.removesuffix("%").strip()
    try:
        value = Decimal(bare)
    except InvalidOperation:
        value = Decimal("NaN")
    if value.is_finite() and (word.endswith("%") or "." not in bare or value > 1):
        value /= 100
    if not value.is_finite() or not 0 < value <= 1:
        raise ValueError(f"expected a probability from 1 to 100 % (such as 40 or 0.4), not {text.strip()!r}")
    return value


def source_of(candidate: Finding) -> str:
    """What a candidate of FP-04 stands for: its key without the step."""
    return candidate.key.removeprefix(f"{STEP}:")


def candidates(steps: Iterable[Step]) -> dict[str, Finding]:
    """What may become upside, by source: the findings of FP-04 that wait for it."""
    return {source_of(finding): finding for step in steps if step.id == STEP for finding in step.findings}


def sources_named(finding: Finding) -> tuple[str, ...]:
    """Which sources a finding is about: itself at FP-04; elsewhere the soft booking or milestone that it names."""
    if finding.step == STEP:
        return (source_of(finding),)
    found = []
    if booking := finding.data.get("booking_id"):
        found.append(f"soft-booking:{booking}")
    for name in ("milestone_id", "task_id"):
        if story := finding.data.get(name):
            found.append(f"milestone:story:{story}")
    return tuple(found)


def candidate_of(finding: Finding, known: Mapping[str, Finding]) -> Finding | None:
    """The candidate that a finding is about; None when its money is in the forecast already, or in the ledger."""
    return next((known[source] for source in sources_named(finding) if source in known), None)


def entry_of(  # noqa: PLR0917 - the order reads like a sentence
    candidate: Finding, reason: str, chance: Decimal, quarter: Quarter, as_of: date, who: str, at: datetime
) -> UpsideEntry:
    """The entry that a candidate becomes, expected in the month its work begins, else in the quarter's last one.

    Raises `ValueError` without a reason.
    """
    data = candidate.data
    scenario = Scenario(str(data["scenario"]))
    begins = candidate.due if scenario is Scenario.SOFT_BOOKING else None
    expected = quarter.last_day if begins is None else min(max(begins, as_of, quarter.start), quarter.last_day)
    link = ("allocation", data.get("booking_id")) if begins else ("milestone", data.get("milestone_id"))
    hours = data.get("hours")
    return UpsideEntry(
        source=source_of(candidate),
        project=candidate.project,
        sow=candidate.sow,
        engagement=candidate.sow or candidate.subject.partition(": ")[0],
        what=_what(candidate, scenario),
        scenario=scenario,
        hours=None if hours is None else Decimal(str(hours)),
        amount=candidate.amount,
        currency=candidate.currency,
        quarter=quarter.name,
        month=month_of(expected),
        probability=chance,
        reason=upside_reason(reason),
        links=({link[0]: str(link[1])} if link[1] else {}) | _due(candidate, as_of, quarter),
        who=who,
        at=at,
        reviewed_at=at,
    )


def _due(candidate: Finding, as_of: date, quarter: Quarter) -> dict[str, str]:
    """The date of a milestone that is in the quarter's forecast too: that date alone will not convert the entry."""
    day = candidate.data.get("date")
    return {"due": str(day)} if day and as_of.isoformat() <= str(day) < quarter.end.isoformat() else {}


def _what(candidate: Finding, scenario: Scenario) -> str:
    if scenario is Scenario.SOFT_BOOKING:
        return candidate.message.partition(": ")[0]
    title = candidate.subject.partition(": ")[2]
    return f"milestone {title}" if title else candidate.message.partition(": ")[0]


def apply_ledger(steps: Sequence[Step], entries: Iterable[UpsideEntry], quarter: Quarter) -> tuple[Step, ...]:
    """The steps with FP-04 left with what is not in the ledger; what is there becomes evidence (rules.md 4).

    An entry holds for its quarter, whatever became of it: the next quarter asks again.
    """
    known = {each.source: each for each in entries if each.quarter == quarter.name}
    return tuple(_recorded(step, known, quarter) if step.id == STEP and known else step for step in steps)


def _recorded(step: Step, known: Mapping[str, UpsideEntry], quarter: Quarter) -> Step:
    there = [finding for finding in step.findings if source_of(finding) in known]
    if not there:
        return step
    left = tuple(finding for finding in step.findings if source_of(finding) not in known)
    lines = tuple(_line(finding, known[source_of(finding)]) for finding in there)
    recorded = f"{len(there)} in the upside ledger"
    changed = replace(step, findings=left, evidence=(*lines, *step.evidence))
    if left:
        many = "" if len(left) == 1 else "s"
        return replace(changed, reason=f"{len(left)} candidate{many} for {quarter.name} upside; {recorded}")
    if step.unseen:
        return replace(changed, state=State.UNVERIFIED, reason="; ".join((*step.unseen, recorded)))
    return replace(changed, state=State.PASS, reason=f"every candidate for {quarter.name}: {recorded}")


def _line(finding: Finding, entry: UpsideEntry) -> str:
    text = f"{entry.engagement}: {entry.said}"
    if entry.status is not UpsideStatus.OPEN:
        return f"{text}: {entry.status.value}"
    if entry.amount != finding.amount and finding.amount is not None and finding.currency is not None:
        return f"{text}; Kantata says {money_text(finding.amount, finding.currency)} now"
    return text
