"""The results of `psdm booking`: bookings, what is planned or done about them, requests and their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from psdm_cli.changes.plan import ChangeState, Plan
from psdm_cli.domain.booking_lines import BookingLine, RequestLine
from psdm_cli.domain.drafts import Draft
from psdm_cli.output.document import status_of

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.output.booking_shapes import Booking
    from psdm_cli.output.layout import Page

STATES = {"new": ("waiting", "yellow"), "approved": ("approved", "green"), "rejected": ("rejected", "red")}


@dataclass(frozen=True)
class BookingDocument:
    """A `ResultDocument`. `plan` None: nothing was asked to change (list)."""

    command: str
    bookings: Sequence[BookingLine]
    as_of: date
    plan: Plan | None = None
    drafts: Sequence[Draft] = ()
    requests: Sequence[RequestLine] | None = None
    run: str | None = None
    exit_code: int = 0
    warnings: Sequence[str] = field(default=())

    @property
    def status(self) -> str:
        """ok, or partial where only a part is in."""
        return status_of(self.exit_code)

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.booking_shapes import BookingResult, Request, texts_of
        from psdm_cli.output.json_shapes import PlanItem, plain
        from psdm_cli.output.plan_document import plan_items

        followed = None
        if self.requests is not None:
            followed = [Request.model_validate(each) for each in self.requests]
        items = plan_items(self.plan) if self.plan is not None else []
        return plain(
            BookingResult(
                bookings=_rows(self.bookings),
                plan=[PlanItem(**item) for item in items],
                texts=texts_of(self.drafts),
                requests=followed,
                run=self.run,
            )
        )

    def render_console(self, console: Console) -> None:
        """Bookings, requests, plan, texts, what to type next."""
        self.page(console.width).write(console)

    def page(self, width: int) -> Page:
        """The screen for a width."""
        from psdm_cli.output.drafts import add_drafts
        from psdm_cli.output.layout import Page, Span
        from psdm_cli.output.plan_document import add_plan
        from psdm_cli.output.views import next_steps

        page = Page(width)
        page.text(Span(f"psdm {self.command} · as of {self.as_of:%a} {self.as_of.isoformat()}", "bold"), indent=2)
        if self.requests is not None:
            _add_requests(page, self.requests)
        elif self.plan is None or (self.bookings and self.plan.is_empty):
            _add_bookings(page, self.bookings)
        if self.plan is not None and self.plan.items:
            add_plan(page, self.plan.items)
        add_drafts(page, self.drafts)
        if self.plan is not None and not self.plan.items and not self.drafts:
            page.blank()
            page.text("Nothing to change.", first=Span("✓ ", "green"))
        steps = self._next()
        if steps:
            next_steps(page, steps)
        return page

    def _next(self) -> list[tuple[str, str]]:
        if self.requests is not None:
            return []
        if self.plan is None:
            first = next(iter(self.bookings), None)
            name = (first.sow or first.project) if first is not None else "SOW"
            return [
                (f"psdm booking harden {name}", "ask for soft bookings to be made hard"),
                ("psdm booking list --pending", "requests and their answers"),
            ]
        sent = any(item.state is ChangeState.APPLIED for item in self.plan.items)
        if sent and any(item.change.kind == "resource_request" for item in self.plan.items):
            return [("psdm booking list --pending", "whether it was answered")]
        return []


def _rows(bookings: Sequence[BookingLine]) -> list[Booking]:
    from psdm_cli.output.booking_shapes import Booking

    return [Booking.model_validate(each) for each in bookings]


def _add_bookings(page: Page, bookings: Sequence[BookingLine]) -> None:
    from psdm_cli.output.layout import Column, Group, Row, Span
    from psdm_cli.output.views import full_name

    if not bookings:
        page.blank()
        page.text("No booking to come.")
        return
    rows: list[Row | Group] = []
    for project in dict.fromkeys(each.project for each in bookings):
        own = [each for each in bookings if each.project == project]
        rows.append(Group(full_name(own[0])))
        rows.extend(
            (
                each.person or "(unnamed)",
                each.role or "not visible",
                each.start.isoformat(),
                each.end.isoformat(),
                f"{each.hours.normalize():f}",
                Span("hard", "green") if each.hard else Span("soft", "yellow"),
                f"request {each.request}" if each.request else "",
                each.id,
            )
            for each in own
        )
    page.blank()
    page.table(
        (
            Column("person", least=12),
            Column("role", least=5, drop=1),
            Column("from"),
            Column("to"),
            Column("hours", "right"),
            Column("booking"),
            Column("waiting"),
            Column("id", "right"),
        ),
        rows,
    )


def _add_requests(page: Page, requests: Sequence[RequestLine]) -> None:
    from psdm_cli.output.layout import Column, Row, Span

    if not requests:
        page.blank()
        page.text("No resource request was made.")
        return
    rows: list[Row] = []
    for request in requests:
        word, style = STATES.get(request.status or "", (request.status or "unknown", ""))
        spans = [(booking.start, booking.end) for booking in request.bookings]
        dates = f"{min(s for s, _ in spans)} to {max(e for _, e in spans)}" if spans else ""
        hours = sum((booking.hours for booking in request.bookings), Decimal(0))
        rows.append(
            (
                request.name,
                request.person or f"unnamed {request.role or ''}".strip(),
                Span(word, style),
                ", ".join(request.approvers),
                request.created_at.date().isoformat() if request.created_at else "",
                "" if request.status == "new" or request.updated_at is None else request.updated_at.date().isoformat(),
                dates,
                f"{hours.normalize():f}" if spans else "",
                request.id,
            )
        )
    page.blank()
    page.table(
        (
            Column("engagement", least=8),
            Column("for", least=12),
            Column("answer"),
            Column("of", least=8),
            Column("asked"),
            Column("answered", drop=2),
            Column("booked", drop=3),
            Column("hours", "right", drop=4),
            Column("id", "right"),
        ),
        rows,
    )
