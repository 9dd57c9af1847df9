"""FP-06: people in light blue: under-allocated members of the delivery roles, and which open work fits them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.coverage import is_after_kickoff
from psdm_cli.domain.dates import DAY
from psdm_cli.domain.findings import Finding, State, Step
from psdm_cli.domain.people import PersonLoad, window
from psdm_cli.domain.records import Kind
from psdm_cli.domain.steps.common import (
    counted,
    day_text,
    hours_number,
    hours_text,
    leads_of,
    refused,
    step,
)

ID = "FP-06"
TITLE = "Allocations: under-allocated people"
NEEDS = (Kind.PEOPLE, Kind.ALLOCATIONS, Kind.RESOURCES)
LOWER_BOUND = "bookings on projects that the token cannot see are missing: what is booked is a lower bound"


def check(assessment: Assessment) -> Step:
    """One finding per person hard-booked below the threshold over as-of's ISO week and the next three."""
    start, end = window(assessment.as_of, assessment.policy)
    threshold = f"{assessment.policy.under_allocated_below:.0%}"
    span = f"{day_text(start)} to {day_text(end - DAY)}"
    unseen = refused(assessment, *NEEDS)
    for kind, what in ((Kind.TIME_OFF, "time off"), (Kind.HOLIDAYS, "holidays")):
        unseen += tuple(f"{text} ({what}): people may only seem free" for text in refused(assessment, kind))
    people = () if unseen else assessment.under_allocated
    work = open_work(assessment)
    found = step(
        assessment,
        ID,
        TITLE,
        [_finding(assessment, person, work) for person in people],
        passed=f"everybody is hard-booked to {threshold} or more from {span}",
        found=f"{counted(len(people), 'person', 'people')} hard-booked below {threshold} from {span}",
        unverified=unseen,
        evidence=(LOWER_BOUND,),
    )
    return found if found.state is not State.PASS or assessment.people else _nobody(found)


def _nobody(found: Step) -> Step:
    return replace(found, reason="no active person with a delivery role works on these engagements")


def open_work(assessment: Assessment) -> tuple[dict[str, Any], ...]:
    """Work that needs somebody: uncovered weeks, and bookings to come that are soft or unnamed, with their role."""
    found: list[dict[str, Any]] = []
    for forecast in assessment.delivering():
        engagement = forecast.engagement
        for role, gap in (assessment.coverage[engagement.id] or {}).items():
            if gap.gap_from is not None and gap.until is not None and is_after_kickoff(engagement, assessment.as_of):
                found.append(
                    {
                        "project": engagement.id,
                        "name": engagement.name,
                        "role": role,
                        "why": "no hard booking",
                        "from": gap.gap_from.isoformat(),
                        "until": gap.until.isoformat(),
                        "hours": None,
                    }
                )
        for item in forecast.booked or ():
            booking = item.booking
            if not item.minutes_to_come or (booking.hard and booking.user_id is not None):
                continue
            why = "unnamed" if booking.user_id is None else "soft-booked"
            first = max(booking.start, assessment.as_of)
            found.append(
                {
                    "project": engagement.id,
                    "name": engagement.name,
                    "role": booking.role,
                    "why": why,
                    "from": first.isoformat(),
                    "until": booking.spread.end.isoformat(),
                    "hours": hours_number(item.minutes_to_come),
                }
            )
    return tuple(sorted(found, key=lambda work: (work["from"], work["name"])))


def _finding(assessment: Assessment, person: PersonLoad, work: Sequence[dict[str, Any]]) -> Finding:
    fits = [item for item in work if item["role"] == person.role]
    free = max(Fraction(0), person.capacity - person.hard)
    message = (
        f"{person.name} ({person.role}) is hard-booked to {round(person.ratio * 100)} %: {hours_text(person.hard)} "
        f"of {hours_text(person.capacity)}, {hours_text(person.soft)} soft"
    )
    names = list(dict.fromkeys(f"{item['name']} ({item['why']} from {item['from']})" for item in fits))
    data = {
        "user_id": person.user_id,
        "role": person.role,
        "capacity_hours": hours_number(person.capacity),
        "hard_hours": hours_number(person.hard),
        "soft_hours": hours_number(person.soft),
        "free_hours": hours_number(free),
        "fits": fits,
    }
    fix = (
        "Fits: " + "; ".join(names[:3]) if names else f"No open {person.role} work in these engagements: offer the time"
    )
    leads = leads_of(assessment)
    lead = leads[0] if len(leads) == 1 else None  # with several leads a person belongs to none of them alone
    return Finding(f"{ID}:{person.user_id}", ID, person.name, message, lead=lead, data=data, fix=fix)
