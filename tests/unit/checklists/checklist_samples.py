"""Short ways to checklists, steps and findings for the tests of this folder."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from psdm_cli.checklists.answers import Answer
from psdm_cli.checklists.definition import Definition, StepDefinition, StepKind, SubjectKind
from psdm_cli.checklists.engine import Subject, Verified
from psdm_cli.domain.findings import Finding, State, Step

AS_OF = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
WEEK = Subject(SubjectKind.WEEK, "2026-W48", "2026-W48", {"month_end": "no", "quarter_end": "no"})


def step(name: str, kind: str = "confirm", **more: Any) -> StepDefinition:
    """A step of a definition; `kind` auto stands on the check `forecast-prep:NAME`."""
    if kind == "auto":
        more.setdefault("verifier", f"forecast-prep:{name}")
    return StepDefinition(name, f"Title of {name}", "PM", StepKind(kind), **more)


def checklist(*steps: StepDefinition, subject: SubjectKind = SubjectKind.WEEK, complete: bool = False) -> Definition:
    return Definition("mine", "My list", subject, steps, complete=complete)


def answer(name: str, value: str, note: str = "") -> Answer:
    return Answer(name, value, note, "Pat", NOW)


def finding(key: str, *, amount: str | None = None, project: str | None = "3001") -> Finding:
    name = key.partition(":")[0]
    money = Decimal(amount) if amount is not None else None
    return Finding(key, name, f"SOW-{key}", f"message of {key}", project=project, amount=money)


def judged(name: str, *findings: Finding, unseen: tuple[str, ...] = ()) -> Step:
    """A step as a check judged it."""
    state = State.ATTENTION if findings else State.UNVERIFIED if unseen else State.PASS
    return Step(name, f"Check {name}", "PM", state, f"reason of {name}", (), findings, unseen)


def verified(*steps: Step) -> Verified:
    return Verified({f"forecast-prep:{each.id}": each for each in steps})
