"""The result of `psdm why` in every form: the sentence, the rows that add up, the rule, the clause, what is unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.explanation import Explanation, Part, Row, Unit
from psdm_cli.output.wording import UNKNOWN, amount, day, hours

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.output.layout import Column, Page
    from psdm_cli.output.markdown import Markdown
    from psdm_cli.output.views import Dated

COMMAND = "why"
MOST_ROWS = 40  # of a part on the screen; -v, --json and --csv have all


class WhyDocument:
    """A `ResultDocument` with `markdown()` and `csv()`. A figure that is unknown needs somebody's attention: exit 3."""

    command = COMMAND
    shows_warnings = True

    def __init__(
        self,
        answer: Explanation,
        *,
        as_of: date,
        now: datetime,
        synced_at: datetime | None = None,
        warnings: Sequence[str] = (),
        whole: bool = False,
    ) -> None:
        self.answer = answer
        self.as_of = as_of
        self.now = now
        self.synced_at = synced_at
        self.warnings = tuple(warnings)
        self.whole = whole

    @property
    def is_unknown(self) -> bool:
        """Whether the figure itself cannot be told."""
        return self.answer.shown == UNKNOWN

    @property
    def status(self) -> str:
        """Partial where the figure is unknown."""
        return "partial" if self.is_unknown else "ok"

    @property
    def exit_code(self) -> int:
        """3 where the figure is unknown."""
        return 3 if self.is_unknown else 0

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.why_json import why_result

        return why_result(self.answer, self.synced_at)

    def render_console(self, console: Console) -> None:
        """The answer as wide as the console."""
        self.page(console.width).write(console)

    def page(self, width: int) -> Page:
        """The screen for a width."""
        from psdm_cli.output.layout import Page, Span
        from psdm_cli.output.views import good_to_know, header, next_steps

        answer = self.answer
        page = Page(width)
        header(page, COMMAND, self._dated(), answer.asked)
        page.blank()
        page.text(Span(answer.sentence, "magenta" if self.is_unknown else ""))
        for part in answer.parts:
            self._part(page, part)
        self._sum(page)
        if answer.unknown:
            page.heading("Not known")
            for line in answer.unknown:
                page.text(line, first=Span("– ", "magenta"))
        page.heading("Rule")
        page.text(answer.rule.text, first="  ")
        page.text(Span(f"({answer.rule.source})", "dim"), first="  ")
        self._handbook(page)
        good_to_know(page, self.warnings)
        next_steps(page, self._next())
        return page

    def _dated(self) -> Dated:
        from psdm_cli.output.views import Dated

        return Dated(as_of=self.as_of, now=self.now, synced_at=self.synced_at, warnings=self.warnings)

    def _next(self) -> list[tuple[str, str]]:
        answer = self.answer
        steps = [(f"psdm why {key}", "one of these findings") for key in answer.findings[:1] if _is_plain(key)]
        name = answer.subject.sow
        if name is not None and _is_plain(name):
            first = answer.asked.split()[0]
            other = "remaining" if first == "to_forecast" else "to_forecast"
            steps.append((f"psdm why {other} {name}", "another figure of this engagement"))
        return [*steps, ("psdm forecast diff", "what changed since the last frozen week, cause by cause")]

    def _part(self, page: Page, part: Part) -> None:
        from psdm_cli.output.layout import Row as Cells
        from psdm_cli.output.layout import Span

        page.heading(part.title, "" if part.rows else "none")
        if not part.rows:
            return
        shown = part.rows if self.whole else part.rows[:MOST_ROWS]
        columns = [column for column in _COLUMNS if any(column.has(row) for row in part.rows)]
        rows: list[Cells] = [[column.cell(row, part) for column in columns] for row in shown]
        if part.subtotal is not None:
            total = [Span("")] * len(columns)
            total[0] = Span("Total", "bold")
            total[-1 if columns[-1].name == "value" else _value_at(columns)] = Span(
                _value(part.subtotal, part.unit), "bold"
            )
            rows.append(total)
        page.table([column.column(part, self.answer.currency) for column in columns], rows, indent=2)
        if len(part.rows) > len(shown):
            left = len(part.rows) - len(shown)
            page.text(f"and {left} rows more, counted in the total: -v, --json or --csv show them", first="  ")

    def _sum(self, page: Page) -> None:
        """How the subtotals of several parts make the figure."""
        from psdm_cli.output.layout import Column, Span

        answer = self.answer
        counting = [part for part in answer.parts if part.counts]
        if len(counting) < 2 or answer.total is None or answer.value is None:
            return
        page.heading("Together")
        rows: list[tuple[Span | str, Span | str]] = [
            (part.title, _value(part.subtotal, part.unit)) for part in counting
        ]
        rows.append((Span(answer.asked, "bold"), Span(_value(answer.total, counting[0].unit), "bold")))
        page.table((Column("", least=10), Column("", "right")), rows, indent=2)

    def _handbook(self, page: Page) -> None:
        """The clauses under their headings; an address is printed whole, however wide, so that it can be followed."""
        from psdm_cli.output.layout import Span

        clauses = self.answer.clauses
        for url in dict.fromkeys(clause.url for clause in clauses):
            under = [clause for clause in clauses if clause.url == url]
            page.heading("Handbook", under[0].heading)
            for clause in under:
                page.text(f"“{clause.text}”", first="  ")
            page.line(Span(f"  {url}", "dim"))

    # the other forms

    def markdown(self) -> str:
        """The answer for an internal issue."""
        from psdm_cli.output.markdown import Markdown, own, said
        from psdm_cli.output.views import markdown_header

        answer = self.answer
        page = Markdown()
        markdown_header(page, f"Why {answer.asked if _is_plain(answer.asked) else 'so'}", self._dated())
        page.paragraph(answer.sentence)
        for part in answer.parts:
            self._markdown_part(page, part)
        if answer.value is not None and answer.total is not None:
            page.paragraph(own(f"Total: {_value(answer.total, answer.unit)} "), answer.currency or "")
        if answer.unknown:
            page.heading(2, "Not known")
            page.items(answer.unknown)
        page.heading(2, "Rule")
        page.paragraph(own(f"{answer.rule.text} ({answer.rule.source})"))
        if answer.clauses:
            page.heading(2, "Handbook")
            page.items(said(f"“{clause.text}” {clause.heading}") for clause in answer.clauses)
        if self.warnings:
            page.heading(2, "Good to know")
            page.items(self.warnings)
        return page.text()

    def _markdown_part(self, page: Markdown, part: Part) -> None:
        from psdm_cli.output.markdown import own

        page.heading(2, part.title)
        if not part.rows:
            page.paragraph(own("None."))
            return
        columns = [column for column in _COLUMNS if any(column.has(row) for row in part.rows)]
        page.table(
            [(column.title(part, self.answer.currency), "right" if column.right else "left") for column in columns],
            [[column.markdown(row, part) for column in columns] for row in part.rows],
        )
        if part.subtotal is not None:
            page.paragraph(own(f"Subtotal: {_value(part.subtotal, part.unit)}"))

    def csv(self) -> str:
        """One row a row of every part; `counts` says which add up to the figure."""
        from psdm_cli.output.csv_text import csv_text

        answer = self.answer
        names = ("what", "id", "role", "project", "start", "end", "days", "hours", "rate", "value", "note")
        return csv_text(
            ("asked", "part", "counts", "unit", "currency", *names),
            (
                (
                    answer.asked,
                    part.title,
                    "yes" if part.counts else "no",
                    part.unit.value,
                    answer.currency,
                    *(getattr(row, name) for name in names),
                )
                for part in answer.parts
                for row in part.rows
            ),
        )


def _is_plain(text: str) -> bool:
    """Whether a text can be typed again, and shown, as it is."""
    return all(part.isascii() and part.isalnum() for part in text.replace(" ", "-").replace("_", "-").split("-")) or (
        text.isascii() and all(character.isalnum() or character in ":-_. " for character in text)
    )


def _value(value: Decimal | None, unit: Unit) -> str:
    return hours(value) if unit is Unit.HOURS else amount(value)


class _Field:
    """A field of rows as a column of console and Markdown."""

    def __init__(self, name: str, title: str, *, right: bool = False, least: int = 0, drop: int = 0) -> None:
        self.name, self._title, self.right, self.least, self.drop = name, title, right, least, drop

    def has(self, row: Row) -> bool:
        """Whether the row has it."""
        return getattr(row, self.name) not in (None, "")

    def title(self, part: Part, currency: str | None) -> str:
        """The header; amounts say their currency."""
        if self.name == "value":
            return "hours" if part.unit is Unit.HOURS else currency or "amount"
        if self.name == "start" and not any(row.end for row in part.rows):
            return "day"
        return f"{self._title} {currency}" if self.name == "rate" and currency else self._title

    def column(self, part: Part, currency: str | None) -> Column:
        """The column on the screen."""
        from psdm_cli.output.layout import Column

        lines = 3 if self.name in ("what", "note") else 1
        return Column(
            self.title(part, currency),
            "right" if self.right else "left",
            least=self.least,
            lines=lines,
            drop=self.drop,
            wanted=self.least,
        )

    def text(self, row: Row, part: Part) -> str:
        """The cell's text; an unknown amount is said so."""
        value = getattr(row, self.name)
        if self.name == "value":
            return _value(value, part.unit)
        if value is None:
            return ""
        if isinstance(value, date):
            return day(value)
        if isinstance(value, Decimal):
            return hours(value) if self.name == "hours" else amount(value)
        return str(value)

    def cell(self, row: Row, part: Part) -> str:
        """The cell on the screen."""
        return self.text(row, part)

    def markdown(self, row: Row, part: Part) -> str:
        """The cell in Markdown: what psdm wrote itself is not escaped."""
        from psdm_cli.output.markdown import own

        text = self.text(row, part)
        return text if self.name in ("what", "role", "project", "note") else own(text)


_COLUMNS = (
    _Field("what", "what", least=12),
    _Field("role", "role"),
    _Field("project", "project"),
    _Field("start", "from"),
    _Field("end", "to"),
    _Field("days", "days", right=True, drop=2),
    _Field("hours", "hours", right=True),
    _Field("rate", "rate", right=True, drop=1),
    _Field("note", "note", least=12, drop=3),
    _Field("value", "amount", right=True),
)


def _value_at(columns: Sequence[_Field]) -> int:
    return next((at for at, column in enumerate(columns) if column.name == "value"), len(columns) - 1)
