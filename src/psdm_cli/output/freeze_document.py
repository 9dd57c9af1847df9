"""The result of `psdm forecast freeze`: which snapshot was stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.output.layout import Page

COMMAND = "forecast freeze"


class FrozenForecast(Protocol):
    """A forecast that was stored, or (`revision` None) would be."""

    @property
    def week(self) -> str:
        """The ISO week."""

    @property
    def revision(self) -> int | None:
        """Which one of the week; None: nothing was stored."""

    @property
    def as_of(self) -> date:
        """The date of the figures."""

    @property
    def scope(self) -> str:
        """Whose engagements, as a key."""

    @property
    def engagements(self) -> int:
        """How many it holds."""


@dataclass(frozen=True)
class ForecastFreezeDocument:
    """A `ResultDocument`."""

    frozen: FrozenForecast
    warnings: Sequence[str] = ()
    command: str = COMMAND
    status: str = "ok"
    exit_code: int = 0

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.views_json import freeze_result

        return freeze_result(self.frozen, stored=self.frozen.revision is not None)

    def render_console(self, console: Console) -> None:
        """One sentence, and what to type next."""
        self.page(console.width).write(console)

    def page(self, width: int) -> Page:
        """The screen for a width."""
        from psdm_cli.output.layout import Page, Span
        from psdm_cli.output.views import next_steps
        from psdm_cli.output.wording import counted

        frozen = self.frozen
        page = Page(width)
        what = f"the forecast of {counted(frozen.engagements, 'engagement')} as of {frozen.as_of.isoformat()}"
        if frozen.revision is None:
            page.text(f"Would freeze {what} for week {frozen.week}; nothing was stored (dry run).")
            return page
        page.text(f"Froze {what}: week {frozen.week}, revision {frozen.revision}.", first=Span("✓ ", "green"))
        if frozen.revision > 1:
            page.text("Earlier revisions of the week stay as they are.", first="  ")
        next_steps(page, [("psdm forecast diff", "next week: what has moved since")])
        return page
