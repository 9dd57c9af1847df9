"""What `psdm upside review` shows: the proposals with their keys, what was done, what could not be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from psdm_cli.domain.upside_review import Proposal, Review, Verdict, key_of
from psdm_cli.output.answer import Answer

if TYPE_CHECKING:
    from rich.console import Console

    from psdm_cli.changes.plan import Item
    from psdm_cli.output.layout import Page

HEADS = {
    Review.ITSELF: ("Changed by itself", "proposed, not done yet"),
    Review.WEEKLY: ("Weekly review", "not looked at for a week"),
    Review.MONTHLY: ("Monthly review", "expected in a month that is over"),
    Review.QUARTERLY: ("Quarterly review", "convert, push or lose it"),
}
VERBS = {Verdict.CONVERT: "convert", Verdict.PUSH: "push out", Verdict.LOST: "lost", Verdict.KEEP: "keep"}


def review_answer(
    waiting: Sequence[Proposal],
    done: Sequence[Item],
    unseen: Sequence[str],
    *,
    as_of: str,
    dry_run: bool,
    warnings: Sequence[str] = (),
) -> Answer:
    """The result; it needs attention (exit 3) while a proposal waits or an entry could not be looked at."""
    from psdm_cli.output.upside_shapes import Proposal as Shape
    from psdm_cli.output.upside_shapes import ReviewResult, entry_of, plan_shape

    result = ReviewResult(
        proposals=[
            Shape(
                key=each.key,
                id=each.entry.id or "",
                sow=each.entry.sow,
                engagement=each.entry.engagement,
                review=each.review.value,
                verdict=each.verdict.value,
                reason=each.reason,
                choices=[key_of(each.entry, verdict) for verdict in each.choices],
                entry=entry_of(each.entry),
            )
            for each in waiting
        ],
        plan=plan_shape(done),
        unseen=list(unseen),
    )

    def show(console: Console, _result: Any) -> None:
        from psdm_cli.output.layout import Page, Span
        from psdm_cli.output.plan_document import add_plan
        from psdm_cli.output.views import next_steps

        page = Page(console.width)
        page.text(Span(f"psdm upside review · as of {as_of}", "bold"), indent=2)
        if done:
            add_plan(page, done)
            if dry_run:
                page.text("Nothing was stored (--dry-run).", indent=2)
        for review in Review:
            _add(page, review, [each for each in waiting if each.review is review])
        for line in unseen:
            page.blank()
            page.text(f"not looked at: {line}", first=Span("? ", "yellow"))
        if waiting:
            first = waiting[0]
            next_steps(page, [(f"psdm upside review --accept {first.key}", "take that proposal")])
        elif not done and not unseen:
            page.blank()
            page.text("Nothing to review: every open entry was looked at, and stands.", first=Span("✓ ", "green"))
        page.write(console)

    code = 3 if waiting or unseen else 0
    return Answer("upside review", result, show, exit_code=code, warnings=warnings, partial=bool(unseen))


def _add(page: Page, review: Review, proposals: Sequence[Proposal]) -> None:
    from psdm_cli.output.layout import Span

    if not proposals:
        return
    page.heading(*HEADS[review])
    for each in proposals:
        entry = each.entry
        page.text(f"{entry.engagement}: {entry.what}, {entry.worth}: {each.reason}", first=Span("! ", "yellow"))
        keys = ", ".join(key_of(entry, verdict) for verdict in each.choices if verdict is not each.verdict)
        page.text(f"{VERBS[each.verdict]}: --accept {each.key}; or {keys}", first="  → ")
