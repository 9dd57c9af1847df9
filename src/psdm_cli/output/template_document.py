"""What `psdm template` answers: the templates, one with its fields and its text, the files of an export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from psdm_cli.output.json_shapes import Foreign, Shape
from psdm_cli.output.layout import Column, Page, Span
from psdm_cli.output.views import next_steps
from psdm_cli.output.wording import counted

if TYPE_CHECKING:
    from rich.console import Console

Audience = Literal["internal", "customer"]
Kind = Literal["issue", "document", "mail", "file", "message"]


class TemplateRow(Shape):
    """A template. `origin`: psdm, or the file of your team that stands for it."""

    name: str
    title: str
    audience: Audience
    kind: Kind
    place: str = Field(description="Where its text goes.")
    fields: int
    required: list[str]
    origin: Foreign


class TemplateList(Shape):
    """`template list`: in the order of an engagement's life."""

    templates: list[TemplateRow]


class FieldRow(Shape):
    """A field of a template."""

    name: str
    type: Literal["text", "block", "url", "date", "flag", "list", "rows", "labels", "key"]
    required: bool
    columns: list[str] = Field(description="Of rows.")
    meaning: str
    source: str = Field(description="Where psdm takes it from, or who is asked.")
    headings: list[str] = Field(description="Under which a team's own issue template may ask for it, besides its name.")


class TemplateShown(Shape):
    """`template show`: a template, and its text where values were given."""

    name: str
    title: str
    audience: Audience
    kind: Kind
    place: str
    origin: Foreign
    fields: list[FieldRow]
    text: Foreign | None = Field(description="Filled with the values of --set; null without.")


class ExportedFile(Shape):
    """A template and its copy. planned: --dry-run; kept: the same was there already."""

    name: str
    path: Foreign
    state: Literal["planned", "written", "replaced", "kept"]


class TemplateExport(Shape):
    """`template export`: ours, as they are written, to be changed."""

    folder: Foreign
    used: bool = Field(description="Whether psdm takes templates from this folder.")
    files: list[ExportedFile]


def listed(console: Console, result: TemplateList) -> None:
    """A table, as wide as the console."""
    page = Page(console.width)
    page.line(Span("psdm template list", "bold"))
    page.blank()
    columns = (
        Column("name"),
        Column("title", least=18, lines=2),
        Column("for"),
        Column("kind"),
        Column("where it goes", least=24, wanted=30, lines=3, drop=2),
        Column("from", least=6, lines=3),
    )
    page.table(
        columns,
        [
            (row.name, row.title, _reader(row.audience), row.kind, Span(row.place, "dim"), Span(row.origin, "dim"))
            for row in result.templates
        ],
    )
    first = result.templates[0].name if result.templates else "raid"
    next_steps(
        page,
        [
            (f"psdm template show {first}", "its fields"),
            (f"psdm template export {first} --to FOLDER", "a copy to change"),
        ],
    )
    page.write(console)


def shown(console: Console, result: TemplateShown) -> None:
    """What it is, and its fields, the required ones first."""
    page = Page(console.width)
    page.text(Span(f"psdm template show · {result.name} · {result.title}", "bold"), indent=2)
    reader = "customers may read it" if result.audience == "customer" else "internal: not for a place customers see"
    page.text(f"{result.kind}, {reader}", first="  ")
    page.text(result.place, first="  → ")
    page.text(Span(f"from {result.origin}", "dim"), first="  ")
    needed = sum(field.required for field in result.fields)
    page.heading("Fields", f"{counted(len(result.fields), 'field')}, {needed} needed")
    page.table(
        (
            Column(""),
            Column("field", least=10),
            Column("type"),
            Column("meaning", least=24, lines=4),
            Column("source", least=12, lines=3, drop=1),
        ),
        [
            (
                Span("*" if field.required else "", "bold"),
                field.name,
                field.type,
                _meaning(field),
                Span(field.source, "dim"),
            )
            for field in result.fields
        ],
    )
    values = " ".join(f"--set {field.name}=…" for field in result.fields if field.required)
    page.heading("Next")
    page.text(f"psdm template show {result.name} {values}", first="  ", indent=4)
    page.write(console)


def exported(console: Console, result: TemplateExport) -> None:
    """Every file and what was done with it."""
    page = Page(max(console.width, *(len(row.path) + 14 for row in result.files), 1))
    for row in result.files:
        page.line(Span(f"{row.state:<9}", "dim" if row.state == "kept" else "green"), row.path)
    if not result.used:
        page.blank()
        page.text("psdm uses them when templates.folder in your configuration names this folder.")
    page.write(console)


def _reader(audience: Audience) -> Span:
    return Span("customer", "green") if audience == "customer" else Span("internal")


def _meaning(field: FieldRow) -> str:
    return f"{field.meaning}: {' | '.join(field.columns)}" if field.columns else field.meaning
