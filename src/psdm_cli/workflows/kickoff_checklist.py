"""The kickoff's checklist over what was seen in both systems: every check run anew, answers and waivers kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from psdm_cli.checklists.definition import FACTS, Definition, InputType, StepKind, SubjectKind
from psdm_cli.checklists.engine import Subject, Verified
from psdm_cli.checklists.verifiers import FORECAST, asks_for, by_verifier, of_engagement
from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.engagements import Engagement
from psdm_cli.domain.findings import Step
from psdm_cli.domain.kickoff_checks.catalog import checked
from psdm_cli.domain.kickoff_checks.common import Kickoff
from psdm_cli.domain.space.names import Contract, contract
from psdm_cli.domain.space.observed import FACT_TYPE, Space, blind
from psdm_cli.domain.space.parts import value_of
from psdm_cli.errors import NotFound, WrongUsage
from psdm_cli.systems.gitlab_ports import GitLab
from psdm_cli.systems.ports import Directory
from psdm_cli.workflows.checklist_runs import Desk, OpenRun
from psdm_cli.workflows.engagement_choice import matching
from psdm_cli.workflows.forecasting import Prepared, Selection, Sources, survey
from psdm_cli.workflows.kickoff_finding import Desk as FindingDesk
from psdm_cli.workflows.kickoff_finding import find, stored_facts
from psdm_cli.workflows.kickoff_kantata import kantata_facts

if TYPE_CHECKING:
    from psdm_cli.settings.model import Settings

CHECKLIST = "init-project"
NOT_ASKED = "GitLab was not asked: there is no token, or --offline"


@dataclass(frozen=True, slots=True)
class Looking:
    """What a look at a kickoff stands on. `gitlab` None: it cannot be asked; Kantata's side is checked all the same."""

    sources: Sources
    settings: Settings
    gitlab: GitLab | None
    directory: Directory | None
    selection: Selection


def look_and_open(desk: Desk, definition: Definition, looking: Looking, subject: str) -> OpenRun:
    """The run of a checklist about the engagement that `subject` means: a number, an id, a title.

    Raises what finding and reading raise.
    """
    sources, settings = looking.sources, looking.settings
    mine = survey(sources, looking.selection)
    engagement = next(iter(matching(mine.assessment.all_engagements, " ".join(subject.split()))), None)
    wanted = _contract(subject, engagement)
    prepared: Prepared | None = mine
    me = mine.me
    if looking.gitlab is not None:
        kantata_id = engagement.id if engagement is not None else None
        found = find(FindingDesk(sources, looking.gitlab, settings, looking.directory, kantata_id), wanted, {})
        space, prepared, me = found.space, found.prepared, found.me
    elif engagement is None:
        raise NotFound(
            f"There is no engagement {subject!r} in Kantata, and GitLab was not asked.",
            hint="psdm portfolio lists them; psdm auth login gitlab lets psdm look there as well.",
        )
    else:
        told = stored_facts(sources.store, wanted, engagement.id)
        space = blind(wanted, kantata_facts(engagement, me, settings), told, NOT_ASKED)
    assessment = prepared.assessment if prepared is not None else None
    kickoff = kickoff_of(space, as_of=desk.as_of, assessment=assessment, me=me.id)
    return open_kickoff(replace(desk, who=me.name), definition, kickoff, prepared)


def _contract(subject: str, engagement: Engagement | None) -> Contract:
    try:
        return contract((engagement.sow if engagement is not None else None) or subject)
    except ValueError as error:
        raise WrongUsage(f"{subject!r}: {error}.", hint="psdm portfolio lists your engagements.") from None


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


def answer_told(opened: OpenRun, said: Mapping[str, str], as_of: date) -> None:
    """Answer the open steps that ask for what people told init-project already; days that lie ahead are no answer."""
    for row in opened.run.open:
        value = said.get(row.definition.fact or "")
        if value is None or row.answer is not None or not row.can_be_answered:
            continue
        if row.definition.input is InputType.DATE and row.definition.kind is StepKind.INPUT:
            if value > as_of.isoformat():
                continue
        elif row.definition.kind is not StepKind.CHOICE or value not in row.definition.options:
            continue
        opened.answer(row.step.id, value, "as init-project was told")
