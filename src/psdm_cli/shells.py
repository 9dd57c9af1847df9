"""The completion protocol as psdm speaks it: Typer's, with bash's blanks escaped and help taken as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer import _completion_classes as typers  # Typer has no public names for these
from typer._click.shell_completion import add_completion_class

if TYPE_CHECKING:
    from typer._click.shell_completion import CompletionItem


class Bash(typers.BashComplete):
    """bash puts a value on the command line as it comes; the other shells quote by themselves."""

    def format_completion(self, item: CompletionItem) -> str:
        """The value with its blanks escaped."""
        return str(item.value).replace(" ", "\\ ")


def prepare_completion() -> None:
    """Make the parser answer the shells' questions."""
    typers.completion_init()
    add_completion_class(Bash, "bash")
    # Typer would read help as Rich's markup, which takes longer than the rest of the answer
    _set_plain_help(typers)


def _set_plain_help(module: Any) -> None:
    module._sanitize_help_text = str
