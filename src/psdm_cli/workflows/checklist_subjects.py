"""What a run is about: the week or the engagement that was meant, its facts, and what psdm can verify about it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING

from psdm_cli.checklists.definition import FACTS, Definition, SubjectKind
from psdm_cli.checklists.engine import Subject, Verified
from psdm_cli.checklists.verifiers import asks_for, by_verifier, of_engagement
from psdm_cli.domain.dates import WEEK, freeze_monday, month_of, quarter_of, week_name
from psdm_cli.domain.kickoff_checks.catalog import KICKOFF
from psdm_cli.errors import NotFound, Unavailable, WrongUsage
from psdm_cli.workflows.checklist_runs import Desk, OpenRun
from psdm_cli.workflows.forecasting import Prepared
from psdm_cli.workflows.identity import ME, live_identity, remembered_owner
from psdm_cli.workflows.refresh import Scope

if TYPE_CHECKING:
    from psdm_cli.domain.engagements import Engagement
    from psdm_cli.store.database import Store
    from psdm_cli.systems.ports import Kantata

WEEK_NAME = re.compile(r"(\d{4})-W(\d{2})", re.IGNORECASE)
TOO_OLD = (
    "{week} is not the week being prepared ({now}): psdm looks at data of now. Add --as-of with a day of that week"
)


@dataclass(frozen=True, slots=True)
class Owner:
    """Who works, and the scope of that person's weeks."""

    name: str
    scope: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How psdm looks: `prepare` reads the portfolio and judges it; `owner` tells who works, without reading it.

    `kickoff` opens a checklist whose checks look at an engagement's collaboration space.
    """

    prepare: Callable[[], Prepared]
    owner: Callable[[], Owner]
    fiscal_year_start: int = 2
    kickoff: Callable[[Desk, Definition, str], OpenRun] | None = None


def owner_of(store: Store, kantata: Kantata | None, login: str, now: datetime) -> Owner:
    """The token's owner; when Kantata cannot be asked the one remembered, else the user of this machine."""
    if kantata is not None:
        with contextlib.suppress(Unavailable):
            live_identity(kantata, store, (ME,), now)
    try:
        me = remembered_owner(store)
    except NotFound:
        return Owner(login, f"user:{login}")
    return Owner(me.name, Scope((me.id,)).key)


def open_run(desk: Desk, reading: Reading, definition: Definition, subject: str | None) -> OpenRun:
    """The run of a checklist for a subject: an ISO week (this one by default), a SOW number or a project's id.

    Raises `WrongUsage`, `NotFound`, and what reading raises. When Kantata is down a weekly checklist opens all the
    same, its automatic steps unverified.
    """
    if definition.subject is SubjectKind.WEEK:
        return _open_week(desk, reading, definition, subject)
    return _open_engagement(desk, reading, definition, subject)


def _open_week(desk: Desk, reading: Reading, definition: Definition, subject: str | None) -> OpenRun:
    this = week_name(freeze_monday(desk.as_of))
    monday = freeze_monday(desk.as_of) if subject is None else monday_of(subject)
    week = week_name(monday)
    about = Subject(SubjectKind.WEEK, week, week, week_facts(monday, reading.fiscal_year_start))
    unseen = Verified()
    warnings: tuple[str, ...] = ()
    if definition.verifiers and week != this:
        unseen = Verified({}, TOO_OLD.format(week=week, now=this))
    elif definition.verifiers:
        try:
            prepared = reading.prepare()
        except Unavailable as error:
            unseen, warnings = Verified({}, f"could not look: {error.message}"), (error.hint,) if error.hint else ()
        else:
            steps = Verified(by_verifier(prepared.judged()))
            desk = replace(desk, who=prepared.me.name)
            return OpenRun(desk, definition, about, prepared.scope_key, steps, prepared.warnings)
    owner = reading.owner()
    return OpenRun(replace(desk, who=owner.name), definition, about, owner.scope, unseen, warnings)


def _open_engagement(desk: Desk, reading: Reading, definition: Definition, subject: str | None) -> OpenRun:
    if subject is None:
        runs = [run for run in desk.store.checklists.list(definition.id, "") if not run.is_complete]
        if len(runs) != 1:
            some = ", ".join(run.name for run in runs[:6])
            raise WrongUsage(
                f"{definition.id} is about an engagement: which one?",
                hint=f"Runs are open for: {some}."
                if some
                else f"Such as: psdm checklist show {definition.id} SOW-1234",
            )
        subject = runs[0].key.subject
    if reading.kickoff is not None and asks_for(definition.verifiers, KICKOFF):
        return reading.kickoff(desk, definition, subject)
    prepared = reading.prepare()
    engagement = engagement_named(subject, prepared.assessment.engagements)
    about = Subject(SubjectKind.ENGAGEMENT, engagement.id, engagement.name, engagement_facts(desk.store, engagement))
    steps = by_verifier(prepared.judged()) if definition.verifiers else {}
    own = {name: of_engagement(step, engagement.id, engagement.name) for name, step in steps.items()}
    desk = replace(desk, who=prepared.me.name)
    return OpenRun(desk, definition, about, "", Verified(own), prepared.warnings)


def monday_of(week: str) -> date:
    """The Monday of an ISO week such as 2026-W48. Raises `WrongUsage`."""
    found = WEEK_NAME.fullmatch(week.strip())
    try:
        if found is None:
            raise ValueError(week)
        return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise WrongUsage(f"{week!r} is not a week; expected an ISO week such as 2026-W48.") from None


def week_facts(monday: date, fiscal_year_start: int) -> dict[str, str | None]:
    """Whether a month, and whether a fiscal quarter, ends before the next Monday."""
    following = monday + WEEK
    quarters = quarter_of(monday, fiscal_year_start), quarter_of(following, fiscal_year_start)
    return {
        "month_end": "yes" if month_of(monday) != month_of(following) else "no",
        "quarter_end": "yes" if quarters[0] != quarters[1] else "no",
    }


def engagement_facts(store: Store, engagement: Engagement) -> dict[str, str | None]:
    """What is known about an engagement: from Kantata, and what people told psdm; None is unknown."""
    told = store.facts.of([engagement.id]).get(engagement.id, {})
    facts: dict[str, str | None] = {
        name: told[name].value if name in told else None for name in FACTS[SubjectKind.ENGAGEMENT]
    }
    return {**facts, "type": engagement.type.value, "status": engagement.status}


def engagement_named(name: str, engagements: tuple[Engagement, ...]) -> Engagement:
    """The engagement with a SOW number, id or title. Raises `NotFound` with the nearest, `WrongUsage` on several."""
    wanted = name.strip().casefold()
    found = [e for e in engagements if wanted in (e.id, e.name.casefold(), e.title.casefold())]
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(f"{e.title} (id {e.id})" for e in found)
        raise WrongUsage(f"{name!r} means several engagements: {several}.", hint="Give the id of the project.")
    near = get_close_matches(wanted.upper(), [e.name.upper() for e in engagements], n=1, cutoff=0.6)
    raise NotFound(
        f"There is no engagement {name!r} among those in scope.",
        hint=f"Did you mean {near[0]}?" if near else "psdm portfolio lists them; --lead all looks at everybody's.",
    )
