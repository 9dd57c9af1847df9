"""How a plan looks: grouped by place, `+ ~ - =`, before → after, and what became of each change; the same as JSON."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from psdm_cli.changes.codec import plain as plain_json
from psdm_cli.changes.plan import Action, Audience, ChangeState, Item, Plan
from psdm_cli.output.document import status_of
from psdm_cli.output.plan_lines import GITLAB, attribute_lines, beside, place_name
from psdm_cli.output.text import valid_text

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.output.layout import Page

STYLES = {
    Action.CREATE: "green",
    Action.CHANGE: "yellow",
    Action.CLOSE: "red",
    Action.DELETE: "red",
    Action.KEEP: "dim",
}
ENDS = {
    ChangeState.APPLIED: ("✓ in", "green"),
    ChangeState.KEPT: ("= already so", "dim"),
    ChangeState.FAILED: ("! failed", "red"),
    ChangeState.SKIPPED: ("· skipped", "yellow"),
}
VERBS = {
    Action.CREATE: "to create",
    Action.CHANGE: "to change",
    Action.CLOSE: "to close",
    Action.DELETE: "to delete",
    Action.KEEP: "already so",
}

ADDRESS = re.compile(r"https?://[!-~]{1,500}")
VISIBLE = "the customer can see this"


class Staying(Protocol):
    """What an undo leaves as it is."""

    @property
    def n(self) -> int:
        """The change's number in the run."""

    @property
    def key(self) -> str:
        """Its key."""

    @property
    def title(self) -> str:
        """Its title."""

    @property
    def reason(self) -> str:
        """Why it stays."""


def item_values(item: Item) -> dict[str, Any]:
    """A plan's item as the shared JSON shape (`PlanItem`) has it."""
    change = item.change
    return {
        "n": item.n,
        "system": change.system,
        "action": change.action.value,
        "kind": change.kind,
        "key": change.key,
        "title": change.title,
        "place": change.place or None,
        "audience": change.audience.value,
        "before": _writable(plain_json(change.before)) or None,
        "after": _writable(plain_json(change.after)) or None,
        "id": item.id or change.id,
        "url": item.url or change.url,
        "state": item.state.value,
        "error": item.error,
    }


def _writable(value: Any) -> Any:
    """JSON values whose every text can be written in UTF-8."""
    if isinstance(value, str):
        return valid_text(value)
    if isinstance(value, dict):
        return {valid_text(name): _writable(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_writable(each) for each in value]
    return value


def plan_items(plan: Plan) -> list[dict[str, Any]]:
    """The `plan` of a JSON document."""
    return [item_values(item) for item in plan.items]


def plan_page(plan: Plan, width: int) -> Page:
    """A plan alone, as it is shown before the question."""
    from psdm_cli.output.layout import Page

    page = Page(width)
    add_plan(page, plan.items)
    return page


def add_plan(page: Page, items: Sequence[Item]) -> None:
    """The items of a plan on a page: by place, in order, with their sum last."""
    from psdm_cli.output.layout import Span

    places = list(dict.fromkeys(item.change.place for item in items))
    for place in places:
        here = [item for item in items if item.change.place == place]
        shared = all(item.change.audience is Audience.CUSTOMER for item in here)
        page.heading(place_name(place) or "Elsewhere", VISIBLE if shared else "")
        for item in here:
            _add_item(page, item, said=shared)
    page.blank()
    page.text(Span(summary(items), "bold"))


def summary(items: Sequence[Item]) -> str:
    """`3 changes: 2 to create, 1 to change`, or how they ended."""
    ended = [item for item in items if item.state is not ChangeState.PLANNED]
    if ended:
        words = {
            ChangeState.APPLIED: "in",
            ChangeState.KEPT: "already so",
            ChangeState.FAILED: "failed",
            ChangeState.SKIPPED: "skipped",
            ChangeState.PLANNED: "not sent",
        }
        counts = [f"{_count(items, state)} {word}" for state, word in words.items() if _count(items, state)]
    else:
        counts = []
        for action, words_of in VERBS.items():
            number = sum(item.change.action is action for item in items)
            if number:
                counts.append(f"{number} {words_of}")
    if not counts:
        return "Nothing to change."
    size = len(items)
    return f"{size} change{'' if size == 1 else 's'}: {', '.join(counts)}."


def _count(items: Sequence[Item], state: ChangeState) -> int:
    return sum(item.state is state for item in items)


def _add_item(page: Page, item: Item, *, said: bool = False) -> None:
    """One item. `said`: that the customer can read the place stands above it already."""
    from psdm_cli.output.layout import Span

    change = item.change
    end = ENDS.get(item.state)
    tail = f"  ({end[0]})" if end is not None and change.action is not Action.KEEP else ""
    style = STYLES[change.action] if end is None else end[1]
    seen = f"  [{VISIBLE}]" if change.audience is Audience.CUSTOMER and not said else ""
    kind = f"{change.kind.replace('_', ' ')} " if change.system == GITLAB else ""
    page.text(
        Span(f"{kind}{change.title}{beside(change)}{seen}{tail}", ""),
        first=Span(f"  {change.action.symbol} ", style),
        indent=4,
    )
    if end is None or item.state is ChangeState.FAILED:
        for line in attribute_lines(change):
            page.text(line, first="      ")
    if change.why and end is None:
        page.text(Span(change.why, "dim"), first="      ")
    if item.error:
        page.text(Span(item.error, "yellow" if item.state is not ChangeState.FAILED else "red"), first="      ")
    if item.url or change.url:
        address = item.url or change.url or ""
        if ADDRESS.fullmatch(address):
            page.line(f"      {address}")  # on one line, to be copied
        else:
            page.text(address, first="      ")


@dataclass(frozen=True)
class AppliedDocument:
    """The `ResultDocument` of `apply` and `undo`: a plan as it ended. `saved_in`: the file it went to instead."""

    command: str
    plan: Plan
    run: str | None = None
    exit_code: int = 0
    not_undone: Sequence[Staying] = ()
    warnings: Sequence[str] = field(default=())
    saved_in: str | None = None

    @property
    def status(self) -> str:
        """ok, attention (something stays), partial (only a part is in) or error."""
        return status_of(self.exit_code)

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.plan_shapes import applied_result

        return applied_result(self)

    def render_console(self, console: Console) -> None:
        """The plan, what stays, what to do next."""
        self.page(console.width).write(console)

    def page(self, width: int) -> Page:
        """The screen for a width."""
        from psdm_cli.output.layout import Page, Span
        from psdm_cli.output.views import next_steps

        page = Page(width)
        if self.plan.items:
            add_plan(page, self.plan.items)
        else:
            page.text("Nothing to change.", first=Span("✓ ", "green"))
        if self.not_undone:
            page.heading("Not undone")
            for stays in self.not_undone:
                page.text(f"{stays.title}: {stays.reason}", first=Span("  ! ", "yellow"))
        if self.saved_in is not None:
            next_steps(page, [(f"psdm apply {shlex.quote(self.saved_in)}", "apply this plan")])
        elif self.run is not None and any(item.state is ChangeState.APPLIED for item in self.plan.items):
            next_steps(page, [(f"psdm undo {self.run}", "take it back")])
        return page
