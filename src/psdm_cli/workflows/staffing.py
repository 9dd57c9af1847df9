"""Anybody's free hours, and who could take an engagement's open work; what could not be seen is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from difflib import get_close_matches
from typing import cast

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.dates import DAY, WEEK, add_months, week_start
from psdm_cli.domain.engagements import Engagement
from psdm_cli.domain.matching import Candidate, Work, candidates, open_work, people_of
from psdm_cli.domain.people import window as people_window
from psdm_cli.domain.policy import Policy
from psdm_cli.domain.records import Kind, TimeEntry
from psdm_cli.domain.staffing import PersonTime, people_time, utilization, utilization_window
from psdm_cli.domain.steps.allocations import LOWER_BOUND
from psdm_cli.errors import Forbidden, NotFound, WrongUsage
from psdm_cli.systems.ports import Directory, Kantata, Read
from psdm_cli.workflows.booking import agenda_of
from psdm_cli.workflows.booking_choice import known_role
from psdm_cli.workflows.forecasting import Prepared

LONGEST = timedelta(weeks=53)
NEEDED = (Kind.PEOPLE, Kind.ALLOCATIONS, Kind.RESOURCES)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose time is wanted: None means any. `span` is half-open."""

    span: tuple[date, date]
    name: str | None = None
    role: str | None = None
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """Open work and who could take it."""

    work: Work
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Staffing:
    """People's time, and with an engagement its open work."""

    span: tuple[date, date]
    people: tuple[PersonTime, ...]
    offers: tuple[Offer, ...] | None
    warnings: tuple[str, ...]


def span_of(start: date | None, last: date | None, as_of: date, policy: Policy) -> tuple[date, date]:
    """The range asked for, half-open: as-of's ISO week and the next three unless said otherwise.

    Raises `WrongUsage` for one that ends before it starts, or is longer than a year.
    """
    usual = people_window(as_of, policy)
    first = start if start is not None else (usual[0] if last is None else min(usual[0], week_start(last)))
    end = last + DAY if last is not None else first + (usual[1] - usual[0])
    if end <= first:
        raise WrongUsage(f"--to: {last} lies before {first}.")
    if end - first > LONGEST:
        raise WrongUsage(f"--to: {end - DAY} is more than a year after {first}; ask for less at a time.")
    return first, end


def horizon(as_of: date, policy: Policy) -> tuple[date, date]:
    """What has to be known to staff an engagement: as far as hard bookings are wanted, and a week more."""
    return week_start(as_of), add_months(as_of, policy.booking_horizon_months) + WEEK


def staffing(
    prepared: Prepared,
    asked: Asked,
    *,
    kantata: Kantata | None,
    directory: Directory | None,
    engagement: Engagement | None = None,
) -> Staffing:
    """The time of the people asked for; with an engagement also its open work (in the role asked for) and candidates.

    `kantata` and `directory` are None offline. Raises `Forbidden` when people or bookings may not be seen at all, and
    when skills are a condition and may not be seen; `NotFound` for a name that nobody has.
    """
    assessment = prepared.assessment
    _refuse_blind(assessment)
    warnings = [f"{LOWER_BOUND[0].upper()}{LOWER_BOUND[1:]}."]
    skills = _skills(directory, asked, warnings, needed=engagement is None)
    everybody = people_time(
        assessment.portfolio.members, assessment.calendars, agenda_of(assessment), asked.span, skills
    )
    role = None if asked.role is None else known_role(assessment, asked.role)
    people = _chosen(everybody, replace(asked, role=role), assessment.policy, filtered=engagement is None)
    offers = None
    if engagement is not None:
        offers = _offers(assessment, engagement, everybody, replace(asked, role=role))
        wanted = {candidate.user_id for offer in offers for candidate in offer.candidates}
        people = tuple(person for person in everybody if person.user_id in wanted)
    warnings += _unknown(prepared, asked.span, kantata)
    return Staffing(asked.span, _utilized(assessment, people, kantata, warnings), offers, tuple(warnings))


def _refuse_blind(assessment: Assessment) -> None:
    for kind in NEEDED:
        if kind in assessment.portfolio.refusals:
            refusal = assessment.portfolio.refusals[kind]
            raise Forbidden(
                f"Free hours cannot be reckoned: {refusal.message}", call=refusal.call, permission=refusal.permission
            )


def _skills(
    directory: Directory | None, asked: Asked, warnings: list[str], *, needed: bool
) -> dict[str, tuple[str, ...]] | None:
    """Everybody's skills by user id; None where they cannot be seen."""
    if directory is None:
        if asked.skills and needed:
            raise WrongUsage("--skill is looked up live, and --offline forbids to read.")
        warnings.append("Skills were not looked at: offline.")
        return None
    try:
        found = directory.skills()
    except Forbidden as refused:
        if asked.skills and needed:
            raise
        warnings.append(f"Skills are not verified: the token lacks permission {refused.permission}.")
        return None
    names = {skill.name for own in found.values() for skill in own}
    for wanted in asked.skills:
        if wanted.strip().casefold() not in {name.casefold() for name in names}:
            near = get_close_matches(wanted, sorted(names), n=1, cutoff=0.4)
            meant = f"Did you mean {near[0]}?" if near else f"Skills are: {', '.join(sorted(names)[:12])}."
            raise WrongUsage(f"--skill: nobody visible has a skill {wanted!r}.", hint=meant)
    return {user: tuple(skill.name for skill in own) for user, own in found.items()}


def _chosen(everybody: Sequence[PersonTime], asked: Asked, policy: Policy, *, filtered: bool) -> tuple[PersonTime, ...]:
    """Those asked for; without a name or a role the delivery roles."""
    if not filtered:
        return ()
    people = tuple(everybody)
    if asked.name is not None:
        people = _named(people, asked.name)
    if asked.role is not None:
        people = tuple(person for person in people if person.role.casefold() == asked.role.casefold())
    elif asked.name is None:
        people = tuple(person for person in people if person.role in policy.delivery_roles)
    return tuple(person for person in people if all(person.has_skill(skill) for skill in asked.skills))


def _named(people: Sequence[PersonTime], name: str) -> tuple[PersonTime, ...]:
    wanted = " ".join(name.split()).casefold()
    if not wanted:
        raise WrongUsage("NAME needs a name, a part of one, or a user id; it was empty.")
    exact = tuple(p for p in people if wanted in (p.name.casefold(), p.user_id))
    found = exact or tuple(p for p in people if wanted in p.name.casefold())
    if found:
        return found
    near = get_close_matches(name, [person.name for person in people], n=3, cutoff=0.4)
    nearest = f"; the nearest: {', '.join(near)}" if near else ""
    raise NotFound(f"Nobody active with working time in that range is called {name!r}{nearest}.")


def _offers(
    assessment: Assessment, engagement: Engagement, people: Sequence[PersonTime], asked: Asked
) -> tuple[Offer, ...]:
    present = people_of(assessment, engagement)
    found = []
    for work in open_work(engagement, assessment.coverage.get(engagement.id), assessment.as_of):
        if asked.role is not None and work.role.casefold() != asked.role.casefold():
            continue
        if work.end <= asked.span[0] or work.start >= asked.span[1]:
            continue
        best = candidates(work, people, assessment.calendars, skills=asked.skills, on_engagement=present)
        found.append(Offer(work, best))
    return tuple(found)


def _unknown(prepared: Prepared, span: tuple[date, date], kantata: Kantata | None) -> list[str]:
    """What else makes free hours look larger than they are."""
    found = []
    portfolio = prepared.assessment.portfolio
    for kind, what in (
        (Kind.ALLOCATIONS_ELSEWHERE, "Bookings on other engagements are not visible"),
        (Kind.TIME_OFF, "Time off is not visible"),
        (Kind.HOLIDAYS, "Holidays are not visible"),
    ):
        found += [f"{what}: people may only seem free (lacking {p})." for p in portfolio.permissions_lacking(kind)]
    known = prepared.window
    if kantata is None and (known is None or span[0] < known[0] or span[1] > known[1]):
        part = "not at all" if known is None else f"from {known[0]} to {known[1] - DAY} only"
        found.append(f"The mirror knows bookings on other engagements {part}: people may only seem free.")
    return found


def _utilized(
    assessment: Assessment, people: tuple[PersonTime, ...], kantata: Kantata | None, warnings: list[str]
) -> tuple[PersonTime, ...]:
    """The same people with how billable their last four full weeks were, from live time entries of all projects."""
    if not people:
        return people
    if kantata is None:
        warnings.append("Utilization was not looked at: it needs everybody's time entries, and this is offline.")
        return people
    read = Read(
        Kind.TIME_ENTRIES,
        user_ids=tuple(person.user_id for person in people),
        window=utilization_window(assessment.as_of),
    )
    entries: list[TimeEntry] = []
    for batch in kantata.read_all([read]):
        if batch.refusal is not None:
            warnings.append(f"Utilization is not verified: the token lacks permission {batch.refusal.permission}.")
            return people
        entries += cast("tuple[TimeEntry, ...]", batch.records)
    members = {member.user_id: member for member in assessment.portfolio.members}
    return tuple(
        replace(
            person,
            utilization=utilization(assessment.calendars, members[person.user_id], entries, assessment.as_of),
        )
        for person in people
    )
