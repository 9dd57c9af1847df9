"""The weekly revenue tracking sheet: the ledger as XLSX with totals by formula, or as CSV; and what was taken back."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.upside import UpsideStatus
from psdm_cli.domain.upside_sheet import Layout, cell
from psdm_cli.domain.upside_totals import Totals, totals_of, whole
from psdm_cli.output.answer import Answer
from psdm_cli.output.csv_text import Value, csv_text
from psdm_cli.output.xlsx import Cell, Column, Kind, Product, Sheet, Sum, workbook

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.changes.plan import Item
    from psdm_cli.domain.upside import UpsideEntry
    from psdm_cli.output.layout import Page

KINDS = {
    "hours": Kind.NUMBER,
    "amount": Kind.MONEY,
    "weighted": Kind.MONEY,
    "probability": Kind.PERCENT,
    "added": Kind.INSTANT,
    "reviewed": Kind.INSTANT,
}
SUMMED = ("amount", "weighted")


def upside_xlsx(entries: Sequence[UpsideEntry], layout: Layout) -> bytes:
    """The workbook: the entries, and their totals by currency, quarter and scenario as formulas over them."""
    columns = [Column(each.title, KINDS.get(each.field, Kind.TEXT)) for each in layout.columns]
    rows = [[_cell(entry, layout, each.field) for each in layout.columns] for entry in entries]
    sheets = [Sheet(layout.sheet, columns, rows), *_totals(layout, totals_of(entries))]
    return workbook(sheets, title="Upside")


def _cell(entry: UpsideEntry, layout: Layout, field: str) -> Cell:
    amount, chance = layout.title_of("amount"), layout.title_of("probability")
    if field == "weighted" and amount is not None and chance is not None:
        return Product(amount, chance, entry.weighted)
    return cell(entry, field)


def _totals(layout: Layout, totals: Totals) -> list[Sheet]:
    """The sheet of totals; none where the columns that it adds up by are not there."""
    by = {name: layout.title_of(name) for name in ("currency", "quarter", "scenario", "status")}
    added = [(name, title) for name in SUMMED if (title := layout.title_of(name)) is not None]
    if not added or any(title is None for title in by.values()):
        return []
    titles = {name: title or "" for name, title in by.items()}
    columns = [*(Column(titles[name]) for name in ("currency", "quarter", "scenario"))]
    columns += [Column(title, Kind.MONEY, 16) for _, title in added]
    rows: list[list[Cell]] = []
    for currency, quarters in totals.items():
        for quarter, scenarios in quarters.items():
            of_quarter = {
                titles["currency"]: currency,
                titles["quarter"]: quarter,
                titles["status"]: UpsideStatus.OPEN.value,
            }
            for scenario, total in scenarios.items():
                where = of_quarter | {titles["scenario"]: scenario.value}
                sums = [Sum(layout.sheet, title, where, getattr(total, name)) for name, title in added]
                rows.append([currency, quarter, scenario.value, *sums])
            sum_ = whole(scenarios)
            sums = [Sum(layout.sheet, title, of_quarter, getattr(sum_, name)) for name, title in added]
            rows.append([currency, quarter, "all", *sums])
    return [Sheet(layout.totals, columns, rows, filters=False)]


def upside_csv(entries: Sequence[UpsideEntry], layout: Layout) -> str:
    """The entries as CSV; a probability is a share with its decimals, 1.00 the whole."""
    return csv_text(
        [each.title for each in layout.columns],
        [[_plain(entry, each.field) for each in layout.columns] for entry in entries],
    )


def _plain(entry: UpsideEntry, field: str) -> Value:
    value = cell(entry, field)
    if field == "probability" and isinstance(value, Decimal):
        return value if value.as_tuple().exponent not in (0, "n", "N", "F") else value.quantize(Decimal("0.01"))
    return value


def exported_answer(
    file: str | None, entries: Sequence[UpsideEntry], layout: Layout, *, warnings: Sequence[str] = ()
) -> Answer:
    """What was written."""
    from psdm_cli.output.upside_shapes import Exported, totals_shape

    totals = totals_of(entries)
    result = Exported(
        file=file, rows=len(entries), columns=[each.title for each in layout.columns], totals=totals_shape(totals)
    )

    def show(console: Console, _result: Any) -> None:
        from psdm_cli.output.layout import Page, Span
        from psdm_cli.output.upside_document import add_totals

        page = Page(console.width)
        many = "1 entry" if len(entries) == 1 else f"{len(entries)} entries"
        page.text(f"{many} in {file}", first=Span("✓ ", "green"))
        add_totals(page, totals)
        page.write(console)

    return Answer("upside export", result, show, warnings=warnings)


def imported_answer(
    file: str,
    items: Sequence[Item],
    *,
    unchanged: int,
    absent: Sequence[str],
    end: str,
    warnings: Sequence[str] = (),
) -> Answer:
    """What a sheet changed, or would change; `end` is the sentence that says which."""
    from psdm_cli.output.upside_shapes import Imported, plan_shape

    result = Imported(file=file, plan=plan_shape(items), unchanged=unchanged, absent=list(absent))

    def show(console: Console, _result: Any) -> None:
        from psdm_cli.output.layout import Page

        page = Page(console.width)
        add_differences(page, items, unchanged, absent)
        page.blank()
        page.text(end)
        page.write(console)

    return Answer("upside import", result, show, warnings=warnings)


def add_differences(page: Page, items: Sequence[Item], unchanged: int, absent: Sequence[str]) -> None:
    """The plan of differences between a sheet and the ledger."""
    from psdm_cli.output.plan_document import add_plan

    if items:
        add_plan(page, items)
    same = "1 row is" if unchanged == 1 else f"{unchanged} rows are"
    page.text(f"{same} as in the ledger.")
    if absent:
        page.text(f"Open entries that the sheet does not have, left as they are: {', '.join(absent)}.")
