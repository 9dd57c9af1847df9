"""What `psdm open` answers: an address, whole, or the list of names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from psdm_cli.output.json_shapes import Foreign, Shape
from psdm_cli.output.layout import Column, Page

if TYPE_CHECKING:
    from rich.console import Console


class OpenLink(Shape):
    """A page by name: a link of the settings, or an engagement's page in Kantata."""

    name: Foreign
    url: Foreign
    sow: Foreign | None = None
    project: str | None = Field(default=None, description="Kantata's id of the project.")


class OpenResult(Shape):
    """`open`: one link, or all of the settings when no name was given. `opened`: a browser was started."""

    links: list[OpenLink]
    opened: bool


def opened(console: Console, result: OpenResult) -> None:
    """The address alone on its line, never cut: it may be copied, or read by a script."""
    for link in result.links:
        page = Page(len(link.url) + 1)
        page.line(link.url)
        page.write(console)


def listed(console: Console, result: OpenResult) -> None:
    """Every name with its address."""
    page = Page(max(console.width, *(len(link.name) + len(link.url) + 4 for link in result.links), 1))
    page.table((Column(""), Column("")), [(link.name, link.url) for link in result.links])
    page.write(console)
