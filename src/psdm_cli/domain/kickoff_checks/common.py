"""What the kickoff's checks look at, and how they say what they found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.engagements import Engagement
from psdm_cli.domain.findings import Finding, State, Step, judged
from psdm_cli.domain.space.observed import Space

PM, EM, PS_OPS, AE = "PM", "EM", "PS Ops", "AE"
NO_KANTATA = "Kantata has no project of this SOW that your token can see"


@dataclass(frozen=True, slots=True)
class Kickoff:
    """One engagement at its kickoff. `engagement` and `assessment` are None where Kantata does not know the SOW.

    `facts` are what people told psdm, by name; `me` is the Kantata id of who asks.
    """

    sow: str
    as_of: date
    space: Space
    engagement: Engagement | None = None
    assessment: Assessment | None = None
    facts: Mapping[str, str | None] = field(default_factory=dict)
    me: str | None = None

    def day(self, fact: str) -> date | None:
        """A stored day; None when nobody told it, or what was told is no day."""
        try:
            return date.fromisoformat(self.facts.get(fact) or "")
        except ValueError:
            return None


def found(
    kickoff: Kickoff,
    step_id: str,
    key: str,
    message: str,
    *,
    due: date | None = None,
    fix: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> Finding:
    """A finding about the kickoff; `key` tells it from the step's others, the same from run to run."""
    engagement = kickoff.engagement
    return Finding(
        key=f"{step_id}:{kickoff.sow}:{key}",
        step=step_id,
        subject=kickoff.sow,
        message=message,
        lead=engagement.workspace.lead_name if engagement is not None else None,
        project=engagement.id if engagement is not None else None,
        sow=kickoff.sow,
        due=due,
        data=dict(data or {}),
        fix=fix,
    )


def step(
    step_id: str,
    title: str,
    findings: Iterable[Finding] = (),
    *,
    passed: str,
    owner: str = PM,
    unseen: Iterable[str] = (),
    evidence: Iterable[str] = (),
) -> Step:
    """A judged step: `passed` is the reason when nothing is wrong and everything was seen."""
    every, hidden = tuple(findings), tuple(dict.fromkeys(unseen))
    state = judged(every, unverified=hidden)
    reasons = {
        State.ATTENTION: "; ".join(finding.message for finding in every),
        State.UNVERIFIED: "; ".join(hidden),
        State.PASS: passed,
    }
    return Step(step_id, title, owner, state, reasons[state], tuple(evidence), every, hidden)


def not_yet(step_id: str, title: str, why: str, owner: str = PM) -> Step:
    """A step whose time has not come: nothing is wrong, and it is not done either."""
    return Step(step_id, title, owner, State.MANUAL, why)
