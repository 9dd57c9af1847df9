"""The result of `psdm customer-status`: the status as the customer reads it, the plan, and those posted before."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import Field

from psdm_cli.changes.plan import ChangeState, Plan
from psdm_cli.domain.audience import Text
from psdm_cli.domain.customer_status.fields import COLUMNS, LISTS, Draft
from psdm_cli.output.document import NEEDS_ATTENTION, status_of
from psdm_cli.output.json_shapes import Foreign, PlanItem, Shape, plain

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.output.layout import Page


class EarlierShape(Shape):
    """A status that was posted before."""

    week: Foreign
    title: Foreign
    state: Foreign
    url: Foreign | None


class FieldsShape(Shape):
    """The status by field; rows have the columns of the template `weekly-status`."""

    overall: Foreign | None
    accomplished: list[Foreign]
    upcoming: list[Foreign]
    milestones: list[dict[str, Foreign]]
    hours: list[dict[str, Foreign]]
    attention: list[dict[str, Foreign]]
    decisions_needed: list[dict[str, Foreign]]
    absences: list[dict[str, Foreign]]


class IssueShape(Shape):
    """The issue of the week; `id` null: it was not made yet."""

    id: str | None
    url: Foreign | None
    title: Foreign


class CustomerStatusResult(Shape):
    """`psdm customer-status`: what the customer reads, fit for the customer; `earlier` with --list and without."""

    sow: Foreign
    project: str = Field(description="Kantata's id of the project.")
    week: str | None
    monday: date | None
    fields: FieldsShape | None
    text: Foreign | None = Field(description="The description of the issue, Markdown.")
    issue: IssueShape | None
    earlier: list[EarlierShape]
    left_out: list[Foreign] = Field(description="What the draft left out since customers must not read it; for you.")
    unseen: list[Foreign] = Field(description="What could not be looked at, and why.")
    plan: list[PlanItem]
    run: str | None = Field(description="The run's number in the journal; null when nothing was sent.")


@dataclass(frozen=True, slots=True)
class Posted:
    """An engagement and the statuses posted for it, the latest first."""

    sow: str
    project: str
    earlier: tuple[Mapping[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """This week's status; `until` is the day after its last."""

    week: str
    monday: date
    until: date
    draft: Draft
    text: str


@dataclass(frozen=True)
class CustomerStatusDocument:
    """A `ResultDocument`. 3 where a part of the status could not be looked at, else 0 or that of writing."""

    posted: Posted
    as_of: date
    shown: Shown | None = None
    plan: Plan | None = None
    left_out: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    run: str | None = None
    failed: int = 0
    saved_in: str | None = None
    warnings: Sequence[str] = ()
    command: str = "customer-status"
    shows_warnings: bool = True

    @property
    def exit_code(self) -> int:
        """That of writing; 3 where something could not be looked at."""
        return self.failed or (NEEDS_ATTENTION if self.unseen else 0)

    @property
    def status(self) -> str:
        """ok, attention, partial or error."""
        return status_of(self.exit_code)

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.plan_document import plan_items

        shown = self.shown
        return plain(
            CustomerStatusResult(
                sow=self.posted.sow,
                project=self.posted.project,
                week=shown.week if shown is not None else None,
                monday=shown.monday if shown is not None else None,
                fields=_fields(shown.draft) if shown is not None else None,
                text=shown.text if shown is not None else None,
                issue=self._issue(),
                earlier=[EarlierShape.model_validate(dict(each)) for each in self.posted.earlier],
                left_out=list(self.left_out),
                unseen=list(self.unseen),
                plan=[PlanItem(**item) for item in plan_items(self.plan)] if self.plan is not None else [],
                run=self.run,
            )
        )

    def _issue(self) -> IssueShape | None:
        if self.plan is None:
            return None
        (item,) = self.plan.items
        return IssueShape(id=item.id or item.change.id, url=item.url or item.change.url, title=item.change.title)

    def render_console(self, console: Console) -> None:
        """The status as it is posted, what was left out, what is written."""
        self.page(console.width).write(console)

    def page(self, width: int) -> Page:
        """The screen for a width."""
        from psdm_cli.output.layout import Page, Span
        from psdm_cli.output.plan_document import add_plan
        from psdm_cli.output.views import good_to_know, next_steps

        page = Page(width)
        parts = ("psdm customer-status", self.posted.sow, f"as of {self.as_of:%a} {self.as_of.isoformat()}")
        page.text(Span(" · ".join(parts), "bold"), indent=2)
        if self.shown is None:
            self._listed(page)
        else:
            page.heading(f"Week {self.shown.week}", "as the customer reads it")
            for line in self.shown.text.splitlines():
                if "](" in line:
                    page.line(f"  | {line}")  # an address on one line, to be copied
                elif not line.startswith("<!--"):
                    page.text(line, first="  | ", indent=4)
        if self.left_out:
            page.heading("Left out", "the customer must not read it")
            for sentence in self.left_out:
                page.text(sentence, first=Span("  ! ", "yellow"), indent=4)
        for sentence in self.unseen:
            page.text(sentence, first=Span("  – ", "magenta"), indent=4)
        if self.plan is not None and self.plan.items:
            add_plan(page, self.plan.items)
        good_to_know(page, self.warnings)
        next_steps(page, self._next())
        return page

    def _listed(self, page: Page) -> None:

        page.heading("Posted", str(len(self.posted.earlier)))
        for each in self.posted.earlier:
            page.text(each["title"] or "", first=f"  {each['week'] or ''}  ")
            page.line(f"    {each['url'] or ''}")  # on one line, to be copied
        if not self.posted.earlier:
            page.text("None yet.", indent=2)

    def _next(self) -> list[tuple[str, str]]:
        name = shlex.quote(self.posted.sow)
        if self.saved_in is not None:
            return [(f"psdm apply {shlex.quote(self.saved_in)}", "apply this plan")]
        written = self.plan is not None and any(item.state is ChangeState.APPLIED for item in self.plan.items)
        found = [(f"psdm undo {self.run}", "take it back")] if written and self.run is not None else []
        if self.shown is None:
            return [*found, (f"psdm customer-status {name}", "this week's status")]
        edit = f"psdm customer-status {name} --set 'FIELD=TEXT'"
        return [*found, (edit, "say it in your words"), (f"psdm customer-status {name} --list", "those posted before")]


def _fields(draft: Draft) -> FieldsShape:
    values: dict[str, Any] = {"overall": draft.overall.value if draft.overall is not None else None}
    for name in LISTS:
        values[name] = [each.value for each in getattr(draft, name)]
    for name in COLUMNS:
        values[name] = [{column: _plain(cell) for column, cell in row.items()} for row in getattr(draft, name)]
    return FieldsShape(**values)


def _plain(cell: Text[Any]) -> str:
    return cell.value
