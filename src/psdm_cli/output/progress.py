"""A progress bar for reading pages, on stderr, for a person at a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.console import Console


class Pages(Protocol):
    """How far it has come: pages done of pages known so far, and what is being read."""

    @property
    def done(self) -> int:
        """Pages done."""

    @property
    def known(self) -> int:
        """Pages known so far."""

    @property
    def label(self) -> str:
        """What is being read."""


@contextmanager
def page_progress(console: Console, label: str) -> Iterator[Callable[[Pages], None]]:
    """A bar that starts at once, so that a person knows that something happens, and goes away at the end."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

    from psdm_cli.output.text import visible

    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("pages"),
        console=console,
        transient=True,
    ) as bar:
        task = bar.add_task(visible(label), total=None)

        def report(pages: Pages) -> None:
            what = f"{label}: {pages.label}" if pages.label else label
            bar.update(task, description=visible(what), total=max(pages.known, 1), completed=pages.done)

        yield report
