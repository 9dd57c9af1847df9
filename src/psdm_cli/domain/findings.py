"""Findings and steps: what a check found, what is at stake, and what a step's state says (promise 4 of the design)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """What a step says: never a silent pass."""

    PASS = "pass"  # noqa: S105  # a state, no password
    ATTENTION = "attention"
    MANUAL = "manual"
    UNVERIFIED = "unverified"
    DONE = "done"
    SKIPPED = "skipped"


class FindingState(StrEnum):
    """Whether a finding still needs somebody."""

    OPEN = "open"
    WAIVED = "waived"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that needs attention. `key` is the same from run to run; `data` carries the numbers behind it.

    `amount` (currency units) is the money at stake, None where no money is or where it is unknown. `stake` is the same
    in subunits, for ordering alone: cents, pence and yen are nearer to each other than dollars, pounds and yen.
    """

    key: str
    step: str
    subject: str
    message: str
    lead: str | None = None
    project: str | None = None
    sow: str | None = None
    amount: Decimal | None = None
    stake: int = 0
    currency: str | None = None
    due: date | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    fix: str | None = None
    state: FindingState = FindingState.OPEN

    @property
    def is_live(self) -> bool:
        """Whether it still counts for the step's state."""
        return self.state is FindingState.OPEN


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a checklist with its findings; `reason` says in a sentence why its state is what it is.

    `unseen` says what could not be looked at, whatever the state: without live findings it makes the step unverified.
    """

    id: str
    title: str
    owner: str
    state: State
    reason: str
    evidence: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def waived(self) -> int:
        """How many findings are waived."""
        return sum(finding.state is FindingState.WAIVED for finding in self.findings)

    @property
    def live(self) -> tuple[Finding, ...]:
        """The findings that still count."""
        return tuple(finding for finding in self.findings if finding.is_live)


def by_severity(findings: Iterable[Finding], *, leads: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Money at stake first, then the nearest date; with several leads grouped by lead (rules.md 1 and 4)."""
    several = len(leads) > 1

    def order(finding: Finding) -> tuple[str, int, date, str]:
        lead = (finding.lead or "").casefold() if several else ""
        return lead, -abs(finding.stake), finding.due or date.max, finding.key

    return tuple(sorted(findings, key=order))


def judged(findings: Sequence[Finding], *, unverified: Sequence[str] = ()) -> State:
    """A step's state: attention with a live finding, unverified when something could not be read, else pass."""
    if any(finding.is_live for finding in findings):
        return State.ATTENTION
    return State.UNVERIFIED if unverified else State.PASS
