"""A result made of one pydantic model and one function that shows it: the document of the set-up commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.console import Console


@dataclass(frozen=True)
class Answer:
    """A `ResultDocument`. `show` gets the console and the model."""

    command: str
    result: BaseModel
    show: Callable[[Console, Any], None]
    exit_code: int = 0
    warnings: Sequence[str] = ()
    partial: bool = False

    @property
    def status(self) -> str:
        """ok, attention, partial or error, from the exit code."""
        if self.exit_code == 0:
            return "ok"
        if self.exit_code == 3:
            return "partial" if self.partial else "attention"
        if self.exit_code == 7:  # some changes are in
            return "partial"
        return "error"

    def json_result(self) -> Mapping[str, Any]:
        """The model as plain JSON values."""
        values: dict[str, Any] = self.result.model_dump(mode="json")
        return values

    def render_console(self, console: Console) -> None:
        """Show it to a person."""
        self.show(console, self.result)
