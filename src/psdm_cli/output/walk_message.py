"""The message for the forecast call, as Markdown that can be pasted: internal, foreign text escaped."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from psdm_cli.domain.call_message import CallMessage, EngagementNews
from psdm_cli.domain.report import Months
from psdm_cli.output.layout import Page
from psdm_cli.output.markdown import Own, own, said
from psdm_cli.output.views import full_name
from psdm_cli.output.wording import CHANGES, amount, message_of, months_moved, short_type

PER_ENGAGEMENT = 6  # lines about upside, and about risks, before the rest is counted


def message_lines(message: CallMessage) -> list[Own]:
    """The message line by line; an empty one parts the engagements."""
    lines = [said(own("**Forecast call "), own(message.week), own("** · "), message.pm, own(" · internal"))]
    for code, months in message.report.totals.items():
        worked = message.report.worked_totals.get(code, {})
        both = {month: value + worked.get(month, Decimal(0)) for month, value in months.items()}
        lines.append(said(own("- Total: "), _months(both, code)))
    if message.frozen:
        lines.append(own(f"- {message.frozen}"))
    for news in message.news:
        lines.append(own(""))
        lines.extend(_engagement(news))
    if message.silent:
        lines.append(own(""))
        lines.append(said(own("Nothing to report: "), ", ".join(message.silent)))
    return lines


def message_text(message: CallMessage) -> str:
    """The whole message, ready to paste."""
    return "\n".join(message_lines(message)) + "\n"


def show_message(page: Page, message: CallMessage) -> None:
    """The message on a page: long lines go on indented, which Markdown reads as the same line."""
    for line in message_lines(message):
        if not line:
            page.blank()
        elif line.startswith("- "):
            page.text(line[2:], first="- ")
        else:
            page.text(line, indent=0)


def _engagement(news: EngagementNews) -> Iterator[Own]:
    project = news.project
    yield said(own("**"), full_name(project), own(f"** ({short_type(project.type)})"))
    yield said(own("- Forecast: "), _months(project.month_total, project.currency))
    for change in project.changes:
        moved = months_moved(change)
        worth = f"{amount(change.amount)} {project.currency or ''}".rstrip()
        yield said(own("- "), own(CHANGES[change.kind].capitalize()), own(f": {worth} {moved}".rstrip()))
    yield from _first([said(own("- Upside: "), entry.said) for entry in news.upside], "upside entries")
    risks = [said(own("- Risk: "), message_of(finding), own(f" ({finding.step})")) for finding in news.risks]
    answered = [
        said(own("- Answered for: "), message_of(finding).removesuffix(" (waived)"), own("; "), waiver.said)
        for finding, waiver in news.waived
    ]
    yield from _first([*risks, *answered], "risks")


def _first(lines: list[Own], what: str) -> Iterator[Own]:
    yield from lines[:PER_ENGAGEMENT]
    if len(lines) > PER_ENGAGEMENT:
        yield own(f"- and {len(lines) - PER_ENGAGEMENT} more {what}")


def _months(months: Months, currency: str | None) -> Own:
    if not months or all(value is None for value in months.values()):
        return own("unknown (no financial access)")
    parts = [f"{month} {amount(value)}" for month, value in months.items()]
    return own(f"{' · '.join(parts)} {currency or ''}".rstrip())
