"""The result of `psdm fix`: what is planned or done, what is for a person to send, and what stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from psdm_cli.changes.plan import ChangeState, Plan
from psdm_cli.domain.drafts import Draft
from psdm_cli.domain.findings import Finding
from psdm_cli.output.document import NEEDS_ATTENTION, status_of

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.output.booking_shapes import LeftOver
    from psdm_cli.output.layout import Page


class Leaving(Protocol):
    """A finding that stays, and why."""

    @property
    def finding(self) -> Finding:
        """The finding."""

    @property
    def reason(self) -> str:
        """Why it stays."""


@dataclass(frozen=True)
class Repaired:
    """Named fixes as they ended: the plan, its run in the journal, texts to paste, findings that stay."""

    plan: Plan
    drafts: tuple[Draft, ...] = ()
    left: Sequence[Leaving] = ()
    run: str | None = None
    exit_code: int = 0

    @property
    def has_written(self) -> bool:
        """Whether anything is in."""
        return any(item.state is ChangeState.APPLIED for item in self.plan.items)

    def add_to(self, page: Page) -> None:
        """Plan, texts, what stays."""
        from psdm_cli.output.drafts import add_drafts
        from psdm_cli.output.layout import Span
        from psdm_cli.output.plan_document import add_plan

        if self.plan.items:
            add_plan(page, self.plan.items)
        add_drafts(page, self.drafts)
        if self.left:
            page.heading("Not repaired")
            for each in self.left:
                text = f"{each.finding.key} {each.finding.subject}: {each.reason}"
                page.text(text, first=Span("  ! ", "yellow"))
        if not self.plan.items and not self.drafts and not self.left:
            page.blank()
            page.text("Nothing to repair.", first=Span("✓ ", "green"))


def left_of(repaired: Repaired) -> list[LeftOver]:
    """What stays, as JSON has it."""
    from psdm_cli.output.booking_shapes import LeftOver

    return [LeftOver(key=e.finding.key, subject=e.finding.subject, reason=e.reason) for e in repaired.left]


@dataclass(frozen=True)
class FixDocument:
    """A `ResultDocument`. Exit 3 when a finding that was meant stays, unless writing failed."""

    repaired: Repaired
    as_of: date
    warnings: Sequence[str] = field(default=())
    command: str = "fix"

    @property
    def exit_code(self) -> int:
        """That of writing; else 3 when something stays, else 0."""
        return self.repaired.exit_code or (NEEDS_ATTENTION if self.repaired.left else 0)

    @property
    def status(self) -> str:
        """ok, attention, partial or error."""
        return status_of(self.exit_code)

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.booking_shapes import FixResult, texts_of
        from psdm_cli.output.json_shapes import PlanItem, plain
        from psdm_cli.output.plan_document import plan_items

        repaired = self.repaired
        return plain(
            FixResult(
                plan=[PlanItem(**item) for item in plan_items(repaired.plan)],
                texts=texts_of(repaired.drafts),
                left=left_of(repaired),
                run=repaired.run,
            )
        )

    def render_console(self, console: Console) -> None:
        """What was repaired, what is left, what to type next."""
        self.page(console.width).write(console)

    def page(self, width: int) -> Page:
        """The screen for a width."""
        from psdm_cli.output.layout import Page, Span
        from psdm_cli.output.views import next_steps

        page = Page(width)
        page.text(Span(f"psdm fix · as of {self.as_of:%a} {self.as_of.isoformat()}", "bold"), indent=2)
        self.repaired.add_to(page)
        if self.repaired.has_written and self.repaired.run is not None:
            next_steps(
                page,
                [("psdm forecast-prep", "see what is left"), (f"psdm undo {self.repaired.run}", "take it back")],
            )
        return page
