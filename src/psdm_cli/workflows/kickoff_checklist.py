"""The kickoff's checklist over what was seen in both systems: every check run anew, answers and waivers kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from psdm_cli.checklists.definition import FACTS, Definition, SubjectKind
from psdm_cli.checklists.engine import Subject, Verified
from psdm_cli.checklists.verifiers import FORECAST, asks_for, by_verifier, of_engagement
from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.findings import Step
from psdm_cli.domain.kickoff_checks.catalog import checked
from psdm_cli.domain.kickoff_checks.common import Kickoff
from psdm_cli.domain.space.observed import FACT_TYPE, Space
from psdm_cli.domain.space.parts import value_of
from psdm_cli.workflows.checklist_runs import Desk, OpenRun
from psdm_cli.workflows.forecasting import Prepared

CHECKLIST = "init-project"


def kickoff_of(space: Space, *, as_of: date, assessment: Assessment | None, me: str | None) -> Kickoff:
    """The engagement of a space at its kickoff. `me` is the Kantata id of who asks."""
    kantata = value_of(space.kantata)
    engagement = kantata.engagement if kantata is not None else None
    return Kickoff(space.name, as_of, space, engagement, assessment, dict(space.told), me)


def open_kickoff(desk: Desk, definition: Definition, kickoff: Kickoff, prepared: Prepared | None = None) -> OpenRun:
    """The run of a checklist about this engagement, under Kantata's id, or the contract's name where it has none."""
    space = kickoff.space
    subject = Subject(SubjectKind.ENGAGEMENT, space.subject_id, space.name, kickoff_facts(kickoff))
    steps = dict(checked(kickoff))
    if prepared is not None and kickoff.engagement is not None and asks_for(definition.verifiers, FORECAST):
        steps |= _forecast(prepared, kickoff.engagement.id, space.name)
    warnings = prepared.warnings if prepared is not None else ()
    return OpenRun(desk, definition, subject, "", Verified(steps), warnings)


def _forecast(prepared: Prepared, project: str, name: str) -> Mapping[str, Step]:
    return {key: of_engagement(step, project, name) for key, step in by_verifier(prepared.judged()).items()}


def kickoff_facts(kickoff: Kickoff) -> dict[str, str | None]:
    """What conditions may ask: what people told, and type and status from Kantata (else the type as it was sold)."""
    facts: dict[str, str | None] = {name: kickoff.facts.get(name) for name in FACTS[SubjectKind.ENGAGEMENT]}
    engagement = kickoff.engagement
    facts["type"] = engagement.type.value if engagement is not None else kickoff.facts.get(FACT_TYPE)
    facts["status"] = engagement.status if engagement is not None else None
    return facts
