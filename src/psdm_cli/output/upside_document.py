"""What `psdm upside` shows: an entry changed, the ledger with its totals, an entry with its history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.money import money_text
from psdm_cli.domain.upside import UpsideStatus, percent
from psdm_cli.domain.upside_totals import Totals, whole
from psdm_cli.output.answer import Answer

if TYPE_CHECKING:
    from decimal import Decimal

    from rich.console import Console

    from psdm_cli.changes.plan import Item
    from psdm_cli.domain.upside import UpsideEntry
    from psdm_cli.domain.upside_changes import HistoryLine
    from psdm_cli.output.layout import Page

STYLES = {
    UpsideStatus.OPEN: "",
    UpsideStatus.CONVERTED: "green",
    UpsideStatus.PUSHED: "yellow",
    UpsideStatus.LOST: "dim",
}
Step = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Changed:
    """What a command did to an entry, or would do: the entry then, the one that follows it, both as a plan."""

    entry: UpsideEntry
    following: UpsideEntry | None
    plan: Sequence[Item]


def changed_answer(command: str, done: Changed, *, as_of: str, dry_run: bool, warnings: Sequence[str] = ()) -> Answer:
    """The result of a command that changed one entry."""
    from psdm_cli.output.upside_shapes import Changed as Shape
    from psdm_cli.output.upside_shapes import entry_of, plan_shape

    def build(page: Page) -> None:
        from psdm_cli.output.layout import Span
        from psdm_cli.output.plan_document import add_plan

        add_plan(page, done.plan)
        page.blank()
        sign = Span("· ", "yellow") if dry_run else Span("✓ ", "green")
        entry = done.following or done.entry
        page.text(f"{entry.engagement}: {entry.said}; {entry.quarter}, {entry.month}", first=sign)
        if dry_run:
            page.text("Nothing was stored (--dry-run).", indent=2)

    return Answer(
        command,
        Shape(
            entry=entry_of(done.entry),
            following=None if done.following is None else entry_of(done.following),
            plan=plan_shape(done.plan),
        ),
        _shower(command, as_of, build),
        warnings=warnings,
    )


def listed_answer(entries: Sequence[UpsideEntry], totals: Totals, *, as_of: str) -> Answer:
    """The ledger."""
    from psdm_cli.output.upside_shapes import Listed, entry_of, totals_shape

    def build(page: Page) -> None:
        from psdm_cli.output.views import next_steps

        if not entries:
            page.text("No entry in the upside ledger.")
            next_steps(page, [("psdm upside add SOW", "add one"), ("psdm upside list --all", "the closed ones too")])
            return
        add_entries(page, entries)
        add_totals(page, totals)
        next_steps(page, _after_list(entries))

    result = Listed(entries=[entry_of(each) for each in entries], totals=totals_shape(totals))
    return Answer("upside list", result, _shower("upside list", as_of, build))


def _after_list(entries: Sequence[UpsideEntry]) -> list[Step]:
    first = entries[0]
    return [
        ("psdm upside review", "what converted, what is stale"),
        (f"psdm upside show {first.id}", "an entry with its history"),
        ("psdm upside export upside.xlsx", "the weekly revenue tracking sheet"),
    ]


def shown_answer(entry: UpsideEntry, told: Sequence[HistoryLine], *, as_of: str) -> Answer:
    """One entry with its history."""
    from psdm_cli.output.upside_shapes import Change, Shown, Was, entry_of

    history = [
        Change(
            at=each.at,
            who=each.who,
            note=each.note,
            changes={name: Was(before=_text(old), after=_text(new)) for name, (old, new) in each.changes.items()},
        )
        for each in told
    ]

    def build(page: Page) -> None:
        _add_entry(page, entry)
        page.heading("History")
        for each in told:
            page.text(f"{each.at:%Y-%m-%d %H:%M} UTC · {each.who}" + (f" · {each.note}" if each.note else ""))
            if each is told[0]:
                page.text("added", first="    ")
                continue
            for name, (old, new) in each.changes.items():
                page.text(f"{name}: {_text(old) or 'nothing'} → {_text(new) or 'nothing'}", first="    ")
            if not each.changes:
                page.text("reviewed, nothing changed", first="    ")

    return Answer("upside show", Shown(entry=entry_of(entry), history=history), _shower("upside show", as_of, build))


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _shower(command: str, as_of: str, build: Callable[[Page], None]) -> Callable[[Console, Any], None]:
    def show(console: Console, _result: Any) -> None:
        from psdm_cli.output.layout import Page, Span

        page = Page(console.width)
        page.text(Span(f"psdm {command} · as of {as_of}", "bold"), indent=2)
        page.blank()
        build(page)
        page.write(console)

    return show


def _add_entry(page: Page, entry: UpsideEntry) -> None:
    from psdm_cli.output.layout import Span

    page.text(f"{entry.engagement}: {entry.said}")
    lines = [
        ("entry", f"{entry.id} · {entry.scenario.value}"),
        ("stands for", entry.what),
        ("expected", f"{entry.quarter}, {entry.month}"),
        ("weighted", _money(entry.weighted, entry.currency)),
        ("hours", "" if entry.hours is None else f"{entry.hours.normalize():f} h"),
        *((name.replace("_", " "), text) for name, text in entry.links.items()),
        ("reviewed", "" if entry.reviewed_at is None else f"{entry.reviewed_at:%Y-%m-%d %H:%M} UTC"),
    ]
    page.text(Span(entry.status.value, STYLES[entry.status]), first="  status: ")
    for name, text in lines:
        if text:
            page.text(text, first=f"  {name}: ")


def add_entries(page: Page, entries: Sequence[UpsideEntry]) -> None:
    """A table of entries."""
    from psdm_cli.output.layout import Column, Span

    settled = any(entry.status is not UpsideStatus.OPEN for entry in entries)
    page.table(
        (
            Column("id", "right"),
            Column("engagement", least=8, wanted=8, most=24),
            Column("scenario", drop=2),
            Column("amount", "right"),
            Column("prob.", "right", drop=1 if settled else 0),
            Column("weighted", "right", drop=3),
            Column("expected"),
            Column("status", drop=0 if settled else 1),
            Column("because of", least=12, wanted=24, lines=3),
        ),
        [
            (
                entry.id or "",
                entry.engagement,
                entry.scenario.value,
                entry.worth if entry.amount is not None else "unknown",
                percent(entry.probability),
                _money(entry.weighted, None),
                f"{entry.quarter} {entry.month}",
                Span(entry.status.value, STYLES[entry.status]),
                entry.reason,
            )
            for entry in entries
        ],
    )


def add_totals(page: Page, totals: Totals) -> None:
    """Totals by currency, quarter and scenario, each quarter's sum below."""
    from psdm_cli.output.layout import Column, Group, Row

    if not totals:
        return
    rows: list[Row | Group] = []
    for currency, quarters in totals.items():
        rows.append(Group(currency))
        for quarter, scenarios in quarters.items():
            for scenario, total in scenarios.items():
                rows.append((quarter, scenario.value, _money(total.amount, None), _money(total.weighted, None)))
            if len(scenarios) > 1:
                sum_ = whole(scenarios)
                rows.append((quarter, "all", _money(sum_.amount, None), _money(sum_.weighted, None)))
    page.heading("Totals", "open entries")
    page.table((Column("quarter"), Column("scenario"), Column("amount", "right"), Column("weighted", "right")), rows)


def _money(amount: Decimal | None, currency: str | None) -> str:
    return "unknown" if amount is None else money_text(amount, currency)
