"""The result of `psdm status`: one engagement on one page, internal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.engagement_status import EngagementStatus, PlaceState
from psdm_cli.output.document import NEEDS_ATTENTION
from psdm_cli.output.views import Dated
from psdm_cli.output.wording import UNKNOWN, amount, day, hours, long_type, percent

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.output.layout import Page, Row

COMMAND = "status"
MOST_FINDINGS = 12
PLACES = {PlaceState.SEEN: ("✓", "green"), PlaceState.MISSING: ("!", "yellow"), PlaceState.UNVERIFIED: ("–", "magenta")}


class StatusDocument:
    """A `ResultDocument`. Exit 3 when a finding is live or a part of the page could not be looked at."""

    command = COMMAND
    shows_warnings = True

    def __init__(self, status: EngagementStatus, dated: Dated) -> None:
        self.engagement = status
        self.dated = dated
        self.warnings = tuple(dated.warnings)

    @property
    def exit_code(self) -> int:
        """0, or 3 with live findings or unseen parts."""
        return NEEDS_ATTENTION if self.engagement.needs_attention or self.engagement.unseen else 0

    @property
    def status(self) -> str:
        """ok or attention."""
        return "attention" if self.exit_code else "ok"

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.status_shapes import status_result

        return status_result(self.engagement)

    def render_console(self, console: Console) -> None:
        """The page."""
        self.page(console.width).write(console)

    def page(self, width: int) -> Page:
        """The screen for a width."""
        from psdm_cli.output.layout import Page
        from psdm_cli.output.views import full_name, good_to_know, header

        page = Page(width)
        header(page, f"{COMMAND} {full_name(self.engagement.row)}", self.dated)
        page.text("Internal: money, findings and moods are not for the customer.", indent=2)
        self._at_a_glance(page)
        self._space(page)
        self._people(page)
        self._milestones(page)
        self._scope(page)
        self._clocks(page)
        self._findings(page)
        good_to_know(page, (*self.engagement.unseen, *self.warnings))
        self._next(page)
        return page

    def _at_a_glance(self, page: Page) -> None:
        from psdm_cli.output.layout import Column, Span
        from psdm_cli.output.views import HEALTH_STYLES

        row, status = self.engagement.row, self.engagement
        code = f" {row.currency}" if row.currency else ""

        def money(value: Any) -> str:
            return amount(value) + (code if value is not None else "")

        health = UNKNOWN if row.health is None else f"{row.health.color or 'no colour'} of {day(row.health.date)}"
        suggested = UNKNOWN if row.suggested is None else f"{row.suggested.color}: {'; '.join(row.suggested.reasons)}"
        page.heading("At a glance")
        rows: list[Row] = [
            ("customer", status.customer or UNKNOWN),
            ("type, status", f"{long_type(row.type)}, {row.status or UNKNOWN}"),
            ("lead", row.lead or "nobody"),
            ("end, time gone", f"{day(row.end, 'no date')}, {percent(row.time_elapsed)}"),
            ("budget, used", f"{money(status.budget)}, {money(status.used)} ({percent(row.burn)})"),
            ("remaining", f"{money(status.remaining)}, of which not forecast {money(row.to_forecast)}"),
            ("forecast", ", ".join(f"{month} {money(value)}" for month, value in status.months.items())),
            ("health report", Span(health, HEALTH_STYLES.get(health.partition(" ")[0], ""))),
            ("suggested", Span(suggested, HEALTH_STYLES.get(suggested.partition(":")[0], ""))),
        ]
        page.table((Column(""), Column("", least=30, lines=3)), rows, indent=2)

    def _space(self, page: Page) -> None:
        from psdm_cli.output.layout import Span

        page.heading("Collaboration space")
        for place in self.engagement.places:
            symbol, style = PLACES[place.state]
            page.text(f"{place.what}: {place.text or 'missing'}", first=Span(f"  {symbol} ", style))
            if place.url:
                page.line(f"    {place.url}")
        if self.engagement.checklist is not None:
            done, total = self.engagement.checklist
            page.text(f"Kickoff checklist: {done} of {total} steps done", first="  · ")

    def _people(self, page: Page) -> None:
        from psdm_cli.output.layout import Column

        people = self.engagement.people
        page.heading("People to come", "" if people is None else f"{len(people)}")
        if people is None:
            page.text("Bookings are not visible to your token.", first="  – ")
        elif not people:
            page.text("Nobody is booked from today on.", first="  ! ")
        else:
            columns = (
                Column("role"),
                Column("person", least=12),
                Column("hard h", "right"),
                Column("soft h", "right"),
                Column("until"),
            )
            rows = [
                (p.role, p.person or "not named yet", hours(p.hard_hours), hours(p.soft_hours), day(p.until))
                for p in people
            ]
            page.table(columns, rows, indent=2)

    def _milestones(self, page: Page) -> None:
        from psdm_cli.output.layout import Column

        milestones = self.engagement.milestones
        if milestones == ():
            return
        page.heading("Milestones to come")
        if milestones is None:
            page.text("Milestones are not visible to your token.", first="  – ")
            return
        code = self.engagement.row.currency or ""
        rows = [(day(m.due, "undated"), m.title, amount(m.amount), code) for m in milestones]
        page.table(
            (Column("due"), Column("milestone", least=16), Column("amount", "right"), Column("")), rows, indent=2
        )

    def _scope(self, page: Page) -> None:
        raid, changes = self.engagement.raid, self.engagement.scope_changes
        if raid is not None:
            boxes = "" if raid.open_items is None else f", {raid.open_items} open boxes"
            page.heading("RAID", f"{len(raid.escalated)} escalated{boxes}")
            for title in raid.escalated:
                page.text(title, first="  ! ")
        if changes is None:
            return
        page.heading("Open scope changes", f"{len(changes)}")
        for change in changes:
            page.text(f"{change.kind}: {change.title}", first="  · ")
            if change.url:
                page.line(f"    {change.url}")

    def _clocks(self, page: Page) -> None:
        from psdm_cli.output.layout import Column, Span

        page.heading("Clocks")
        rows: list[Row] = [
            (Span(day(clock.day), "red" if clock.day < self.dated.as_of else ""), clock.what, clock.note)
            for clock in self.engagement.clocks
        ]
        page.table((Column(""), Column(""), Column("", least=20, lines=2)), rows, indent=2)

    def _findings(self, page: Page) -> None:
        from psdm_cli.output.layout import Span

        live = [finding for finding in self.engagement.findings if finding.is_live]
        page.heading("Findings", f"{len(live)}")
        for finding in live[:MOST_FINDINGS]:
            page.text(f"{finding.step} {finding.message}", first=Span("  ! ", "yellow"))
        if len(live) > MOST_FINDINGS:
            page.text(f"and {len(live) - MOST_FINDINGS} more: psdm forecast-prep", first="    ")

    def _next(self, page: Page) -> None:
        from psdm_cli.output.views import next_steps

        name = self.engagement.row.sow or self.engagement.row.id
        next_steps(
            page,
            [
                (f"psdm check {name}", "compare the space with the handbook's shape, and heal it"),
                (f"psdm why to_forecast {name}", "where a figure comes from"),
                (f"psdm checklist show init-project {name}", "the kickoff's steps"),
            ],
        )
