"""The result of `psdm check`: what differs from the handbook's shape, and the plan that heals it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import Field

from psdm_cli.changes.plan import Action, ChangeState, Plan
from psdm_cli.domain.findings import Finding
from psdm_cli.output.document import NEEDS_ATTENTION, status_of
from psdm_cli.output.json_shapes import Finding as FindingShape
from psdm_cli.output.json_shapes import Foreign, PlanItem, Shape, plain

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.output.layout import Page


class CheckResult(Shape):
    """`psdm check`: the drift as it was found, and the plan as it ended."""

    sow: Foreign
    findings: list[FindingShape]
    unseen: list[Foreign] = Field(description="What could not be looked at, and why.")
    plan: list[PlanItem]
    left_out: list[Foreign] = Field(description="What the plan does not heal, and why.")
    healed: bool = Field(description="Whether the plan was applied, and a second look found nothing.")
    run: str | None = Field(description="The run's number in the journal; null when nothing was sent.")


@dataclass(frozen=True)
class CheckDocument:
    """A `ResultDocument`. Exit 0 when nothing differs (any more); 3 when something does, or could not be seen."""

    sow: str
    as_of: date
    findings: tuple[Finding, ...]
    unseen: tuple[str, ...]
    plan: Plan
    left_out: tuple[str, ...] = ()
    left: tuple[Finding, ...] | None = None  # after healing; None: nothing was applied
    failed: int = 0
    run: str | None = None
    warnings: Sequence[str] = ()
    command: str = "check"

    @property
    def is_healed(self) -> bool:
        """Whether the plan was applied and nothing is left."""
        return self.left == () and not self.failed

    @property
    def exit_code(self) -> int:
        """That of writing; else 3 while something differs."""
        open_ones = self.findings if self.left is None else self.left
        return self.failed or (NEEDS_ATTENTION if open_ones or self.unseen else 0)

    @property
    def status(self) -> str:
        """ok, attention, partial or error."""
        return status_of(self.exit_code)

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.plan_document import plan_items

        return plain(
            CheckResult(
                sow=self.sow,
                findings=[FindingShape.model_validate(each) for each in self.findings],
                unseen=list(self.unseen),
                plan=[PlanItem(**item) for item in plan_items(self.plan)],
                left_out=list(self.left_out),
                healed=self.is_healed,
                run=self.run,
            )
        )

    def render_console(self, console: Console) -> None:
        """What differs, what heals it, what to type next."""
        self.page(console.width).write(console)

    def page(self, width: int) -> Page:
        """The screen for a width."""
        from psdm_cli.output.layout import Page, Span
        from psdm_cli.output.plan_document import add_plan
        from psdm_cli.output.views import next_steps

        page = Page(width)
        head = f"psdm check · {self.sow} · as of {self.as_of:%a} {self.as_of.isoformat()}"
        page.text(Span(head, "bold"), indent=2)
        if not self.findings and not self.unseen:
            page.blank()
            page.text("The space has the handbook's shape: nothing to heal.", first=Span("✓ ", "green"))
        if self.findings:
            page.heading("Differs from the handbook", f"{len(self.findings)}")
            for finding in self.findings:
                page.text(finding.message, first=Span("  ! ", "yellow"))
        for sentence in self.unseen:
            page.text(sentence, first=Span("  – ", "magenta"))
        writing = tuple(item for item in self.plan.items if item.change.action is not Action.KEEP)
        if writing:
            add_plan(page, writing)
        if self.left_out:
            page.heading("Not healed by this")
            for sentence in self.left_out:
                page.text(sentence, first="  · ")
        if self.left is not None:
            page.blank()
            said = "Healed: a second look found nothing." if not self.left else f"{len(self.left)} left after healing:"
            page.text(said, first=Span("✓ ", "green") if not self.left else Span("! ", "yellow"))
            for finding in self.left:
                page.text(finding.message, first="  · ")
        next_steps(page, self._next(bool(writing)))
        return page

    def _next(self, writing: bool) -> list[tuple[str, str]]:
        applied = any(item.state is ChangeState.APPLIED for item in self.plan.items)
        if applied and self.run is not None:
            return [
                (f"psdm undo {self.run}", "take it back"),
                (f"psdm status {self.sow}", "the engagement on one page"),
            ]
        if writing:
            return [(f"psdm check {self.sow} --yes", "heal it"), (f"psdm init-project {self.sow}", "the whole kickoff")]
        return [(f"psdm status {self.sow}", "the engagement on one page")]
