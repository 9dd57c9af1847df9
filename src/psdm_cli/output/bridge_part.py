"""Why a forecast changed, cause by cause: the part of `psdm forecast diff` for console and Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from psdm_cli.domain.bridge import Cause
from psdm_cli.domain.bridge_words import TITLES
from psdm_cli.domain.difference import BridgeLine, DifferenceReport

if TYPE_CHECKING:
    from psdm_cli.output.layout import Page
    from psdm_cli.output.markdown import Markdown

HEADING = "Why"
LEAD = "each cause is the difference it makes after the ones before; together they are the change"
WITH_MONTHS = 110  # columns that the months' own amounts need beside the sum


def signed(value: Decimal) -> str:
    """An amount with its sign; zero has none."""
    return f"{value:+,.2f}" if value else "0.00"


def _style(value: Decimal) -> str:
    return "yellow" if value < 0 else ""


def bridge_on_page(page: Page, report: DifferenceReport) -> None:
    """Sums per currency and cause, then each engagement's causes with the reasons in words."""
    page.heading(HEADING, LEAD)
    for currency in dict.fromkeys(total.currency for total in report.bridge_totals):
        _totals(page, report, currency)
    for lines in _by_engagement(report.bridge):
        _engagement(page, lines)


def _totals(page: Page, report: DifferenceReport, currency: str) -> None:
    from psdm_cli.output.layout import Column, Span

    totals = [total for total in report.bridge_totals if total.currency == currency]
    months = sorted({month for total in totals for month in total.months}) if page.width >= WITH_MONTHS else []
    rows = [
        (
            TITLES[total.cause],
            *(
                Span(signed(total.months[month]), _style(total.months[month])) if month in total.months else ""
                for month in months
            ),
            Span(signed(total.amount), _style(total.amount)),
        )
        for total in totals
    ]
    sums = [sum((total.months.get(month, Decimal(0)) for total in totals), Decimal(0)) for month in months]
    sums.append(sum((total.amount for total in totals), Decimal(0)))
    rows.append((Span("change", "bold"), *(Span(signed(value), "bold") for value in sums)))
    page.table(
        (
            Column(f"in {currency}", least=12, most=48),
            *(Column(month, "right", drop=1) for month in months),
            Column("sum", "right"),
        ),
        rows,
    )
    page.blank()


def _by_engagement(lines: Iterable[BridgeLine]) -> list[list[BridgeLine]]:
    """An engagement's lines together, the engagement whose money moved most first."""
    found: dict[str, list[BridgeLine]] = {}
    for line in lines:
        found.setdefault(line.project, []).append(line)
    return sorted(found.values(), key=lambda of: -sum(abs(line.amount) for line in of))


def _causes(lines: Iterable[BridgeLine]) -> list[tuple[Cause, list[BridgeLine]]]:
    found: dict[Cause, list[BridgeLine]] = {}
    for line in lines:
        found.setdefault(line.cause, []).append(line)
    return list(found.items())


def _months(lines: Iterable[BridgeLine]) -> str:
    """`2026-12 -800.00, 2027-01 +800.00`; a no-break space keeps month and amount together."""
    from psdm_cli.output.layout import NO_BREAK

    return ", ".join(f"{line.month}{NO_BREAK}{signed(line.amount)}" for line in lines)


def _engagement(page: Page, lines: list[BridgeLine]) -> None:
    from psdm_cli.output.layout import Span
    from psdm_cli.output.views import full_name

    first = lines[0]
    total = sum((line.amount for line in lines), Decimal(0))
    page.text(Span(f"{full_name(first)}: {signed(total)} {first.currency}", "bold"), most=2)
    for cause, of in _causes(lines):
        page.text(f"{TITLES[cause]}: {_months(of)}", first="  ")
        for reason in dict.fromkeys(reason for line in of for reason in line.reasons):
            page.text(reason, first="    · ")


def bridge_in_markdown(page: Markdown, report: DifferenceReport) -> None:
    """The same as a table and a list an engagement."""
    from psdm_cli.output.markdown import own, said
    from psdm_cli.output.views import full_name

    page.heading(2, HEADING)
    page.paragraph(own(f"{LEAD[:1].upper()}{LEAD[1:]}."))
    page.table(
        [("cause", "left"), ("currency", "left"), ("sum", "right")],
        [(own(TITLES[total.cause]), total.currency, own(signed(total.amount))) for total in report.bridge_totals],
    )
    for lines in _by_engagement(report.bridge):
        page.heading(3, full_name(lines[0]))
        page.items(
            said(
                own(f"{TITLES[cause]}: {', '.join(f'{line.month} {signed(line.amount)} ' for line in of)}"),
                of[0].currency,
                own(": "),
                "; ".join(dict.fromkeys(reason for line in of for reason in line.reasons)),
            )
            for cause, of in _causes(lines)
        )
