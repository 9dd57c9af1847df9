"""The result of `psdm people`: free hours by week, utilization, and who could take an engagement's open work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol

from psdm_cli.domain.dates import DAY
from psdm_cli.domain.matching import Candidate, Work
from psdm_cli.domain.report import known_hours
from psdm_cli.domain.staffing import FreeTime, PersonTime, Utilization

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.output import booking_shapes
    from psdm_cli.output.layout import Page

WHY = {"uncovered": "no hard booking", "soft": "soft-booked", "unnamed": "nobody named"}
SHOWN_WEEKS = 13


class Offered(Protocol):
    """Open work and who could take it."""

    @property
    def work(self) -> Work:
        """The work."""

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The best first."""


@dataclass(frozen=True)
class PeopleDocument:
    """A `ResultDocument`. `span` is half-open; `offers` None: no engagement was asked about."""

    span: tuple[date, date]
    people: Sequence[PersonTime]
    as_of: date
    offers: Sequence[Offered] | None = None
    warnings: Sequence[str] = field(default=())
    command: str = "people"
    status: str = "ok"
    exit_code: int = 0
    shows_warnings: bool = True

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.booking_shapes import PeopleResult
        from psdm_cli.output.json_shapes import plain

        return plain(
            PeopleResult(
                start=self.span[0],
                end=self.span[1] - DAY,
                people=[_person(person) for person in self.people],
                work=None if self.offers is None else [_work(offer) for offer in self.offers],
            )
        )

    def render_console(self, console: Console) -> None:
        """Candidates for each work first, then everybody's weeks."""
        self.page(console.width).write(console)

    def page(self, width: int) -> Page:
        """The screen for a width."""
        from psdm_cli.output.layout import Page, Span
        from psdm_cli.output.views import good_to_know, next_steps

        page = Page(width)
        first, last = self.span[0], self.span[1] - DAY
        page.text(Span(f"psdm people · {first.isoformat()} to {last.isoformat()}", "bold"), indent=2)
        for offer in self.offers or ():
            _add_offer(page, offer)
        if self.offers is not None and not self.offers:
            page.blank()
            page.text("All its work is hard-booked.", first=Span("✓ ", "green"))
        if self.people:
            self._add_people(page)
        elif self.offers is None:
            page.blank()
            page.text("Nobody is like that.")
        good_to_know(page, self.warnings)
        if self.offers:
            name = self.offers[0].work.engagement
            next_steps(page, [(f"psdm booking request {name} --person NAME", "ask the coordinator for one of them")])
        elif self.offers is None:
            next_steps(page, [("psdm people --for SOW", "who could take an engagement's open work")])
        return page

    def _add_people(self, page: Page) -> None:
        from psdm_cli.output.layout import Column, Row, Span

        weeks = [week.start for week in self.people[0].weeks][:SHOWN_WEEKS]
        more = len(self.people[0].weeks) - len(weeks)
        page.heading(
            "Free hours by week", "capacity less hard bookings" + (f"; {more} weeks more: --json" if more else "")
        )
        rows: list[Row] = []
        for person in self.people:
            cells = [Span(_free(week), "red" if week.over else "") for week in person.weeks[:SHOWN_WEEKS]]
            rows.append(
                (
                    person.name,
                    person.role,
                    _h(person.free),
                    *cells,
                    _h(person.hard),
                    Span(_h(person.soft), "yellow" if person.soft else ""),
                    _ratio(person.utilization),
                    ", ".join(person.skills or ()),
                )
            )
        page.table(
            (
                Column("person", least=12),
                Column("role", least=5),
                Column("free", "right"),
                *(Column(f"{week:%m-%d}", "right", drop=4 + at) for at, week in enumerate(weeks)),
                Column("hard", "right", drop=1),
                Column("soft", "right", drop=1),
                Column("billable", "right", drop=2),
                Column("skills", least=8, wanted=8, drop=3),
            ),
            rows,
        )


def _add_offer(page: Page, offer: Offered) -> None:
    from psdm_cli.output.layout import Span

    work = offer.work
    hours = f", {_h(work.minutes)} h" if work.minutes is not None else ""
    who = f" ({work.person})" if work.person else ""
    page.heading(f"{work.engagement}: {work.role}, {WHY[work.why]}{who}", f"{work.start} to {work.end - DAY}{hours}")
    if not offer.candidates:
        page.text("nobody visible has time free then", first="  – ")
    for number, each in enumerate(offer.candidates, 1):
        style = "green" if each.same_role and each.fits is not False else ""
        page.text(Span(f"{each.name}: {'; '.join(each.reasons)}", style), first=f"  {number}. ", indent=5)


def _h(minutes: Fraction | int) -> str:
    return f"{known_hours(minutes).quantize(Decimal('0.1')).normalize():f}"


def _free(week: FreeTime) -> str:
    return f"-{_h(week.over)}" if week.over else _h(week.free)


def _ratio(found: Utilization | None) -> str:
    if found is None or found.ratio is None:
        return "unknown"
    target = f" of {round(found.target * 100)} %" if found.target is not None else ""
    return f"{round(found.ratio * 100)} %{target}"


def _decimal(value: Fraction | None) -> Decimal | None:
    if value is None:
        return None
    return (Decimal(value.numerator) / value.denominator).quantize(Decimal("0.0001"))


def _person(person: PersonTime) -> booking_shapes.PersonTime:
    from psdm_cli.output.booking_shapes import PersonTime as Shape
    from psdm_cli.output.booking_shapes import Week

    return Shape(
        id=person.user_id,
        name=person.name,
        role=person.role,
        capacity_hours=known_hours(person.capacity),
        hard_hours=known_hours(person.hard),
        soft_hours=known_hours(person.soft),
        free_hours=known_hours(person.free),
        skills=None if person.skills is None else list(person.skills),
        utilization=None if person.utilization is None else _utilization(person.utilization),
        weeks=[
            Week(
                start=week.start,
                end=week.end,
                capacity_hours=known_hours(week.capacity),
                hard_hours=known_hours(week.hard),
                soft_hours=known_hours(week.soft),
                free_hours=known_hours(week.free),
            )
            for week in person.weeks
        ],
    )


def _utilization(found: Utilization) -> booking_shapes.Utilization:
    from psdm_cli.output.booking_shapes import Utilization as Shape

    return Shape(
        start=found.start,
        end=found.end - DAY,
        billable_hours=known_hours(found.worked),
        capacity_hours=known_hours(found.capacity),
        ratio=_decimal(found.ratio),
        target=_decimal(found.target),
    )


def _work(offer: Offered) -> booking_shapes.OpenWork:
    from psdm_cli.output.booking_shapes import Candidate as CandidateShape
    from psdm_cli.output.booking_shapes import OpenWork

    work = offer.work
    return OpenWork(
        engagement=work.engagement,
        role=work.role,
        why=work.why,
        start=work.start,
        until=work.end,
        hours=None if work.minutes is None else known_hours(work.minutes),
        booking=work.booking_id,
        person=work.person,
        candidates=[
            CandidateShape(
                id=each.user_id,
                name=each.name,
                role=each.role,
                free_hours=known_hours(each.time.free),
                same_role=each.same_role,
                skills=list(each.skills),
                fits=each.fits,
                reasons=list(each.reasons),
            )
            for each in offer.candidates
        ],
    )
