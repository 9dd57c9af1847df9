"""The order in which a person is asked about findings: money at stake, then minutes left; and what was answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from psdm_cli.domain.findings import Finding, Step
from psdm_cli.domain.upside import STEP as UPSIDE_STEP
from psdm_cli.domain.upside import sources_named

#: from how many like findings on an engagement they can be taken as one
LIKE = 3
#: steps whose findings each name the engagement's whole money
SAME_MONEY = frozenset({"FP-08"})


class Verdict(StrEnum):
    """What a person decided about a finding this week."""

    LATER = "later"
    WAIVED = "waived"
    UPSIDE = "upside"
    FIXED = "fixed"


#: after these nothing is asked again as long as the finding looks the same; a waiver is looked up by itself
SETTLING = frozenset({Verdict.UPSIDE, Verdict.FIXED})


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a finding, when, and what stood there at that moment. `id` grows with time."""

    finding: str
    verdict: Verdict
    note: str
    who: str
    at: datetime
    seen: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0

    def settles(self, finding: Finding) -> bool:
        """Whether the finding needs not be asked about again: decided, and looking as it did then."""
        return self.verdict in SETTLING and dict(self.seen) == seen_of(finding)


def seen_of(finding: Finding) -> dict[str, Any]:
    """What a person sees of a finding: the sentence and the amount."""
    amount = None if finding.amount is None else str(finding.amount)
    return {"message": finding.message, "amount": amount, "currency": finding.currency}


@dataclass(frozen=True, slots=True)
class Entry:
    """One question of the walk: a finding, or like findings of an engagement taken together. `due`: its deadline."""

    findings: tuple[Finding, ...]
    title: str
    due: datetime
    put_off: bool = False

    @property
    def first(self) -> Finding:
        """The finding that stands for all."""
        return self.findings[0]

    @property
    def step(self) -> str:
        """The step that found it."""
        return self.first.step

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of its findings."""
        return tuple(finding.key for finding in self.findings)

    @property
    def is_group(self) -> bool:
        """Whether it is several findings."""
        return len(self.findings) > 1

    @property
    def stake(self) -> int:
        """The money at stake in subunits, for ordering: what several findings name together counts once."""
        amounts = [abs(finding.stake) for finding in self.findings]
        return max(amounts) if self.step in SAME_MONEY else sum(amounts)

    @property
    def amounts(self) -> dict[str, Decimal]:
        """The money at stake per currency, without signs for several findings; of a single one with its sign."""
        known = [(f.currency, f.amount) for f in self.findings if f.currency is not None and f.amount is not None]
        if not self.is_group:
            return dict(known)
        sums: dict[str, Decimal] = {}
        for code, amount in known:
            before = sums.get(code, Decimal(0))
            sums[code] = max(before, abs(amount)) if self.step in SAME_MONEY else before + abs(amount)
        return sums


def queue(
    steps: Sequence[Step],
    decisions: Mapping[str, Decision],
    deadlines: Mapping[str, datetime],
    otherwise: datetime,
    *,
    apart: Collection[str] = (),
) -> tuple[Entry, ...]:
    """What is to be asked: money at stake first, then the nearest deadline; what was put off comes last.

    `deadlines` by step, `otherwise` for all others. Findings whose keys are in `apart` are not put together. A soft
    booking of this month (FP-07) that is an upside candidate as well (FP-04) is asked about once.
    """
    live = [
        (step, finding)
        for step in steps
        for finding in step.live
        if not ((found := decisions.get(finding.key)) and found.settles(finding))
    ]
    asked = {source for _, finding in live if finding.step != UPSIDE_STEP for source in sources_named(finding)}
    wanted = [
        (step, finding)
        for step, finding in live
        if finding.step != UPSIDE_STEP or asked.isdisjoint(sources_named(finding))
    ]
    entries = [
        Entry(
            group,
            step.title,
            deadlines.get(step.id, otherwise),
            all(_is_later(decisions.get(finding.key)) for finding in group),
        )
        for step, group in _together(wanted, decisions, apart)
    ]
    return tuple(sorted(entries, key=_order))


def _order(entry: Entry) -> tuple[bool, int, datetime, date, str]:
    due = min((finding.due for finding in entry.findings if finding.due), default=date.max)
    return entry.put_off, -entry.stake, entry.due.astimezone(UTC), due, entry.first.key


def _is_later(decision: Decision | None) -> bool:
    return decision is not None and decision.verdict is Verdict.LATER


def _together(
    wanted: Iterable[tuple[Step, Finding]], decisions: Mapping[str, Decision], apart: Collection[str]
) -> Iterable[tuple[Step, tuple[Finding, ...]]]:
    """Like findings (same step, engagement, kind of fault) in one, from three on."""
    groups: dict[tuple[object, ...], list[tuple[Step, Finding]]] = {}
    for step, finding in wanted:
        alone = finding.key if finding.project is None or finding.key in apart else None
        later = _is_later(decisions.get(finding.key))
        like = (step.id, finding.project, finding.data.get("fault"), finding.data.get("scenario"), later, alone)
        groups.setdefault(like, []).append((step, finding))
    for found in groups.values():
        if len(found) >= LIKE:
            yield found[0][0], tuple(finding for _, finding in found)
        else:
            yield from ((step, (finding,)) for step, finding in found)
