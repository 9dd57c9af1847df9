"""What a PM must know about the figures that is no finding: assumptions, hidden records, clocks (rules.md 1 to 4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.money import money_text
from psdm_cli.domain.records import Kind, Refusal


def warnings_of(assessment: Assessment) -> tuple[str, ...]:
    """Every warning once, the ones about single engagements named with them."""
    return tuple(
        dict.fromkeys(
            (
                *_hidden(assessment),
                *_workweeks(assessment),
                *_types(assessment),
                *_kickoffs(assessment),
                *_expenses(assessment),
                *_totals(assessment),
            )
        )
    )


def _hidden(assessment: Assessment) -> Iterable[str]:
    portfolio = assessment.portfolio
    for kind, effect in (
        (Kind.TIME_OFF, "bookings are spread as if nobody were away"),
        (Kind.HOLIDAYS, "bookings are spread, and business days counted, as if there were no holidays"),
        (Kind.RESOURCES, "who is booked, in which role and at which rate is unknown"),
        (Kind.WORKWEEKS, "unnamed resources are given a workweek of Monday to Friday"),
        (Kind.ALLOCATIONS_ELSEWHERE, "bookings on other projects are not counted for people"),
        (Kind.RESOURCE_REQUESTS, "pending resource requests are not shown"),
        (Kind.ACCOUNTING, "Kantata's own forecast is not compared"),
    ):
        if refusal := portfolio.refusals.get(kind):
            yield f"{_sentence(refusal)}: {effect}."


def _sentence(refusal: Refusal) -> str:
    return refusal.lacking[0].upper() + refusal.lacking[1:]


def _workweeks(assessment: Assessment) -> Iterable[str]:
    portfolio = assessment.portfolio
    if not portfolio.can_see(Kind.PEOPLE):
        yield f"{_sentence(portfolio.refusals[Kind.PEOPLE])}: everybody is given the default workweek."
        return
    known = assessment.calendars.weeks
    unseen = {
        booking.user_id: booking.person or f"User {booking.user_id}"
        for engagement in assessment.engagements
        for booking in engagement.bookings
        if booking.user_id is not None and booking.user_id not in known and booking.spread.end > assessment.as_of
    }
    unseen |= {person.user_id: person.name for person in assessment.people if person.user_id not in known}
    if unseen:
        yield f"The workweek of {_listed(sorted(unseen.values()))} is not visible: the default workweek is used."


def _types(assessment: Assessment) -> Iterable[str]:
    for engagement in assessment.engagements:
        if engagement.type_warning:
            yield f"{engagement.name}: {engagement.type_warning}."


def _kickoffs(assessment: Assessment) -> Iterable[str]:
    unknown = [engagement.name for engagement in assessment.engagements if engagement.kickoff is None]
    if unknown:
        yield f"The kickoff of {_listed(unknown)} is unknown and treated as past."
    if not assessment.visible.stories:
        yield "Tasks are not visible: kickoff dates are the projects' start dates."


def _expenses(assessment: Assessment) -> Iterable[str]:
    for forecast in assessment.forecasts:
        workspace = forecast.engagement.workspace
        if workspace.actual_fees_includes_expenses is not True:
            continue
        amount = "an unknown amount of"
        if forecast.currency is not None and workspace.total_expenses_in_cents is not None:
            amount = money_text(forecast.currency.amount(workspace.total_expenses_in_cents), forecast.currency.code)
        yield f"{forecast.engagement.name}: used funds include {amount} expenses."


def _totals(assessment: Assessment) -> Iterable[str]:
    left_out = [f.engagement.name for f in assessment.forecasts if any(v is None for v in f.forecast.values())]
    if left_out:
        yield f"The totals are without {_listed(left_out)}: the forecast there is unknown."


def _listed(names: Sequence[str], most: int = 6) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
