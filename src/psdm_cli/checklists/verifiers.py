"""The checks that auto steps may name, such as `forecast-prep:FP-01`, and for which subjects each can answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from psdm_cli.checklists.definition import SubjectKind
from psdm_cli.domain.findings import State, Step, judged
from psdm_cli.domain.kickoff_checks.catalog import CHECKS as KICKOFF_CHECKS
from psdm_cli.domain.kickoff_checks.catalog import KICKOFF
from psdm_cli.domain.steps import allocations
from psdm_cli.domain.steps.catalog import CHECKS

FORECAST = "forecast-prep"
_EVERY = frozenset(SubjectKind)
_WEEKLY = frozenset({SubjectKind.WEEK})
ABOUT_PEOPLE = frozenset({allocations.ID})  # its findings are of persons, not of engagements


@dataclass(frozen=True, slots=True)
class Verifier:
    """A check by name, and the kinds of subject that it can be asked about."""

    name: str
    subjects: frozenset[SubjectKind]


def _forecast() -> Mapping[str, Verifier]:
    names = {step: f"{FORECAST}:{step}" for step in CHECKS}
    return {name: Verifier(name, _WEEKLY if step in ABOUT_PEOPLE else _EVERY) for step, name in names.items()}


def _kickoff() -> Mapping[str, Verifier]:
    names = [f"{KICKOFF}:{check}" for check in KICKOFF_CHECKS]
    return {name: Verifier(name, frozenset({SubjectKind.ENGAGEMENT})) for name in names}


VERIFIERS: Mapping[str, Verifier] = {**_forecast(), **_kickoff()}


def asks_for(names: Iterable[str], family: str) -> bool:
    """Whether any of these checks belongs to a family, such as `forecast-prep` or `kickoff`."""
    return any(name.partition(":")[0] == family for name in names)


def by_verifier(steps: Sequence[Step]) -> dict[str, Step]:
    """The judged steps of a forecast preparation by the names of their checks."""
    return {f"{FORECAST}:{step.id}": step for step in steps}


def of_engagement(step: Step, project: str, name: str) -> Step:
    """What a forecast step says about one engagement alone, before waivers; `name` is how a PM calls it."""
    findings = tuple(finding for finding in step.findings if finding.project == project)
    general = tuple(finding for finding in step.live if finding.project is None)
    unseen = (*step.unseen, *(finding.message for finding in general))
    state = judged(findings, unverified=unseen)
    live = sum(finding.is_live for finding in findings)
    reasons = {
        State.ATTENTION: f"{live} finding{'' if live == 1 else 's'} on {name}",
        State.UNVERIFIED: "; ".join(unseen),
        State.PASS: f"nothing found on {name}",
    }
    return replace(step, state=state, reason=reasons[state], findings=findings, evidence=(), unseen=unseen)
