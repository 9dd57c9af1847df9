"""How `psdm state` and its commands look in a terminal."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from psdm_cli.output.layout import Column, Group, Page, Row, Span
from psdm_cli.output.wording import age, counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from psdm_cli.output.state_shapes import CheckResult, ExportResult, ImportResult, StateResult

THINGS = {
    "facts": "facts that were told to psdm",
    "snapshots": "frozen forecasts",
    "checklist_runs": "checklist runs",
    "checklist_answers": "answers in them",
    "waivers": "waivers of findings",
    "upside_entries": "entries of the upside ledger",
    "imports": "files that were imported",
    "walk_decisions": "decisions of Monday's walks",
    "runs": "runs that wrote something",
    "changes": "changes in them",
    "accounts": "mirrors of Kantata",
    "mirror_rows": "records in them",
}
DETAILS = {
    "upside_history": "earlier words of upside entries",
    "mirror_malformed": "records that made no sense",
    "mirror_refusals": "permissions lacking",
    "mirror_marks": "marks of what was read until when",
    "mirror_scopes": "selections that were read",
}
UNITS = ("bytes", "KiB", "MiB", "GiB")
STEP = 1024


def size_text(size: int | None) -> str:
    """Bytes in a unit that people read; unknown on a server."""
    if size is None:
        return "of a size that the server knows"
    value, unit = float(size), 0
    while value >= STEP and unit < len(UNITS) - 1:
        value, unit = value / STEP, unit + 1
    return f"{value:.0f} {UNITS[unit]}" if unit == 0 else f"{value:.1f} {UNITS[unit]}"


def state_shown(now: datetime) -> Callable[[Console, StateResult], None]:
    """Where, how large, how old; then what is in it."""

    def show(console: Console, result: StateResult) -> None:
        page = Page(console.width)
        page.text(Span("psdm state", "bold"))
        page.text(result.place, first="  where  ")
        page.text(f"{size_text(result.size)}, revision {result.revision} ({result.system})", first="  size   ")
        changed = "nothing in it yet" if result.changed_at is None else f"last entry {age(result.changed_at, now)}"
        page.text(changed, first="  age    ")
        rows: list[Row | Group] = []
        for account in result.accounts:
            rows.append(Group(account.key if account.current else f"{account.key} (of another version: read anew)"))
            rows += [(s.key, str(s.engagements), age(s.synced_at, now)) for s in account.scopes]
        if rows:
            page.heading("Mirrors of Kantata")
            columns = (Column("scope", least=12), Column("engagements", "right"), Column("read"))
            page.table(columns, rows, indent=2)
        if result.snapshots:
            page.heading("Frozen forecasts")
            page.table(
                (Column("scope", least=12), Column("snapshots", "right"), Column("first"), Column("last")),
                [(s.scope, str(s.count), s.first_week, s.last_week) for s in result.snapshots],
                indent=2,
            )
        page.heading("Holds")
        page.table(
            (Column("", "right"), Column("", least=20)),
            [(f"{count:,}", THINGS.get(name, name)) for name, count in _told(result.tables)],
            indent=2,
        )
        page.heading("Next")
        page.table(
            (Column(""), Column("", least=20, lines=2)),
            [
                ("psdm state export FILE", "all of it in one file, without tokens"),
                ("psdm state check", "whether it is sound"),
            ],
            indent=2,
        )
        page.write(console)

    return show


def _told(tables: dict[str, int]) -> list[tuple[str, int]]:
    """What people want counted; tables that nobody names only when there is something in them."""
    known = [(name, tables[name]) for name in THINGS if name in tables]
    return known + [(n, c) for n, c in tables.items() if n not in THINGS and n not in DETAILS and c]


def exported(console: Console, result: ExportResult) -> None:
    """The file, and what is in it."""
    page = Page(console.width)
    rows = sum(table.rows for table in result.tables)
    verb = "Written" if result.written else "Would be written"
    mirror = "" if result.mirror else ", without the mirror of Kantata"
    size = f", {size_text(result.size)}" if result.size is not None else ""
    page.text(f"{verb}: {result.file} ({counted(rows, 'row')}{mirror}{size})", first=Span("✓ ", "green"))
    if result.written:
        page.text("It holds no token, but what your engagements cost and who works on them: keep it to yourself.")
    page.write(console)


def imported(console: Console, result: ImportResult) -> None:
    """The plan, table by table, and what became of it."""
    page = import_page(result, console.width)
    if result.applied:
        page.text(f"Imported {counted(result.writes, 'row')}.", first=Span("✓ ", "green"))
    elif not result.writes:
        page.text("Everything in the file is here already; nothing was imported.", first=Span("✓ ", "green"))
    else:
        page.text("Nothing was imported.")
    page.write(console)


def import_page(result: ImportResult, width: int) -> Page:
    """What the import means: + new, ~ changed, = the same or kept."""
    page = Page(width)
    page.text(Span(f"psdm state import · {result.file} · exported {result.exported_at:%Y-%m-%d %H:%M} UTC", "bold"))
    page.blank()
    page.table(
        (
            Column("", least=16),
            Column("+ new", "right"),
            Column("~ changed", "right"),
            Column("= same", "right"),
            Column("= kept", "right"),
        ),
        [
            (
                {**THINGS, **DETAILS}.get(t.table, t.table),
                *(str(n) if n else "" for n in (t.new, t.changed, t.same, t.kept)),
            )
            for t in result.tables
            if t.new or t.changed or t.same or t.kept
        ],
    )
    for sentence in result.skipped:
        page.text(sentence, first="  · ")
    page.blank()
    return page


def checked(console: Console, result: CheckResult) -> None:
    """Sound, or every complaint on a line."""
    page = Page(console.width)
    for problem in result.problems:
        page.text(problem, first=Span("! ", "yellow"))
    if not result.problems:
        page.text(f"{result.place}: sound; {counted(result.rows, 'row')} read.", first=Span("✓ ", "green"))
    else:
        page.text("psdm state export writes what can be read; a backup or psdm sync brings back the rest.")
    page.write(console)
