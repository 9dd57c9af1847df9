"""The result of `psdm health`: what is suggested, what was decided, the plan as it ended; internal."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import Field

from psdm_cli.changes.plan import ChangeState, Plan
from psdm_cli.domain.health.deciding import Decision, description_of, doubts
from psdm_cli.domain.health.dimensions import Dimension, Health, Judged
from psdm_cli.domain.health.suggesting import Suggested
from psdm_cli.output.document import NEEDS_ATTENTION, status_of
from psdm_cli.output.json_shapes import Foreign, PlanItem, Shape, plain, plain_value
from psdm_cli.output.views import HEALTH_STYLES, Dated

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.output.layout import Page, Row


class DimensionShape(Shape):
    """One dimension as suggested; `color` null: it cannot be known from data."""

    dimension: Dimension
    color: Health | None
    reasons: list[Foreign]
    numbers: dict[str, Any] = Field(description="The numbers behind the reasons.")


class SuggestedShape(Shape):
    """The suggestion; a person decides."""

    overall: Health | None
    dimensions: list[DimensionShape]


class VerdictShape(Shape):
    """One dimension as the PM decided it."""

    dimension: Dimension
    color: Health
    why: Foreign
    word: Foreign


class RemedyShape(Shape):
    """What is done about red."""

    raid: Foreign
    action: Foreign
    by: date


class DecidedShape(Shape):
    """The report as the PM decided it; `text` is the description that Kantata gets."""

    overall: Health
    text: Foreign
    dimensions: list[VerdictShape]
    remedy: RemedyShape | None
    escalate_to: Foreign | None


class PreviousShape(Shape):
    """The latest health report before this one."""

    color: Foreign | None
    date: date | None


class HealthResult(Shape):
    """`psdm health`: the suggestion, the decision (null: nothing decided or written), the plan as it ended."""

    sow: Foreign | None
    project: str
    title: Foreign
    previous: PreviousShape | None
    suggested: SuggestedShape
    decided: DecidedShape | None
    plan: list[PlanItem]
    left_out: list[Foreign] = Field(description="What was not planned, and why.")
    unseen: list[Foreign] = Field(description="What could not be looked at, and why.")
    run: str | None = Field(description="The run's number in the journal; null when nothing was sent.")


@dataclass(frozen=True, slots=True)
class Report:
    """What was seen. `previous`: colour and day of the latest report, None and None where there is none."""

    name: str
    sow: str | None
    project: str
    title: str
    suggested: Suggested
    previous: tuple[str | None, date | None]
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True)
class HealthDocument:
    """A `ResultDocument`. A written report: 0. Only suggested: 3 where it is not green, or a part could not be seen."""

    report: Report
    dated: Dated
    decision: Decision | None = None
    plan: Plan | None = None
    left_out: tuple[str, ...] = ()
    run: str | None = None
    failed: int = 0
    saved_in: str | None = None
    command: str = "health"
    shows_warnings: bool = True

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is good to know about the data, and what a reader of the report would ask."""
        return (*(doubts(self.decision) if self.decision is not None else ()), *self.dated.warnings)

    @property
    def exit_code(self) -> int:
        """That of writing; of a suggestion alone 3 unless all of it is green and seen."""
        if self.decision is not None:
            return self.failed
        calm = self.report.suggested.overall is Health.GREEN and not self.report.unseen
        return 0 if calm else NEEDS_ATTENTION

    @property
    def status(self) -> str:
        """ok, attention, partial or error."""
        return status_of(self.exit_code)

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.plan_document import plan_items

        report, (color, day) = self.report, self.report.previous
        return plain(
            HealthResult(
                sow=report.sow,
                project=report.project,
                title=report.title,
                previous=PreviousShape(color=color, date=day) if color is not None or day is not None else None,
                suggested=SuggestedShape(
                    overall=report.suggested.overall,
                    dimensions=[_dimension(each) for each in report.suggested.dimensions],
                ),
                decided=_decided(self.decision) if self.decision is not None else None,
                plan=[PlanItem(**item) for item in plan_items(self.plan)] if self.plan is not None else [],
                left_out=list(self.left_out),
                unseen=list(report.unseen),
                run=self.run,
            )
        )

    def render_console(self, console: Console) -> None:
        """What is suggested and why, what was decided, what is written."""
        self.page(console.width).write(console)

    def page(self, width: int) -> Page:
        """The screen for a width."""
        from psdm_cli.output.layout import Page, Span
        from psdm_cli.output.plan_document import add_plan
        from psdm_cli.output.views import good_to_know, header, next_steps

        page = Page(width)
        header(page, f"health {self.report.name}", self.dated)
        page.text("Internal: health and moods are not for the customer.", indent=2)
        self._suggested(page)
        self._decided(page)
        if self.plan is not None and self.plan.items:
            add_plan(page, self.plan.items)
        if self.left_out:
            page.heading("Not planned")
            for sentence in self.left_out:
                page.text(sentence, first=Span("  · ", "dim"), indent=4)
        good_to_know(page, self.warnings)
        next_steps(page, self._next())
        return page

    def _suggested(self, page: Page) -> None:
        from psdm_cli.output.layout import Column, Span
        from psdm_cli.output.wording import day

        color, written = self.report.previous
        tail = f"the latest report: {color or 'no colour'} of {day(written)}" if written else "there is no report yet"
        page.heading("Suggested", tail)
        rows: list[Row] = []
        for judged in self.report.suggested.dimensions:
            said = judged.color.value if judged.color is not None else "?"
            rows.append((judged.dimension.value, Span(said, HEALTH_STYLES.get(said, "dim")), "; ".join(judged.reasons)))
        whole = self.report.suggested.overall
        shown = whole.value if whole is not None else "?"
        rows.append((Span("overall", "bold"), Span(shown, f"bold {HEALTH_STYLES.get(shown, 'dim')}"), ""))
        page.table((Column("", least=8), Column("", least=6), Column("", least=24, lines=8)), rows)

    def _decided(self, page: Page) -> None:
        from psdm_cli.output.layout import Column, Span

        if self.decision is None:
            return
        page.heading("Decided", self.decision.overall.value)
        rows: list[Row] = []
        for dimension, verdict in self.decision.verdicts.items():
            said = verdict.color.value
            why = ": ".join(part for part in (verdict.word, verdict.why) if part)
            rows.append((dimension.value, Span(said, HEALTH_STYLES[said]), why))
        page.table((Column("", least=8), Column("", least=6), Column("", least=24, lines=8)), rows)
        for line in description_of(self.decision).splitlines():
            page.text(line, first="  | ", indent=4)

    def _next(self) -> list[tuple[str, str]]:
        name = shlex.quote(self.report.name)
        if self.saved_in is not None:
            return [(f"psdm apply {shlex.quote(self.saved_in)}", "apply this plan")]
        written = self.plan is not None and any(item.state is ChangeState.APPLIED for item in self.plan.items)
        if written and self.run is not None:
            return [
                (f"psdm undo {self.run}", "take it back"),
                (f"psdm customer-status {name}", "what the customer reads"),
            ]
        if self.decision is None:
            decide = f"psdm health {name} --as-suggested --client happy --overall COLOUR --text TEXT"
            return [(decide, "decide and write it"), (f"psdm status {name}", "the engagement on one page")]
        return [(f"psdm status {name}", "the engagement on one page")]


def _dimension(judged: Judged) -> DimensionShape:
    return DimensionShape(
        dimension=judged.dimension,
        color=judged.color,
        reasons=list(judged.reasons),
        numbers=plain_value(dict(judged.numbers)),
    )


def _decided(decision: Decision) -> DecidedShape:
    remedy = decision.remedy
    return DecidedShape(
        overall=decision.overall,
        text=description_of(decision),
        dimensions=[
            VerdictShape(dimension=dimension, color=verdict.color, why=verdict.why, word=verdict.word)
            for dimension, verdict in decision.verdicts.items()
        ],
        remedy=RemedyShape(raid=remedy.raid, action=remedy.action, by=remedy.by) if remedy is not None else None,
        escalate_to=decision.escalate_to,
    )
