"""The result of `psdm audit leaks`: what internal content customers can read, and what could not be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from psdm_cli.output.answer import Answer
from psdm_cli.output.json_shapes import Foreign, Shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from psdm_cli.domain.leaks import LeakReport


class LeakRow(Shape):
    """Something internal that customers can read; amounts are masked. `key` is the same from run to run."""

    key: Foreign
    sow: Foreign | None
    place: Foreign = Field(description="Full path of the group or project.")
    url: Foreign | None
    part: Foreign = Field(description="What carries it, for example `issue description`.")
    kind: Literal["word", "label", "link", "marker", "amount"]
    what: Foreign
    excerpt: Foreign


class LookedRow(Shape):
    """A place that was looked through, and how many texts of it."""

    sow: Foreign | None
    place: Foreign
    url: Foreign | None
    texts: int


class NotSeenRow(Shape):
    """A part that could not be looked at: it may hold a leak."""

    place: Foreign
    part: Foreign
    why: Foreign


class LeaksResult(Shape):
    """`audit leaks`. `without`: SOWs without a customer-visible project."""

    findings: list[LeakRow]
    unverified: list[NotSeenRow]
    places: list[LookedRow]
    without: list[Foreign]


def leaks_answer(report: LeakReport, warnings: Sequence[str] = ()) -> Answer:
    """The document: exit 3 with findings, or where something could not be looked at."""
    result = LeaksResult(
        findings=[
            LeakRow(
                key=leak.key,
                sow=leak.sow,
                place=leak.place,
                url=leak.url,
                part=leak.part,
                kind=leak.found.kind,  # type: ignore[arg-type]  # the domain's words are these
                what=leak.found.what,
                excerpt=leak.found.excerpt,
            )
            for leak in report.leaks
        ],
        unverified=[NotSeenRow(place=each.place, part=each.part, why=each.why) for each in report.not_seen],
        places=[LookedRow(sow=each.sow, place=each.place, url=each.url, texts=each.texts) for each in report.places],
        without=list(report.without),
    )
    code = 3 if report.leaks or report.not_seen else 0
    return Answer("audit leaks", result, shown, code, warnings)


def shown(console: Console, result: LeaksResult) -> None:
    """Leaks by place, then what was not seen, then what was."""
    from psdm_cli.output.layout import Column, Page, Span
    from psdm_cli.output.views import next_steps

    page = Page(console.width)
    texts = sum(place.texts for place in result.places)
    places = f"{len(result.places)} place{'' if len(result.places) == 1 else 's'}"
    page.text(Span(f"psdm audit leaks · {places}, {texts} texts", "bold"), indent=2)
    if not result.findings and result.places:
        page.blank()
        page.text("Nothing internal was found where customers read.", first=Span("✓ ", "green"))
    for place in dict.fromkeys(row.place for row in result.findings):
        rows = [row for row in result.findings if row.place == place]
        page.heading("/".join(place.split("/")[-2:]), f"{len(rows)} to take out")
        for url in dict.fromkeys(row.url for row in rows):
            page.text(url or place, first="  ", indent=4)
            for row in (each for each in rows if each.url == url):
                excerpt = f": {row.excerpt}" if row.excerpt else ""
                page.text(f"{row.part}, {row.kind} “{row.what}”{excerpt}", first=Span("  ! ", "yellow"), indent=6)
    if result.unverified:
        page.heading("Not looked at", "a leak may be there")
        columns = (Column("place", least=12), Column("part", least=8), Column("why", least=16, lines=3))
        page.table(columns, [(row.place, row.part, row.why) for row in result.unverified])
    if result.without:
        page.heading("Without a project that customers read")
        page.text(", ".join(result.without))
    if result.findings:
        next_steps(
            page, [("psdm audit leaks SOW", "look again, after taking it out by hand (old versions stay visible)")]
        )
    page.write(console)
