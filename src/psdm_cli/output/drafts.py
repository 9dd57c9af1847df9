"""Texts to paste, as a person reads them: to whom, the text between two lines, where to click, why it was not sent."""

from __future__ import annotations

from collections.abc import Sequence

from psdm_cli.domain.drafts import Draft
from psdm_cli.output.layout import Page, Span


def add_drafts(page: Page, drafts: Sequence[Draft]) -> None:
    """The texts, each with its clicks."""
    if not drafts:
        return
    page.heading("For you to send", "ready to paste")
    for draft in drafts:
        page.blank()
        page.text(Span(draft.subject, "bold"), first=Span("  ? ", "cyan"), indent=4)
        page.text(f"To {draft.to}:", indent=4, first="    ")
        for line in draft.text.splitlines():
            page.text(line, first="    | ", indent=6)
        for number, step in enumerate(draft.steps, 1):
            page.text(step, first=f"    {number}. ", indent=7)
        if draft.reason:
            page.text(Span(f"Not sent: {draft.reason.rstrip('.')}.", "dim"), first="    ", indent=4)
        if draft.url:
            page.text(draft.url, first="    ", indent=4)
