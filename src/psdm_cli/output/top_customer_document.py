"""The result of `psdm top-customer` in every form: screen, cells of the sheet, Markdown, HTML, workbook, message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from psdm_cli.changes.plan import Action, ChangeState, Plan
from psdm_cli.domain.top_customer import Entry, Kept, is_address, letter, parts
from psdm_cli.output.document import NEEDS_ATTENTION, status_of
from psdm_cli.output.markdown import INTERNAL, Markdown, own
from psdm_cli.output.text import shown_plain
from psdm_cli.output.top_customer_texts import cell, entry_items

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.output.layout import Page

LONGEST_ADDRESS = 500  # of one that is not wrapped
LETTER_STYLES = {"R": "red", "Y": "yellow", "G": "green"}


@dataclass(frozen=True)
class TopCustomerDocument:
    """A `ResultDocument` with `text()`, `markdown()`, `html()` and `workbook()`.

    Exit 3 while an entry is not valid, what stands behind a yellow or red one could not be looked at, or something that
    was to be posted is `unposted`.
    """

    week: str
    as_of: date
    opens: datetime
    due: datetime
    origin: str
    entries: tuple[Entry, ...]
    left_out: tuple[str, ...] = ()
    history: tuple[Kept, ...] = ()
    plan: Plan | None = None
    run: str | None = None
    message: str | None = None
    failed: int = 0
    unposted: bool = False
    warnings: Sequence[str] = ()
    command: str = "top-customer"
    shows_warnings: bool = True

    @property
    def exit_code(self) -> int:
        """That of writing; else 3 while something is open."""
        return self.failed or (NEEDS_ATTENTION if self._open or self.unposted else 0)

    @property
    def _open(self) -> bool:
        return any(not each.is_valid or (each.is_warm and each.scope_changes is None) for each in self.entries)

    @property
    def status(self) -> str:
        """ok, attention, partial or error."""
        return status_of(self.exit_code)

    def json_result(self) -> Mapping[str, Any]:
        """The `result` of the JSON document."""
        from psdm_cli.output.top_customer_shapes import result_of

        return result_of(self)

    # screen

    def render_console(self, console: Console) -> None:
        """Each entry as it would be pasted, what is missing, and last week's beside."""
        self.page(console.width).write(console)

    def page(self, width: int) -> Page:
        """The screen for a width."""
        from psdm_cli.output.layout import Page, Span
        from psdm_cli.output.plan_document import add_plan
        from psdm_cli.output.views import good_to_know, next_steps

        page = Page(width)
        head = f"psdm top-customer · {self.week} · {self.origin} · as of {self.as_of:%a} {self.as_of.isoformat()}"
        page.text(Span(head, "bold"), indent=2)
        window = f"Open from {_moment(self.opens)}, due {_moment(self.due)} {self.due:%Z}. Internal: not for customers."
        page.text(window, indent=2)
        for entry in self.entries:
            self._entry(page, entry)
        for each in self.history:
            page.heading(f"{each.customer} · {each.sow or each.project}", f"{each.week}, {each.who}")
            for line in each.text.splitlines():
                _put(page, line, "  ")
        if self.plan is not None and any(item.change.action is not Action.KEEP for item in self.plan.items):
            add_plan(page, tuple(item for item in self.plan.items if item.change.action is not Action.KEEP))
        if self.message is not None:
            page.heading("To paste into Slack", "no webhook is configured")
            for line in self.message.splitlines():
                page.text(line, first="  ")
        if self.left_out:
            page.heading("Left out")
            for sentence in self.left_out:
                page.text(sentence, first="  · ")
        good_to_know(page, self.warnings)
        next_steps(page, self._next())
        return page

    def _entry(self, page: Page, entry: Entry) -> None:
        from psdm_cli.output.layout import Span

        page.heading(f"{entry.customer} · {entry.name}", "complete" if entry.is_valid else "incomplete")
        for part in parts(entry):
            _put(page, part.said, f"  {part.label}: ")
        for problem in entry.problems:
            page.text(problem, first=Span("  ! ", "yellow"))
        if entry.suggested is not None:
            colour, reasons = entry.suggested
            page.text(f"suggested {colour}: {'; '.join(reasons)}", first=Span("  ? ", LETTER_STYLES[colour]))
        for sentence in entry.unseen:
            page.text(sentence, first=Span("  – ", "magenta"))
        if entry.before is not None:
            page.text(Span(f"in {entry.before.week}:", "dim"), first="  ")
            for line in entry.before.text.splitlines():
                _put(page, line, "    ", "dim")
            page.text(
                Span(f"since {entry.before.week}:{'' if entry.changed else ' nothing changed'}", "dim"), first="  "
            )
            for label, was, now in entry.changed:
                page.text(Span(f"{label}: {was or '-'} → {now or '-'}", "dim"), first="    ")

    def _next(self) -> list[tuple[str, str]]:
        posted = self.plan is not None and any(item.state is ChangeState.APPLIED for item in self.plan.items)
        if posted and self.run is not None:
            return [
                (f"psdm undo {self.run}", "take it back"),
                ("psdm today --done top-customer-notes", "tick it off"),
            ]
        if any(not each.is_valid for each in self.entries):
            return [
                ("psdm top-customer", "complete the notes, field by field, at a terminal"),
                ("psdm top-customer --notes FILE.yaml", "complete them from a file"),
            ]
        return [
            ("psdm top-customer --text", "the cells, to paste into the sheet"),
            ("psdm top-customer --post epic", "a comment on each Customer Epic"),
            ("psdm today --done top-customer-notes", "tick it off"),
        ]

    # text and Markdown

    def text(self) -> str:
        """The cells, one after the other, each below its customer."""
        cells = (f"{shown_plain(each.customer)} · {shown_plain(each.name)}\n{cell(each)}" for each in self.entries)
        return "\n\n".join(cells) + "\n"

    def markdown(self) -> str:
        """For an internal issue or page."""
        page = Markdown()
        page.heading(1, f"Top Customer {self.week}")
        page.quote(own(INTERNAL))
        for entry in self.entries:
            page.heading(2, entry.customer, own(" · "), entry.name)
            entry_items(page, entry)
            if not entry.is_valid:
                page.paragraph(own("Incomplete: "), "; ".join(entry.problems))
            if entry.before is not None:
                page.table(
                    [("", "left"), (entry.before.week, "left"), (self.week, "left")],
                    [(own(label), was or "-", now or "-") for label, was, now in entry.changed],
                )
                page.paragraph(own(f"In {entry.before.week}: "), " · ".join(entry.before.text.splitlines()))
        if self.left_out:
            page.heading(2, own("Left out"))
            page.items(self.left_out)
        return page.text()

    # HTML and workbook

    def html(self) -> str:
        """One page that stands alone."""
        from psdm_cli.output.html.fragments import Column, lines, link
        from psdm_cli.output.html.fragments import said as put
        from psdm_cli.output.html.page import Html

        page = Html(
            f"Top Customer {self.week}",
            lead=f"Notes due {_moment(self.due)} {self.due:%Z}; as of {self.as_of.isoformat()}.",
        )
        page.heading(2, "At a glance")
        page.table(
            [Column(title) for title in ("customer", "SOW", "internal", "customer's", "standing", "links")],
            [
                (
                    each.customer,
                    each.name,
                    _badge(each.notes.internal),
                    _badge(each.notes.customer),
                    "complete" if each.is_valid else "incomplete",
                    lines(
                        link(title, address)
                        for title, address in (("RAID", each.notes.raid), ("Customer Epic", each.notes.epic))
                        if address
                    ),
                )
                for each in self.entries
            ],
            "The week's customers",
        )
        page.heading(2, "Notes")
        for each in self.entries:
            page.heading(3, f"{each.customer} · {each.name}")
            page.items(
                [
                    put(f"{line.label}: ", line.text, " " if line.text and line.url else "", link(line.url, line.url))
                    for line in parts(each)
                ]
            )
            if each.problems:
                page.remark(f"Incomplete: {'; '.join(each.problems)}")
            if each.before is not None:
                page.table(
                    [Column("field"), Column(each.before.week), Column(self.week)],
                    [(label, was or "-", now or "-") for label, was, now in each.changed],
                    f"{each.name}: what changed since {each.before.week}",
                    sortable=False,
                )
                page.paragraph(f"In {each.before.week}: ", lines(each.before.text.splitlines()))
        return page.text()

    def workbook(self) -> bytes:
        """An XLSX file: one row an engagement."""
        from psdm_cli.output.xlsx import Column, Kind, Sheet, workbook

        titles = ("Customer", "SOW", "Notes", "Internal", "Customer temperature", "Progress", "Issue", "Action")
        more = ("Assistance", "DRI", "Contributors", "RAID", "Customer Epic", "Pushes", "Upside", "Standing")
        columns = [
            *(Column(title) for title in titles),
            Column("Fix by", Kind.DATE),
            *(Column(title) for title in more),
        ]
        rows = [
            (
                each.customer,
                each.name,
                " · ".join(each.text.splitlines()),
                letter(each.notes.internal),
                letter(each.notes.customer),
                each.notes.progress or None,
                each.notes.issue or None,
                each.notes.action or None,
                each.notes.fix_by,
                each.notes.assistance or None,
                each.notes.dri or None,
                ", ".join(each.notes.contributors) or None,
                each.notes.raid or None,
                each.notes.epic or None,
                "; ".join(push.said for push in each.pushes) or None,
                "; ".join(each.upside) or None,
                "complete" if each.is_valid else "; ".join(each.problems),
            )
            for each in self.entries
        ]
        return workbook([Sheet("Top Customer", columns, rows)], title=f"Top Customer {self.week}")


def _put(page: Page, text: str, first: str, style: str = "") -> None:
    """A text wrapped; an address at its end stays whole, to be copied."""
    from psdm_cli.output.layout import Span

    before, _, last = text.rpartition(" ")
    if is_address(last) and len(last) <= LONGEST_ADDRESS and len(first) + len(before) < page.width:
        page.line(Span(first), Span(text, style))
    else:
        page.text(Span(text, style), first=first)


def _badge(text: str) -> Any:
    from psdm_cli.output.html.fragments import badge

    colours = {"R": "red", "Y": "yellow", "G": "green"}
    return badge(colours.get(letter(text) or ""), missing="-")


def _moment(moment: datetime) -> str:
    return f"{moment:%a} {moment.day} {moment:%b %H:%M}"
